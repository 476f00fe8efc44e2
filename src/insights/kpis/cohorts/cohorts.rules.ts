import { addDays, addMonths, type CivilDay } from '../civil-days.rules.js';

export type CohortsBy = 'month' | 'channel';

/** Shoppers won in one month, through one channel or any (null); of a channel as a whole, the month is null. */
interface CohortKey {
  /** `yyyy-mm` */
  month: string | null;
  channel: string | null;
}
export interface Cohort extends CohortKey {
  shoppers: number;
  /** On which the last of them was won. */
  lastDay: CivilDay;
}
/** What a cohort earned in one month of age, in minor units; age 0 is the month that begins with the acquisition. */
export interface Earned extends CohortKey {
  currency: string;
  age: number;
  margin: number;
  /** What was paid and paid back, and the part of it whose cost is not known. */
  turnedOver: number;
  estimatedOn: number;
}

/** Cumulative margin per acquired shopper at one age; null where not all of them have been watched so long. */
export interface CohortCell {
  months: number;
  margin: number | null;
}
export interface CohortRow extends CohortKey {
  shoppers: number;
  currency: string;
  estimatedShare: number | null;
  cells: CohortCell[];
}

interface Table {
  /** In months. */
  ages: readonly number[];
  /** The first day of which not everything is known. */
  observedUntil: CivilDay;
  /** A year. */
  discountRate: number;
  /** Of a cohort that never bought. */
  usualCurrency: string;
}

const MONTHS_A_YEAR = 12;
/** So long nobody buys nothing in a shop that is open: the record ends, as one that was imported does. */
const SILENT_DAYS = 92;

/**
 * The first day of which not everything is known: today, or the day after the last purchase of anybody where that is
 * more than a quarter ago.
 */
export function observedUntil(today: CivilDay, lastPurchase: CivilDay | undefined): CivilDay {
  if (lastPurchase === undefined || lastPurchase >= addDays(today, -SILENT_DAYS)) return today;
  return addDays(lastPurchase, 1);
}

/**
 * Lifetime value by cohort: sum over ages t < k of m(t) / (1 + d)^(t / 12), divided by the shoppers ACQUIRED (not by
 * those left), for each age k. Kumar and Reinartz, Customer Relationship Management, ch. 5, with d a year and t in
 * months. Of each cohort one row a currency; of each channel, all its months together first.
 */
export function cohortTable(
  cohorts: readonly Cohort[],
  earned: readonly Earned[],
  table: Table,
): CohortRow[] {
  const byCohort = new Map<string, Earned[]>();
  for (const each of [...earned, ...pooled(earned)]) {
    const key = keyOf(each);
    const ofCohort = byCohort.get(key);
    if (ofCohort === undefined) byCohort.set(key, [each]);
    else ofCohort.push(each);
  }
  return [...cohorts, ...wholeChannels(cohorts)].sort(byKey).flatMap((cohort) => {
    const ofCohort = byCohort.get(keyOf(cohort)) ?? [];
    const currencies = [...new Set(ofCohort.map(({ currency }) => currency))].sort();
    return (currencies.length === 0 ? [table.usualCurrency] : currencies).map((currency) =>
      rowOf(
        cohort,
        ofCohort.filter((each) => each.currency === currency),
        currency,
        table,
      ),
    );
  });
}

/** Each channel with all its months together. */
function wholeChannels(cohorts: readonly Cohort[]): Cohort[] {
  const whole = new Map<string, Cohort>();
  for (const { channel, shoppers, lastDay } of cohorts) {
    if (channel === null) continue;
    const so = whole.get(channel) ?? { month: null, channel, shoppers: 0, lastDay };
    whole.set(channel, {
      ...so,
      shoppers: so.shoppers + shoppers,
      lastDay: lastDay > so.lastDay ? lastDay : so.lastDay,
    });
  }
  return [...whole.values()];
}

/** What was earned through a channel, whatever the month; rows of one age are added up by whoever reads them. */
function pooled(earned: readonly Earned[]): Earned[] {
  return earned.filter(({ channel }) => channel !== null).map((each) => ({ ...each, month: null }));
}

function rowOf(cohort: Cohort, earned: readonly Earned[], currency: string, table: Table): CohortRow {
  const { month, channel, shoppers, lastDay } = cohort;
  const turnedOver = earned.reduce((sum, each) => sum + each.turnedOver, 0);
  const estimatedOn = earned.reduce((sum, each) => sum + each.estimatedOn, 0);
  return {
    month,
    channel,
    shoppers,
    currency,
    estimatedShare: turnedOver === 0 ? null : estimatedOn / turnedOver,
    cells: table.ages.map((months) => {
      const isObserved = addMonths(lastDay, months) <= table.observedUntil;
      return { months, margin: isObserved ? valueAt(months, earned, table.discountRate) / shoppers : null };
    }),
  };
}

function valueAt(months: number, earned: readonly Earned[], discountRate: number): number {
  return earned
    .filter(({ age }) => age < months)
    .reduce((sum, { age, margin }) => sum + margin / (1 + discountRate) ** (age / MONTHS_A_YEAR), 0);
}

function keyOf({ channel, month }: CohortKey): string {
  return JSON.stringify([channel, month]);
}

/** A channel as a whole before its months. */
function byKey(a: CohortKey, b: CohortKey): number {
  return compare(a.channel ?? '', b.channel ?? '') || compare(a.month ?? '', b.month ?? '');
}

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
