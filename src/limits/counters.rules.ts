import {
  localTime,
  startOfCalendar,
  type Instant,
  type Money,
  type OfferId,
  type StoreId,
} from '../shared/index.js';

/** Limits of an offer over all shoppers. */
export interface OfferLimits {
  total?: number | undefined;
  perStore?: number | undefined;
  budget?: (Money & { per: 'campaign' | 'day' | 'week' | 'month' }) | undefined;
}

/** One counter that a grant takes from: a row in Postgres, locked in the order of its key. */
export interface Draw {
  key: string;
  offerId: OfferId;
  /** What the grant takes: 1, or money in minor units. */
  takes: number;
  ceiling: number;
  code: 'limit-reached' | 'budget-exhausted';
}

/** What a reward may cost at most, in minor units: what a budget must hold back for it. */
export function reserveOf(reward: {
  type: string;
  value?: unknown;
  maxDiscount?: Money | undefined;
}): number {
  if (reward.type === 'percentOff') return reward.maxDiscount?.amount ?? 0;
  if (reward.type === 'amountOff') return (reward.value as Money).amount;
  return 0;
}

/**
 * The counters that granting this offer in this store now would take from, in the order of their keys.
 * Calendar budgets turn at the store's midnight.
 */
export function drawsOf(
  offer: { offerId: OfferId; limits: OfferLimits; reserve: number },
  { storeId, now, timeZone }: { storeId: StoreId; now: Instant; timeZone: string },
): Draw[] {
  const { offerId, limits, reserve } = offer;
  const draws: Draw[] = [];
  const key = (what: string): string => `${offerId}:${what}`;
  if (limits.total !== undefined) {
    draws.push({ key: key('total'), offerId, takes: 1, ceiling: limits.total, code: 'limit-reached' });
  }
  if (limits.perStore !== undefined) {
    draws.push({
      key: key(`store:${storeId}`),
      offerId,
      takes: 1,
      ceiling: limits.perStore,
      code: 'limit-reached',
    });
  }
  if (limits.budget !== undefined && reserve > 0) {
    const { per, amount } = limits.budget;
    const period =
      per === 'campaign' ? per : `${per}:${localTime(startOfCalendar(now, per, timeZone), timeZone).date}`;
    draws.push({
      key: key(`budget:${period}`),
      offerId,
      takes: reserve,
      ceiling: amount,
      code: 'budget-exhausted',
    });
  }
  return draws.sort((a, b) => (a.key < b.key ? -1 : 1));
}

/** The first counter that has not enough left, or undefined when all have. */
export function drawRefusal(draws: readonly Draw[], used: ReadonlyMap<string, number>): Draw | undefined {
  return draws.find(({ key, takes, ceiling }) => (used.get(key) ?? 0) + takes > ceiling);
}
