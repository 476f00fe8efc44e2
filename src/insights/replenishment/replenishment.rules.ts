import normalCdf from '@stdlib/stats-base-dists-normal-cdf';
import normalQuantile from '@stdlib/stats-base-dists-normal-quantile';
import { DAY_MS } from '../../shared/time.js';
import type { Instant } from '../../shared/time.js';
import type { CategoryHistory, CategoryPrior, ReplenishmentState } from '../../shared/shopper-view.js';

/** Prior weight, in gaps, of the clientele's spread within a shopper against the shopper's own (scaled inverse χ²).
 *  On real purchases (see {@link defaultPrior}) anything from 2 to 10 covers alike; 3 lets five equal gaps speak. */
const SPREAD_WEIGHT = 3;
/** A predictive deviation of ln gap beyond this is no knowledge of a rhythm; it keeps yesterday's purchase out of reminders. */
const MAX_DEVIATION = 1.5;
/** Whoever buys again only once in fifty such cases, and not for two and a half intervals, has given the habit up… */
const LAPSED_SURVIVAL = 0.02;
const LAPSED_INTERVALS = 2.5;
/** …and so has, however irregular, who let six intervals go by: on real purchases such silences mostly go on. */
const LONGEST_INTERVALS = 6;
/** A reminder is for what would run out before the next visit; it looks ahead no more than a week. */
const MAX_HORIZON_DAYS = 7;
/** Beyond this z the tail is below double precision; a later date says nothing more. */
const MAX_Z = 8;
/** A hundred years: keeps every date writable. */
const MAX_GAP_DAYS = 36_500;

/** What is known of a shopper's next purchase of a category. Instants in epoch ms. */
export interface ReplenishmentEstimate {
  purchases: number;
  lastPurchasedAt: Instant;
  /** Median of the predictive gap. */
  intervalDays: number;
  /** `lastPurchasedAt` and one interval; it does not move while nothing is bought, so it may lie in the past. */
  dueAt: Instant;
  /** 10 % and 90 % quantiles of the next purchase, given that it has not come until now. */
  dueFrom: Instant;
  dueTo: Instant;
  /** Until `dueAt`; negative when overdue. */
  daysUntilDue: number;
  /** That the need arises before the shopper comes again; 0 when lapsed. */
  dueProbability: number;
  /** That the category is bought on a visit, whatever the moment. */
  purchaseProbability: number;
  lapsed: boolean;
}

/** The whole UTC day of an instant: two purchases on one day are one replenishment. */
export function shoppingDay(instant: Instant): number {
  return Math.floor(instant / DAY_MS);
}

/** True when the purchase belongs to a day before the last one folded in, so that the state must be folded anew. */
export function isLate(state: ReplenishmentState, purchasedAt: Instant): boolean {
  return shoppingDay(purchasedAt) < shoppingDay(state.lastPurchasedAt);
}

/**
 * The state after one more purchase, in O(1). A second purchase on the same day adds no gap: it only widens the
 * moments of that day, so the order within a day does not matter.
 *
 * @param visitsSoFar the shopper's distinct shopping days up to this purchase, its own included
 * @throws RangeError when the purchase is late ({@link isLate}): fold the history anew instead
 */
export function observePurchase(
  state: ReplenishmentState | undefined,
  purchasedAt: Instant,
  visitsSoFar: number,
): ReplenishmentState {
  if (state === undefined) {
    return {
      purchases: 1,
      firstPurchasedAt: purchasedAt,
      lastPurchasedAt: purchasedAt,
      visitsAtFirst: Math.max(1, visitsSoFar),
      sumLogGap: 0,
      sumLogGapSquared: 0,
    };
  }
  if (isLate(state, purchasedAt)) {
    throw new RangeError(`purchase at ${purchasedAt} is of a day before ${state.lastPurchasedAt}: fold anew`);
  }
  const gapDays = shoppingDay(purchasedAt) - shoppingDay(state.lastPurchasedAt);
  const lastPurchasedAt = Math.max(state.lastPurchasedAt, purchasedAt);
  if (gapDays === 0) {
    const firstPurchasedAt =
      state.purchases === 1 ? Math.min(state.firstPurchasedAt, purchasedAt) : state.firstPurchasedAt;
    return { ...state, firstPurchasedAt, lastPurchasedAt };
  }
  const logGap = Math.log(gapDays);
  return {
    ...state,
    purchases: state.purchases + 1,
    lastPurchasedAt,
    sumLogGap: state.sumLogGap + logGap,
    sumLogGapSquared: state.sumLogGapSquared + logGap * logGap,
  };
}

/**
 * The state of a whole history; `undefined` of an empty one.
 *
 * @param purchases moments at which the category was bought, ascending by day
 * @param visits moments of the shopper's visits, in any order; several on one day count once
 */
export function foldPurchases(
  purchases: readonly Instant[],
  visits: readonly Instant[],
): ReplenishmentState | undefined {
  const [first] = purchases;
  if (first === undefined) return undefined;
  const firstDay = shoppingDay(first);
  const visitsAtFirst = new Set(visits.map(shoppingDay).filter((day) => day <= firstDay)).size;
  return purchases.reduce<ReplenishmentState | undefined>(
    (state, purchasedAt) => observePurchase(state, purchasedAt, visitsAtFirst),
    undefined,
  );
}

/**
 * What is assumed where no clientele has been fitted: a household good bought about every four weeks, by one
 * shopper in twenty visits.
 *
 * - Visits: Beta-Binomial over all pairs of shopper and category; share .062 and strength 6.8 on an Italian
 *   supermarket (Guidotti et al., ICDM 2017: 50 shoppers, 375 categories), .036 and 6.2 on dunnhumby's Complete Journey.
 * - Gaps: in that supermarket the shoppers' mean gap is 15 days for milk, 33 for eggs, 43 over the common categories,
 *   their deviation of ln gap 1.0 between and 1.0 within shoppers. Its categories are whole shelves, so
 *   the default is narrower: .5 within (an Erlang-4 rhythm) is a single good that is used up. A fitted clientele
 *   replaces it.
 */
export function defaultPrior(): CategoryPrior {
  return {
    logGapMean: Math.log(28),
    logGapBetween: 0.8,
    logGapWithin: 0.5,
    visitShare: 0.05,
    visitStrength: 6.5,
  };
}

/**
 * When a shopper will need a category again.
 *
 * Gaps are lognormal; a shopper's mean ln gap is shrunk to the clientele's by empirical Bayes, the spread within
 * the shopper likewise. Days are whole UTC days, as the gaps are. The probability per visit is Beta-Binomial,
 * (k-1 + s·m) / (visits since the first + s): on real histories it ranks and calibrates better than a due date
 * does, which in turn says when to remind.
 *
 * @param visits the shopper's distinct shopping days so far
 * @param visitEveryDays mean days between visits; `undefined` when unknown: a week
 */
export function estimate(
  history: CategoryHistory,
  visits: number,
  visitEveryDays: number | undefined,
  now: Instant,
): ReplenishmentEstimate {
  const { state, prior } = history;
  const silence = silenceOf(history, now);
  const { gap, elapsedDays, intervalDays, lapsed } = silence;
  const after = (days: number): Instant =>
    state.lastPurchasedAt + Math.round(Math.min(days, MAX_GAP_DAYS) * DAY_MS);
  const dueAt = after(intervalDays);
  return {
    purchases: state.purchases,
    lastPurchasedAt: state.lastPurchasedAt,
    intervalDays,
    dueAt,
    dueFrom: after(quantileBeyond(gap, elapsedDays, 0.1)),
    dueTo: after(quantileBeyond(gap, elapsedDays, 0.9)),
    daysUntilDue: (dueAt - now) / DAY_MS,
    dueProbability: dueWithin(silence, visitEveryDays),
    purchaseProbability: purchaseProbability(state, prior, visits),
    lapsed,
  };
}

/** The same as {@link estimate} says: most decisions ask for nothing else, and the quantiles are the dear part. */
export function dueProbability(
  history: CategoryHistory,
  visitEveryDays: number | undefined,
  now: Instant,
): number {
  return dueWithin(silenceOf(history, now), visitEveryDays);
}

/** How long the category has not been bought, and what that says of the habit. */
interface Silence {
  gap: LogGap;
  elapsedDays: number;
  intervalDays: number;
  lapsed: boolean;
}

function silenceOf({ state, prior }: CategoryHistory, now: Instant): Silence {
  const gap = predictiveGap(state, prior);
  const elapsedDays = Math.max(0, shoppingDay(now) - shoppingDay(state.lastPurchasedAt));
  const intervalDays = Math.exp(gap.mean);
  const lapsed =
    elapsedDays >= LONGEST_INTERVALS * intervalDays ||
    (elapsedDays >= LAPSED_INTERVALS * intervalDays && survival(gap, elapsedDays) < LAPSED_SURVIVAL);
  return { gap, elapsedDays, intervalDays, lapsed };
}

function dueWithin({ gap, elapsedDays, lapsed }: Silence, visitEveryDays: number | undefined): number {
  return lapsed ? 0 : 1 - survival(gap, elapsedDays + lookAheadDays(elapsedDays, visitEveryDays));
}

/** Normal distribution of the next ln gap (days). */
interface LogGap {
  mean: number;
  deviation: number;
}

function predictiveGap(state: CategoryHistory['state'], prior: CategoryPrior): LogGap {
  const gaps = state.purchases - 1;
  const aboutMean =
    gaps > 0 ? Math.max(0, state.sumLogGapSquared - (state.sumLogGap * state.sumLogGap) / gaps) : 0;
  const within =
    (SPREAD_WEIGHT * prior.logGapWithin ** 2 + aboutMean) / (SPREAD_WEIGHT + Math.max(0, gaps - 1));
  // How many gaps of this shopper's the clientele's mean is worth: a regular shopper's own mean soon outweighs it.
  const kappa = within / prior.logGapBetween ** 2;
  return {
    mean: (kappa * prior.logGapMean + state.sumLogGap) / (kappa + gaps),
    deviation: Math.min(MAX_DEVIATION, Math.sqrt(within * (1 + 1 / (kappa + gaps)))),
  };
}

/** P(gap > days). */
function survival(gap: LogGap, days: number): number {
  return days <= 0 ? 1 : normalCdf(-zOf(gap, days), 0, 1);
}

/** The gap, in days, below which it ends with probability `share`, given that it is longer than `elapsedDays`. */
function quantileBeyond(gap: LogGap, elapsedDays: number, share: number): number {
  const tail = (1 - share) * survival(gap, elapsedDays);
  return Math.max(elapsedDays, Math.exp(gap.mean - normalQuantile(tail, 0, 1) * gap.deviation));
}

function zOf(gap: LogGap, days: number): number {
  return Math.min(MAX_Z, (Math.log(days) - gap.mean) / gap.deviation);
}

/** To the next visit, and never further than the purchase lies back: who bought just now is not to be reminded. */
function lookAheadDays(elapsedDays: number, visitEveryDays = MAX_HORIZON_DAYS): number {
  return Math.min(elapsedDays, Math.min(MAX_HORIZON_DAYS, Math.max(1, visitEveryDays)));
}

function purchaseProbability(state: CategoryHistory['state'], prior: CategoryPrior, visits: number): number {
  const repeats = state.purchases - 1;
  const visitsSince = Math.max(repeats, visits - state.visitsAtFirst);
  return (repeats + prior.visitStrength * prior.visitShare) / (visitsSince + prior.visitStrength);
}
