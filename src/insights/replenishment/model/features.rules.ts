import { monthOf, weekdayOf, type DayNumber } from './calendar.rules.js';
import { decayed12Days, decayed1Visit, decayed30Visits, decayed45Days, type Habits } from './habits.rules.js';
import { logitOf, logOfCount, MAX_LOGIT, upperTail } from './numbers.rules.js';
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
const MEAN_WEIGHT = 6;
const VARIANCE_WEIGHT = 8;
/** A product of two log odds is brought back to their size. */
const PRODUCT = 0.1;
const MAX_Z = 6;
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

/**
 * The features of one habit at a moment, written to `into` from `at` on.
 *
 * Decayed shares: (e + w·p0) / (n + w), with e and n the decayed purchases and visits. Hazards: gaps are lognormal
 * with the shopper's mean and variance shrunk to the item's and the clientele's (empirical Bayes); the log odds of
 * 1 - S(t)/S(t at the visit before).
 */
export function writeFeatures(
  habits: Habits,
  habit: number,
  items: Items,
  item: number,
  moment: Moment,
  into: Float64Array | Float32Array,
  at: number,
): void {
  const purchases = habits.purchases(habit);
  const lastVisit = habits.lastVisit(habit);
  const since = Math.max(purchases - 1, moment.visit - 1 - habits.firstVisit(habit));
  const worth = items.strength * (items.share[item] as number);
  const p0 = (purchases - 1 + worth) / (since + items.strength);
  const share = logitOf(p0, 1 - p0);
  const days = Math.max(1, moment.day - habits.lastDay(habit));
  const visits = Math.max(1, moment.visit - lastVisit);

  const e45 = habits.bought45Days(habit) * decayed45Days(days) + 4 * p0;
  const e12 = habits.bought12Days(habit) * decayed12Days(days) + 3 * p0;
  const e1 = habits.bought1Visit(habit) * decayed1Visit(visits) + 2 * p0;
  const e30 = habits.bought30Visits(habit) * decayed30Visits(visits) + 4 * p0;
  const recentVisits = logitOf(e1, moment.visits1Visit + 2 - e1);

  const gaps = habits.gaps(habit);
  const worthOfGaps = 1 / (MEAN_WEIGHT + gaps);
  const logDays = habits.logDays(habit);
  const logVisits = habits.logVisits(habit);
  const meanDays = (MEAN_WEIGHT * (items.logDays[item] as number) + logDays) * worthOfGaps;
  const meanVisits = (MEAN_WEIGHT * (items.logVisits[item] as number) + logVisits) * worthOfGaps;
  const paceVisits = meanVisits + MEAN_WEIGHT * moment.logVisitsOver * worthOfGaps;
  const predictive = 1 + worthOfGaps;
  const ownDays =
    1 / Math.sqrt(varianceOf(items.daysVariance, habits.logDaysSquared(habit), logDays, gaps) * predictive);
  const ownVisits =
    1 /
    Math.sqrt(varianceOf(items.visitsVariance, habits.logVisitsSquared(habit), logVisits, gaps) * predictive);
  const logOfDays = logOfCount(days);
  const logOfVisits = logOfCount(visits);
  const daysBefore = moment.previousDay - habits.lastDay(habit);
  const logDaysBefore = daysBefore > 0 ? logOfCount(daysBefore) : LONG_BEFORE * 100;
  const logVisitsBefore = visits > 1 ? logOfCount(visits - 1) : LONG_BEFORE * 100;
  const dueDays = hazard((logOfDays - meanDays) * ownDays, (logDaysBefore - meanDays) * ownDays);
  const dueVisits = hazard(
    (logOfVisits - meanVisits) * ownVisits,
    (logVisitsBefore - meanVisits) * ownVisits,
  );
  const dueOwn = hazard((logOfVisits - paceVisits) * ownVisits, (logVisitsBefore - paceVisits) * ownVisits);

  const month = items.month[item * 12 + moment.month] as number;
  into[at] = 1;
  into[at + 1] = share;
  into[at + 2] = logitOf(e45, moment.visits45Days + 4 - e45);
  into[at + 3] = logitOf(e12, moment.visits12Days + 3 - e12);
  into[at + 4] = recentVisits;
  into[at + 5] = logitOf(e30, moment.visits30Visits + 4 - e30);
  into[at + 6] = share * recentVisits * PRODUCT;
  into[at + 7] = dueDays;
  into[at + 8] = dueVisits;
  into[at + 9] = dueDays * dueVisits * PRODUCT;
  into[at + 10] = dueOwn;
  into[at + 11] = Math.min(MAX_Z_SQUARED, (logOfDays - meanDays) ** 2 / (items.daysVariance * predictive));
  into[at + 12] = Math.min(
    MAX_Z_SQUARED,
    (logOfVisits - meanVisits) ** 2 / (items.visitsVariance * predictive),
  );
  into[at + 13] = logOfCount(1 + since);
  into[at + 14] = items.logitShare[item] as number;
  into[at + 15] = moment.basket;
  into[at + 16] = moment.basketToday;
  into[at + 17] = moment.basketLately;
  into[at + 18] = moment.sinceLastVisit;
  into[at + 19] = items.weekday[item * 7 + moment.weekday] as number;
  into[at + 20] = month;
  into[at + 21] = month * share * PRODUCT;
  into[at + 22] = Math.log(
    (habits.onWeekday(habit, moment.weekday) + 4) / (purchases * moment.weekdayShare + 4),
  );
  into[at + 23] = Math.log((habits.inMonth(habit, moment.month) + 4) / (purchases * moment.monthShare + 4));
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

/** Log odds of the end of a gap by z, given that it had not ended at `zBefore`. */
function hazard(z: number, zBefore: number): number {
  const left = upperTail(Math.min(MAX_Z, z));
  const leftBefore = zBefore < LONG_BEFORE ? 1 : upperTail(Math.min(zBefore, z, MAX_Z));
  return Math.min(MAX_LOGIT, logitOf(leftBefore - left, left));
}
