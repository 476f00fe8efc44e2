import normalQuantile from '@stdlib/stats-base-dists-normal-quantile';
import type { Habits } from './habits.rules.js';
import { logOfCount, upperTail } from './numbers.rules.js';
import { gapOf } from './features.rules.js';
import type { Items } from './population.rules.js';
import type { Rhythm } from './rhythm.rules.js';

/** A rhythm begins with the third purchase: two gaps. Before it the item's own gaps stand in. */
export const PURCHASES_FOR_A_RHYTHM = 3;
const MISSED_EACH_SIDE = 0.1;
/** How fast a shopper's own ends move, on the probit scale. */
const END_STEP = 0.02;
const MOST_PROBIT = 4;

/**
 * Where the ends of an 80 % interval lie, as shares of what the lognormal leaves after the time elapsed; by how much
 * of it had elapsed. Split-conformal: quantiles of what was seen.
 */
export interface Intervals {
  /** Upper bounds of the classes of elapsed probability, ascending; the first class is "just bought". */
  elapsedUpTo: readonly number[];
  low: readonly number[];
  middle: readonly number[];
  high: readonly number[];
}

export const ELAPSED_UP_TO = [0, 0.1, 0.25, 0.5, 0.7, 0.85, 0.93, 0.97, 0.99, 1] as const;

/** Those of a lognormal that is just right. */
export const EXACT_INTERVALS: Intervals = {
  elapsedUpTo: ELAPSED_UP_TO,
  low: ELAPSED_UP_TO.map(() => 0.1),
  middle: ELAPSED_UP_TO.map(() => 0.5),
  high: ELAPSED_UP_TO.map(() => 0.9),
};

/** The class of what had elapsed. */
export function classOf(elapsed: number): number {
  const found = ELAPSED_UP_TO.findIndex((bound) => elapsed <= bound);
  return found < 0 ? ELAPSED_UP_TO.length - 1 : found;
}

/** Days since the last purchase within which the next one falls: 10 %, 50 % and 90 % of it. */
export interface NextPurchase {
  fromDays: number;
  medianDays: number;
  toDays: number;
}

/**
 * When the next purchase comes, in days since the last one, given that it has not come for `elapsedDays`.
 *
 * With F the lognormal of the shopper's gaps: F⁻¹(F(e) + (1 - F(e)) · q), where q is the conformal quantile of the
 * class of F(e), moved by the shopper's own offset on the probit scale.
 */
export function nextPurchase(
  habits: Habits,
  habit: number,
  items: Items,
  item: number,
  rhythm: Rhythm,
  intervals: Intervals,
  elapsedDays: number,
): NextPurchase {
  const gap = gapOf(habits, habit, items, item);
  const left = elapsedDays < 1 ? 1 : upperTail((logOfCount(elapsedDays) - gap.mean) / gap.deviation);
  const kind = classOf(1 - left);
  const at = (share: number, offset: number): number => {
    const moved = upperTail(-(probit(share) + offset));
    const tail = Math.max(1e-12, left * (1 - moved));
    return Math.max(elapsedDays, Math.exp(gap.mean - normalQuantile(tail, 0, 1) * gap.deviation));
  };
  return {
    fromDays: at(intervals.low[kind] as number, rhythm.lowOffset),
    medianDays: at(intervals.middle[kind] as number, (rhythm.lowOffset + rhythm.highOffset) / 2),
    toDays: at(intervals.high[kind] as number, rhythm.highOffset),
  };
}

/**
 * Moves a shopper's offsets after a gap of `days`: an end that was missed moves out by 9 parts, one that held moves
 * in by 1 (Gibbs & Candès 2021, adaptive conformal inference), so that each side is missed once in ten in the long run.
 */
export function adaptEnds(
  rhythm: Rhythm,
  habits: Habits,
  habit: number,
  items: Items,
  item: number,
  intervals: Intervals,
  days: number,
): void {
  const gap = gapOf(habits, habit, items, item);
  const at = (logOfCount(days) - gap.mean) / gap.deviation;
  const isBelow = at < probit(intervals.low[0] as number) + rhythm.lowOffset;
  const isAbove = at > probit(intervals.high[0] as number) + rhythm.highOffset;
  rhythm.moveEnds(
    END_STEP * (MISSED_EACH_SIDE - (isBelow ? 1 : 0)),
    END_STEP * ((isAbove ? 1 : 0) - MISSED_EACH_SIDE),
  );
}

function probit(share: number): number {
  if (share <= 0) return -MOST_PROBIT;
  if (share >= 1) return MOST_PROBIT;
  return Math.max(-MOST_PROBIT, Math.min(MOST_PROBIT, normalQuantile(share, 0, 1)));
}
