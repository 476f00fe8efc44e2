/* eslint-disable @typescript-eslint/no-non-null-assertion -- every index runs within its own array */
import { DAYS_PER_WEEK, type History } from './cohort.rules.js';

/** What a shopper bought on one day: many purchases of a day are one. Days are counted from 1970-01-01. */
export interface PurchaseDay {
  day: number;
  /** Spent, in any unit of money; less what was returned. */
  spend: number;
}

/** A shopper's history until a day, and what the gaps and spends of it add up to. */
export interface Observed extends History {
  /** Σ ln gap, weeks. */
  sumLogGaps: number;
  /** The last two gaps, where there are two. */
  lastGaps: readonly [number, number] | undefined;
  /** Spent on the repeat days. */
  repeatSpend: number;
}

/**
 * @param days in order, each once, the first of them no later than `until`
 * @param until the last day that is observed; purchases after it are not looked at
 */
export function observed(days: readonly PurchaseDay[], until: number): Observed {
  const seen = days.filter(({ day }) => day <= until);
  const weeks = seen.map(({ day }) => day / DAYS_PER_WEEK);
  const gaps = weeks.slice(1).map((week, index) => week - weeks[index]!);
  const [first, last] = [weeks[0]!, weeks[weeks.length - 1]!];
  return {
    repeats: gaps.length,
    lastWeeks: last - first,
    ageWeeks: until / DAYS_PER_WEEK - first,
    sumLogGaps: gaps.reduce((sum, gap) => sum + Math.log(gap), 0),
    lastGaps: gaps.length < 2 ? undefined : [gaps[gaps.length - 2]!, gaps[gaps.length - 1]!],
    repeatSpend: seen.slice(1).reduce((sum, { spend }) => sum + spend, 0),
  };
}
