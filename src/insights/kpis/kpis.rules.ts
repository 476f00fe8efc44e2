import type { Money } from '../../shared/index.js';

/**
 * What the statements of the report counted. `bucket` 1 is the period before the first that is shown, 2 the first
 * shown, and so on; null is all that are shown, taken together (not added up: a shopper counts once).
 */
export interface KpiTallies {
  activity: readonly { bucket: number | null; active: number; purchases: number; retained: number }[];
  /** `bucket` 0: before all of them; one after the last: later than all. */
  acquired: readonly AcquiredTally[];
  lifetimes: readonly { bucket: number; active_periods: number }[];
  gaps: readonly { bucket: number | null; days: number }[];
  visits: readonly { bucket: number | null; visits: number; visitors: number; with_purchase: number }[];
  money: readonly MoneyTally[];
}
export interface AcquiredTally {
  bucket: number;
  dated_by: DatedBy;
  /** Of the cost; null where none is known. */
  currency: string | null;
  shoppers: number;
  with_cost: number;
  cost: number;
}
export interface MoneyTally {
  bucket: number;
  currency: string;
  revenue: number;
  margin: number;
  /** What was paid and paid back, and the part of it whose cost is not known. */
  turned_over: number;
  estimated_on: number;
}
export type DatedBy = 'recorded' | 'firstPurchase' | 'created';

export interface KpiFigures {
  acquiredShoppers: number;
  acquisitionRate: number | null;
  acquisitionCost: Money[];
  acquisitionCostKnown: number;
  activeShoppers: number;
  purchases: number;
  revenue: Money[];
  margin: (Money & { estimatedShare: number | null })[];
  interPurchaseDays: number | null;
  retention: number | null;
  defection: number | null;
  averageLifetimePeriods: number | null;
  lifetimeObservedPeriods: number;
  visits: number;
  visitsPerShopper: number | null;
  visitsWithPurchaseShare: number | null;
}

const FIRST_SHOWN = 2;
const NO_ACTIVITY = { active: 0, purchases: 0 };
const NO_VISITS = { visits: 0, visitors: 0, with_purchase: 0 };

/** One period, or all that are shown. */
interface Slice {
  /** Of rows in which a shopper counts once; null for all periods. */
  key: number | null;
  buckets: readonly number[];
  /** Those of them that are over: how many stayed in a running one is not known yet. */
  finished: readonly number[];
}

/**
 * The figures of each period and of all together.
 *
 * @param complete for each period shown, whether it is over
 */
export function kpisOf(
  tallies: KpiTallies,
  complete: readonly boolean[],
): { periods: KpiFigures[]; total: KpiFigures } {
  const slices = complete.map((isOver, index): Slice => {
    const bucket = index + FIRST_SHOWN;
    return { key: bucket, buckets: [bucket], finished: isOver ? [bucket] : [] };
  });
  const all: Slice = {
    key: null,
    buckets: slices.flatMap(({ buckets }) => buckets),
    finished: slices.flatMap(({ finished }) => finished),
  };
  return {
    periods: slices.map((slice, index) => figuresOf(tallies, slice, complete.length - index)),
    total: figuresOf(tallies, all, complete.length),
  };
}

/** How many of the shoppers of a report are dated in which way. */
export function datedBy(acquired: readonly AcquiredTally[]): Record<DatedBy, number> {
  const counts = { recorded: 0, firstPurchase: 0, created: 0 };
  for (const { dated_by: way, shoppers } of acquired) counts[way] += shoppers;
  return counts;
}

/**
 * r = S(t) / S(t-1), and defection, its complement. Null where nobody could have stayed.
 *
 * @param active in the periods before
 * @param stayed those of them who are active in the periods after, too
 */
export function retentionOf(stayed: number, active: number): Pick<KpiFigures, 'retention' | 'defection'> {
  return { retention: ratio(stayed, active), defection: ratio(active - stayed, active) };
}

/**
 * Average lifetime in periods: active customer-periods by size of the cohort. V. Kumar and W. Reinartz, Customer
 * Relationship Management, ch. 5: 21,648 / 7,500 = 2.89.
 */
export function averageLifetime(activePeriods: number, cohortSize: number): number | null {
  return ratio(activePeriods, cohortSize);
}

function figuresOf(tallies: KpiTallies, slice: Slice, observedPeriods: number): KpiFigures {
  const { key, buckets, finished } = slice;
  const acquisition = acquisitionOf(tallies.acquired, buckets);
  const activity = tallies.activity.find(({ bucket }) => bucket === key) ?? NO_ACTIVITY;
  const {
    visits,
    visitors,
    with_purchase: bought,
  } = tallies.visits.find(({ bucket }) => bucket === key) ?? NO_VISITS;
  const activePeriods = sum(inBuckets(tallies.lifetimes, buckets), (row) => row.active_periods);
  return {
    ...acquisition,
    activeShoppers: activity.active,
    purchases: activity.purchases,
    ...moneyOf(inBuckets(tallies.money, buckets)),
    interPurchaseDays: tallies.gaps.find(({ bucket }) => bucket === key)?.days ?? null,
    ...followed(tallies.activity, finished),
    averageLifetimePeriods: averageLifetime(activePeriods, acquisition.acquiredShoppers),
    lifetimeObservedPeriods: observedPeriods,
    visits,
    visitsPerShopper: ratio(visits, visitors),
    visitsWithPurchaseShare: ratio(bought, visits),
  };
}

function acquisitionOf(
  acquired: readonly AcquiredTally[],
  buckets: readonly number[],
): Pick<KpiFigures, 'acquiredShoppers' | 'acquisitionRate' | 'acquisitionCost' | 'acquisitionCostKnown'> {
  const start = Math.min(...buckets);
  const before = acquired.filter(({ bucket }) => bucket < start);
  const now = inBuckets(acquired, buckets);
  const shoppers = sum(now, (row) => row.shoppers);
  const costs = byCurrency(now.filter((row) => row.with_cost > 0));
  return {
    acquiredShoppers: shoppers,
    acquisitionRate: ratio(
      shoppers,
      sum(before, (row) => row.shoppers),
    ),
    acquisitionCost: costs.map(([currency, rows]) => ({
      amount: rounded(sum(rows, ({ cost }) => cost) / sum(rows, (row) => row.with_cost)),
      currency,
    })),
    acquisitionCostKnown: sum(now, (row) => row.with_cost),
  };
}

/** Only who was active in the period before could stay in this one. */
function followed(
  activity: KpiTallies['activity'],
  buckets: readonly number[],
): Pick<KpiFigures, 'retention' | 'defection'> {
  const stayed = sum(inBuckets(activity, buckets), ({ retained }) => retained);
  const before = inBuckets(
    activity,
    buckets.map((bucket) => bucket - 1),
  );
  return retentionOf(
    stayed,
    sum(before, ({ active }) => active),
  );
}

function moneyOf(rows: readonly MoneyTally[]): Pick<KpiFigures, 'revenue' | 'margin'> {
  const sums = byCurrency(rows).map(([currency, ofCurrency]) => ({
    currency,
    revenue: sum(ofCurrency, ({ revenue }) => revenue),
    margin: sum(ofCurrency, ({ margin }) => margin),
    estimatedShare: ratio(
      sum(ofCurrency, (row) => row.estimated_on),
      sum(ofCurrency, (row) => row.turned_over),
    ),
  }));
  return {
    revenue: sums.map(({ revenue, currency }) => ({ amount: rounded(revenue), currency })),
    margin: sums.map(({ margin, currency, estimatedShare }) => ({
      amount: rounded(margin),
      currency,
      estimatedShare,
    })),
  };
}

function inBuckets<Row extends { bucket: number | null }>(
  rows: readonly Row[],
  buckets: readonly number[],
): Row[] {
  return rows.filter(({ bucket }) => bucket !== null && buckets.includes(bucket));
}

function byCurrency<Row extends { currency: string | null }>(rows: readonly Row[]): [string, Row[]][] {
  const groups = new Map<string, Row[]>();
  for (const row of rows) {
    if (row.currency !== null) groups.set(row.currency, [...(groups.get(row.currency) ?? []), row]);
  }
  return [...groups].sort(([a], [b]) => (a < b ? -1 : 1));
}

function sum<Row>(rows: readonly Row[], of: (row: Row) => number): number {
  return rows.reduce((total, row) => total + of(row), 0);
}

function ratio(part: number, whole: number): number | null {
  return whole === 0 ? null : part / whole;
}

/** To a whole minor unit, half up. */
function rounded(amount: number): number {
  return Math.floor(amount + 0.5);
}
