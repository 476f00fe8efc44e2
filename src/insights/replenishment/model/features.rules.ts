import { monthOf, weekdayOf, type DayNumber } from './calendar.rules.js';
import { decayed12Days, decayed1Visit, decayed30Visits, decayed45Days, type Habits } from './habits.rules.js';
import { ln, logOfCount, tabledTail } from './numbers.rules.js';
import type { Items } from './population.rules.js';
import type { Rhythm } from './rhythm.rules.js';

/**
 * What the probability of a purchase is made of, in the order of the weights. L is the log odds; p0 the
 * Beta-Binomial share of visits since the first purchase, (k - 1 + s·m) / (n + s).
 */
export const FEATURES = [
  { name: 'constant', label: 'Where everybody starts' },
  { name: 'share', label: 'Share of the visits since the first purchase: L p0' },
  { name: 'recentDays45', label: 'Bought lately, half-life 45 days' },
  { name: 'recentDays12', label: 'Bought lately, half-life 12 days' },
  { name: 'recentVisits1', label: 'Bought at the last visits, half-life 1.5 visits' },
  { name: 'recentVisits30', label: 'Bought over the last visits, half-life 30 visits' },
  { name: 'shareTimesRecent', label: 'Share and last visits together' },
  { name: 'dueDays', label: 'Hazard in days: due since the last visit, given that it was not yet bought' },
  { name: 'dueVisits', label: 'Hazard in visits' },
  { name: 'dueTogether', label: 'Hazards in days and in visits together' },
  { name: 'dueVisitsOwn', label: 'Hazard in visits by the shopper’s own pace' },
  { name: 'overdueDays', label: 'How far from the usual interval in days: z²' },
  { name: 'overdueVisits', label: 'How far from the usual interval in visits: z²' },
  { name: 'acquaintance', label: 'ln of the visits since the first purchase' },
  { name: 'popularity', label: 'How often the clientele buys it on a visit: L m' },
  { name: 'basket', label: 'ln of the shopper’s usual basket' },
  { name: 'basketToday', label: 'ln of their basket on this weekday over the usual' },
  { name: 'basketLately', label: 'ln of their last baskets over the usual' },
  { name: 'sinceLastVisit', label: 'ln of the days since the last visit over the usual' },
  { name: 'weekday', label: 'ln of the clientele’s index of it on this weekday' },
  { name: 'month', label: 'ln of the clientele’s index of it in this month' },
  { name: 'monthTimesShare', label: 'That index and the share together' },
  { name: 'ownWeekday', label: 'ln of the shopper’s index of it on this weekday' },
  { name: 'ownMonth', label: 'ln of the shopper’s index of it in this month' },
] as const;

export const FEATURE_COUNT = FEATURES.length;

/** How many gaps the clientele's mean is worth against a shopper's own, and its variance. */
export const MEAN_WEIGHT = 6;
const VARIANCE_WEIGHT = 8;
/** Odds further out are not told apart: 400 categories of a shopper cannot show them. */
const LEAST = 1e-4;
const MOST_ODDS = 1e4;
/** A product of two log odds is brought back to their size. */
const PRODUCT = 0.1;
const MAX_Z_SQUARED = 9;
/** Keeps a basket of which the catalogue knows nothing from being none. */
const SOME = 0.01;
/** Before anything can have been due. */
const LONG_BEFORE = -9;

/** All that is the same for every habit of a shopper at one visit; made once for all of them. */
export interface Moment {
  day: DayNumber;
  weekday: number;
  month: number;
  /** The number that this visit has or would have. */
  visit: number;
  previousDay: DayNumber;
  visits45Days: number;
  visits12Days: number;
  visits1Visit: number;
  visits30Visits: number;
  basket: number;
  basketToday: number;
  basketLately: number;
  sinceLastVisit: number;
  weekdayShare: number;
  monthShare: number;
  logVisitsOver: number;
}

/** @param day of the visit: that of the last one or a later one */
export function momentOf(rhythm: Rhythm, day: DayNumber): Moment {
  const days = Math.max(0, day - rhythm.lastDay);
  const weekday = weekdayOf(day);
  const month = monthOf(day);
  const { basket, visits } = rhythm;
  const everyDays = rhythm.visitEveryDays ?? 7;
  return {
    day,
    weekday,
    month,
    visit: visits + 1,
    previousDay: rhythm.lastDay,
    visits45Days: rhythm.visits45Days * decayed45Days(days),
    visits12Days: rhythm.visits12Days * decayed12Days(days),
    visits1Visit: rhythm.visits1Visit * decayed1Visit(1),
    visits30Visits: rhythm.visits30Visits * decayed30Visits(1),
    basket: Math.log(Math.max(1, basket)),
    basketToday: Math.log((rhythm.basketOn(weekday) + SOME) / (basket + SOME)),
    basketLately: Math.log((rhythm.recentBasket + SOME) / (basket + SOME)),
    sinceLastVisit: Math.log(Math.max(1, days) / Math.max(1, everyDays)),
    weekdayShare: rhythm.shareOn(weekday),
    monthShare: rhythm.shareIn(month),
    logVisitsOver: rhythm.logVisitsOver,
  };
}

/** Which features are logarithms of odds or ratios: those are written first, and made logarithms of in one go. */
const LOGARITHMS = Uint8Array.of(1, 2, 3, 4, 5, 7, 8, 10, 22, 23);
/** z at the visit and at the one before, for each of the three hazards; six a habit. */
const HAZARDS = Uint8Array.of(7, 8, 10);
const Z_COUNT = 2 * HAZARDS.length;
let z = new Float64Array(Z_COUNT * 512);

/**
 * The features of `count` habits from `from` on at a moment, one row each, written to `into` from its beginning.
 *
 * Decayed shares: (e + w·p0) / (n + w), with e and n the decayed purchases and visits. Hazards: gaps are lognormal
 * with the shopper's mean and variance shrunk to the item's and the clientele's (empirical Bayes); the log odds of
 * 1 - S(t)/S(t at the visit before).
 *
 * Each pass goes over all habits: a function for one of them would be called 400 times by each of its kind, and what
 * it gives back is an object to V8 where it does not find room to unfold it in its caller.
 *
 * @param numbers the item of each habit, by its number in the population
 */
export function writeFeatures(
  habits: Habits,
  from: number,
  count: number,
  items: Items,
  numbers: readonly number[],
  moment: Moment,
  into: Float64Array,
): void {
  if (z.length < count * Z_COUNT) z = new Float64Array(2 * count * Z_COUNT);
  const rows: Rows = { habits, from, until: from + count, items, numbers, moment };
  writeShares(rows, into);
  writeGaps(rows, into);
  writeCalendar(rows, into);
  writeHazards(count, into);
  takeLogarithms(count, into);
  for (let row = 0, at = 0; row < count; row += 1, at += FEATURE_COUNT) {
    const share = into[at + 1] as number;
    into[at + 6] = share * (into[at + 4] as number) * PRODUCT;
    into[at + 9] = (into[at + 7] as number) * (into[at + 8] as number) * PRODUCT;
    into[at + 21] = share * (into[at + 20] as number) * PRODUCT;
  }
}

interface Rows {
  habits: Habits;
  from: number;
  until: number;
  items: Items;
  numbers: readonly number[];
  moment: Moment;
}

function writeShares({ habits, from, until, items, numbers, moment }: Rows, into: Float64Array): void {
  const { strength, share, logitShare } = items;
  const { day, visit } = moment;
  const [all45, all12] = [moment.visits45Days + 4, moment.visits12Days + 3];
  const [all1, all30] = [moment.visits1Visit + 2, moment.visits30Visits + 4];
  for (let habit = from, at = 0; habit < until; habit += 1, at += FEATURE_COUNT) {
    const item = numbers[habit] as number;
    const repeats = habits.purchases(habit) - 1;
    const since = Math.max(repeats, visit - 1 - habits.firstVisit(habit));
    const p0 = (repeats + strength * (share[item] as number)) / (since + strength);
    const days = Math.max(1, day - habits.lastDay(habit));
    const visits = Math.max(1, visit - habits.lastVisit(habit));
    const e45 = habits.bought45Days(habit) * decayed45Days(days) + 4 * p0;
    const e12 = habits.bought12Days(habit) * decayed12Days(days) + 3 * p0;
    const e1 = habits.bought1Visit(habit) * decayed1Visit(visits) + 2 * p0;
    const e30 = habits.bought30Visits(habit) * decayed30Visits(visits) + 4 * p0;
    into[at] = 1;
    into[at + 1] = p0 / (1 - p0);
    into[at + 2] = e45 / Math.max(LEAST, all45 - e45);
    into[at + 3] = e12 / Math.max(LEAST, all12 - e12);
    into[at + 4] = e1 / Math.max(LEAST, all1 - e1);
    into[at + 5] = e30 / Math.max(LEAST, all30 - e30);
    into[at + 13] = logOfCount(1 + since);
    into[at + 14] = logitShare[item] as number;
  }
}

/** How far into its usual gap each habit is, in days and in visits; leaves the hazards' z behind. */
function writeGaps({ habits, from, until, items, numbers, moment }: Rows, into: Float64Array): void {
  const { logDays, logVisits, daysVariance, visitsVariance } = items;
  const { day, visit, previousDay, logVisitsOver } = moment;
  for (let habit = from, at = 0, zAt = 0; habit < until; habit += 1, at += FEATURE_COUNT, zAt += Z_COUNT) {
    const item = numbers[habit] as number;
    const visits = Math.max(1, visit - habits.lastVisit(habit));
    const gaps = habits.gaps(habit);
    const worth = 1 / (MEAN_WEIGHT + gaps);
    const predictive = 1 + worth;
    const sumDays = habits.logDays(habit);
    const sumVisits = habits.logVisits(habit);
    const varianceDays = varianceOf(daysVariance, habits.logDaysSquared(habit), sumDays, gaps);
    const varianceVisits = varianceOf(visitsVariance, habits.logVisitsSquared(habit), sumVisits, gaps);
    const scaleDays = 1 / Math.sqrt(varianceDays * predictive);
    const scaleVisits = 1 / Math.sqrt(varianceVisits * predictive);
    const meanDays = (MEAN_WEIGHT * (logDays[item] as number) + sumDays) * worth;
    const meanVisits = (MEAN_WEIGHT * (logVisits[item] as number) + sumVisits) * worth;
    const pace = MEAN_WEIGHT * logVisitsOver * worth * scaleVisits;
    const overDays = logOfCount(Math.max(1, day - habits.lastDay(habit))) - meanDays;
    const overVisits = logOfCount(visits) - meanVisits;
    const daysBefore = previousDay - habits.lastDay(habit);
    const now = overVisits * scaleVisits;
    const before = visits > 1 ? (logOfCount(visits - 1) - meanVisits) * scaleVisits : LONG_BEFORE;
    z[zAt] = overDays * scaleDays;
    z[zAt + 1] = daysBefore > 0 ? (logOfCount(daysBefore) - meanDays) * scaleDays : LONG_BEFORE;
    z[zAt + 2] = now;
    z[zAt + 3] = before;
    z[zAt + 4] = now - pace;
    z[zAt + 5] = visits > 1 ? before - pace : LONG_BEFORE;
    into[at + 11] = Math.min(MAX_Z_SQUARED, (overDays * overDays) / (daysVariance * predictive));
    into[at + 12] = Math.min(MAX_Z_SQUARED, (overVisits * overVisits) / (visitsVariance * predictive));
  }
}

function writeCalendar({ habits, from, until, items, numbers, moment }: Rows, into: Float64Array): void {
  const { weekday, month, weekdayShare, monthShare } = moment;
  const { basket, basketToday, basketLately, sinceLastVisit } = moment;
  for (let habit = from, at = 0; habit < until; habit += 1, at += FEATURE_COUNT) {
    const item = numbers[habit] as number;
    const purchases = habits.purchases(habit);
    into[at + 15] = basket;
    into[at + 16] = basketToday;
    into[at + 17] = basketLately;
    into[at + 18] = sinceLastVisit;
    into[at + 19] = items.weekday[item * 7 + weekday] as number;
    into[at + 20] = items.month[item * 12 + month] as number;
    into[at + 22] = (habits.onWeekday(habit, weekday) + 4) / (purchases * weekdayShare + 4);
    into[at + 23] = (habits.inMonth(habit, month) + 4) / (purchases * monthShare + 4);
  }
}

/** Odds of the end of each gap, given that it had not ended at the visit before: (S before - S) / S. */
function writeHazards(count: number, into: Float64Array): void {
  for (let row = 0, at = 0, zAt = 0; row < count; row += 1, at += FEATURE_COUNT) {
    for (let hazard = 0; hazard < HAZARDS.length; hazard += 1, zAt += 2) {
      const now = z[zAt] as number;
      const left = tabledTail(now);
      const before = tabledTail(Math.min(z[zAt + 1] as number, now));
      into[at + (HAZARDS[hazard] as number)] = (before - left) / left;
    }
  }
}

function takeLogarithms(count: number, into: Float64Array): void {
  for (let row = 0, from = 0; row < count; row += 1, from += FEATURE_COUNT) {
    for (let each = 0; each < LOGARITHMS.length; each += 1) {
      const at = from + (LOGARITHMS[each] as number);
      into[at] = ln(Math.min(MOST_ODDS, Math.max(LEAST, into[at] as number)));
    }
  }
}

/** Normal distribution of the next ln gap (days) of a habit. */
export function gapOf(
  habits: Habits,
  habit: number,
  items: Items,
  item: number,
): { mean: number; deviation: number } {
  const gaps = habits.gaps(habit);
  const sum = habits.logDays(habit);
  const variance = varianceOf(items.daysVariance, habits.logDaysSquared(habit), sum, gaps);
  return {
    mean: (MEAN_WEIGHT * (items.logDays[item] as number) + sum) / (MEAN_WEIGHT + gaps),
    deviation: Math.sqrt(variance * (1 + 1 / (MEAN_WEIGHT + gaps))),
  };
}

/** A shopper's variance of ln gap, shrunk to the clientele's (scaled inverse χ²). */
function varianceOf(clientele: number, squares: number, sum: number, gaps: number): number {
  const aboutMean = gaps > 0 ? Math.max(0, squares - (sum * sum) / gaps) : 0;
  return (VARIANCE_WEIGHT * clientele + aboutMean) / (VARIANCE_WEIGHT + Math.max(0, gaps - 1));
}
