import {
  localTime,
  startOfCalendar,
  type Instant,
  type Money,
  type OfferId,
  type StoreId,
} from '../shared/index.js';
import { pacedCeiling, type Pace, type Pacing } from './pacing.rules.js';
import { sharesOf } from './shares.rules.js';

/** Limits of an offer over all shoppers. */
export interface OfferLimits {
  total?: number | undefined;
  perStore?: number | undefined;
  budget?: (Money & { per: 'campaign' | 'day' | 'week' | 'month'; pacing?: Pacing | undefined }) | undefined;
}

/** One counter that a grant takes from: rows in Postgres, locked in the order of their key. */
export interface Draw {
  key: string;
  offerId: OfferId;
  /** What the grant takes: 1, or money in minor units. */
  takes: number;
  /** What the counter may have given in all, now. */
  ceiling: number;
  /** What it may ever give: the same, but where a budget is paced. */
  whole: number;
  /** Into how many rows it is split. */
  shares: number;
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

/** Where and when an offer is made. */
export interface DrawMoment {
  storeId: StoreId;
  now: Instant;
  /** The store's. */
  timeZone: string;
  /** How far the store may use the budget by now, where it is paced. */
  pace?: Pace | undefined;
}

/**
 * The counters that granting this offer in this store now would take from, in the order of their keys.
 * Calendar budgets turn at the store's midnight.
 */
export function drawsOf(
  offer: { offerId: OfferId; limits: OfferLimits; reserve: number },
  { storeId, now, timeZone, pace }: DrawMoment,
): Draw[] {
  const { offerId, limits, reserve } = offer;
  const draws: Draw[] = [];
  const add = (what: string, code: Draw['code'], takes: number, whole: number): void => {
    const key = `${offerId}:${what}`;
    draws.push({ key, offerId, takes, ceiling: whole, whole, shares: sharesOf(whole, takes), code });
  };
  if (limits.total !== undefined) add('total', 'limit-reached', 1, limits.total);
  if (limits.perStore !== undefined) add(`store:${storeId}`, 'limit-reached', 1, limits.perStore);
  if (limits.budget !== undefined && reserve > 0) {
    const { per, amount } = limits.budget;
    const period =
      per === 'campaign' ? per : `${per}:${localTime(startOfCalendar(now, per, timeZone), timeZone).date}`;
    add(`budget:${period}`, 'budget-exhausted', reserve, amount);
    if (pace !== undefined) draws.push(pacedDraw(offer, { pace, amount, period, storeId }));
  }
  return draws.sort((a, b) => (a.key < b.key ? -1 : 1));
}

/** What a store takes of a paced budget, in one row: its ceiling moves, and a store alone is never that hot. */
function pacedDraw(
  { offerId, reserve }: { offerId: OfferId; reserve: number },
  given: { pace: Pace; amount: number; period: string; storeId: StoreId },
): Draw {
  const { pace, amount, period, storeId } = given;
  return {
    key: `${offerId}:pace:${period}:${storeId}`,
    offerId,
    takes: reserve,
    ceiling: pacedCeiling(amount, pace, reserve),
    whole: amount,
    shares: 1,
    code: 'budget-exhausted',
  };
}

/** The first counter that has not enough left, or undefined when all have. */
export function drawRefusal(draws: readonly Draw[], used: ReadonlyMap<string, number>): Draw | undefined {
  return draws.find(({ key, takes, ceiling }) => (used.get(key) ?? 0) + takes > ceiling);
}
