import {
  localTime,
  type Instant,
  type ShopperId,
  type ShopperTraits,
  type StoreId,
} from '../../shared/index.js';

/** One purchase: when, in which store if in one, and whether online. */
export type Bought = readonly [purchasedAt: Instant, storeId: StoreId | null, online: 0 | 1];

/** What Postgres adds up of one shopper's last year. */
export interface TraitFacts {
  shopper_id: ShopperId;
  /** The shopper's own clock, or else that of their home store. */
  time_zone: string | null;
  acquisition: { at: string; by?: 'signup' | 'purchase'; channel?: string } | null;
  created_at: Instant;
  bought: readonly Bought[] | null;
  /** Units with a price, those of them with a discount or a coupon, with a coupon; and what was paid for the first two. */
  priced_units: number;
  reduced_units: number;
  coupon_units: number;
  paid: number;
  reduced_paid: number;
  grouped_units: number;
  own_brand_units: number;
  loyal_groups: number;
  interactions: ShopperTraits['interactions'] | null;
  referrals: number;
  referred: readonly ShopperId[] | null;
  browsed: ShopperTraits['browsed'] | null;
  offers: ShopperTraits['offers'];
}

/** What the shop adds to the facts of a shopper. */
export interface Calendar {
  zoneOf: (storeId: StoreId) => string | undefined;
  /** `MM-DD` each year, or `yyyy-mm-dd`, by the clock of the store. */
  holidays: ReadonlySet<string>;
}

const MOST_STORES = 5;
/** Shares to the per mille: a view has no room for more digits, nor has a year of purchases. */
const PRECISION = 1_000;

/** The traits of one shopper. Pure; the order of the purchases does not matter. */
export function traitsOf(facts: TraitFacts, calendar: Calendar): ShopperTraits {
  const bought = facts.bought ?? [];
  const moments = bought.map(([at, storeId]) =>
    localTime(at, (storeId && calendar.zoneOf(storeId)) ?? facts.time_zone ?? 'UTC'),
  );
  return {
    purchases: bought.length,
    online: bought.filter(([, , online]) => online === 1).length,
    holidays: moments.filter(
      ({ date, monthDay }) => calendar.holidays.has(date) || calendar.holidays.has(monthDay),
    ).length,
    weekdays: histogram(
      7,
      moments.map(({ isoWeekday }) => isoWeekday - 1),
    ),
    hours: histogram(
      24,
      moments.map(({ hour }) => hour),
    ),
    stores: storesOf(bought),
    ...reducedOf(facts),
    ...(facts.grouped_units > 0 && { ownBrandShare: share(facts.own_brand_units, facts.grouped_units) }),
    loyalGroups: facts.loyal_groups,
    interactions: facts.interactions ?? {},
    referrals: facts.referrals,
    referred: facts.referred ?? [],
    browsed: facts.browsed ?? [],
    offers: facts.offers,
    acquired: acquiredOf(facts),
  };
}

/** The places of a histogram that hold the most, all of them where some are alike, and their share; none of nothing. */
export function modesOf(counts: readonly number[]): { places: number[]; share: number } | undefined {
  const most = Math.max(0, ...counts);
  if (most === 0) return undefined;
  const total = counts.reduce((sum, count) => sum + count, 0);
  const places = counts.flatMap((count, place) => (count === most ? [place] : []));
  return { places, share: most / total };
}

function reducedOf(facts: TraitFacts): Pick<ShopperTraits, 'reduced'> {
  if (facts.priced_units <= 0) return {};
  return {
    reduced: {
      units: share(facts.reduced_units, facts.priced_units),
      ...(facts.paid > 0 && { spend: share(facts.reduced_paid, facts.paid) }),
      couponUnits: share(facts.coupon_units, facts.priced_units),
    },
  };
}

/** Without a word of the retailer, a shopper was acquired by signing up, when the profile came. */
function acquiredOf({ acquisition, created_at: createdAt }: TraitFacts): ShopperTraits['acquired'] {
  if (acquisition === null) return { at: createdAt, by: 'signup' };
  const { at, by = 'signup', channel } = acquisition;
  return { at: Date.parse(at), by, ...(channel !== undefined && { channel }) };
}

function storesOf(bought: readonly Bought[]): ShopperTraits['stores'] {
  const counts = new Map<StoreId, number>();
  for (const [, storeId] of bought) if (storeId !== null) counts.set(storeId, (counts.get(storeId) ?? 0) + 1);
  return [...counts].sort(([a, of], [b, others]) => others - of || (a < b ? -1 : 1)).slice(0, MOST_STORES);
}

function histogram(length: number, places: readonly number[]): number[] {
  const counts = new Array<number>(length).fill(0);
  for (const place of places) counts[place] = (counts[place] ?? 0) + 1;
  return counts;
}

function share(part: number, whole: number): number {
  return Math.round((Math.max(0, part) / whole) * PRECISION) / PRECISION;
}
