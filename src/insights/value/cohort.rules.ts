/** Weeks are the unit of time of these models, as in the literature: parameters compare with published ones. */
export const DAYS_PER_WEEK = 7;

/**
 * What the models need to know of one shopper ("RF-CBS"): purchase days after the first, and, counted from the first
 * in weeks, when the last one was and when the observation ends.
 */
export interface History {
  /** x: purchase days after the first. */
  repeats: number;
  /** t_x, 0 without a repeat. */
  lastWeeks: number;
  /** T. */
  ageWeeks: number;
}

/** So many shoppers of one history. */
export interface CountedHistory extends History {
  count: number;
}

/**
 * Shoppers to fit to: distinct histories with their counts, as parallel arrays, and the distinct values in them by
 * index, so that one likelihood takes one logarithm per distinct time and not per shopper.
 */
export interface Cohort {
  shoppers: number;
  repeats: Float64Array;
  counts: Float64Array;
  /** Index into `times` of t_x and of T. */
  lastAt: Uint32Array;
  ageAt: Uint32Array;
  times: Float64Array;
  /** [x, shoppers with it] */
  byRepeats: readonly (readonly [repeats: number, shoppers: number])[];
  sumRepeats: number;
  maxRepeats: number;
  maxAgeWeeks: number;
  /** Σ over shoppers of Σ ln gap (weeks); only models of regular purchases ask for it. */
  sumLogGaps: number;
}

/**
 * @param sumLogGaps over all gaps between purchase days of all shoppers, ln weeks
 * @throws RangeError naming the first history that cannot be
 */
export function cohortOf(histories: Iterable<CountedHistory>, sumLogGaps: number): Cohort {
  const merged = new Map<string, CountedHistory>();
  for (const history of histories) {
    check(history);
    const key = `${history.repeats} ${history.lastWeeks} ${history.ageWeeks}`;
    const known = merged.get(key);
    if (known === undefined) merged.set(key, { ...history });
    else known.count += history.count;
  }
  return arrayed([...merged.values()], sumLogGaps);
}

function check({ repeats, lastWeeks, ageWeeks, count }: CountedHistory): void {
  const isSound =
    Number.isInteger(repeats) && repeats >= 0 && lastWeeks >= 0 && lastWeeks <= ageWeeks && count > 0;
  if (!isSound || (repeats === 0 && lastWeeks !== 0) || !Number.isFinite(ageWeeks)) {
    throw new RangeError(
      `no history: repeats ${repeats}, last ${lastWeeks}, age ${ageWeeks}, ${count} times`,
    );
  }
}

function arrayed(histories: readonly CountedHistory[], sumLogGaps: number): Cohort {
  const places = new Map<number, number>();
  const placeOf = (time: number): number => {
    const place = places.get(time) ?? places.size;
    places.set(time, place);
    return place;
  };
  const byRepeats = new Map<number, number>();
  for (const { repeats, count } of histories) {
    byRepeats.set(repeats, (byRepeats.get(repeats) ?? 0) + count);
  }
  const total = (of: (history: CountedHistory) => number): number =>
    histories.reduce((sum, history) => sum + of(history), 0);
  const most = (of: (history: CountedHistory) => number): number =>
    histories.reduce((max, history) => Math.max(max, of(history)), 0);
  return {
    shoppers: total(({ count }) => count),
    repeats: Float64Array.from(histories, ({ repeats }) => repeats),
    counts: Float64Array.from(histories, ({ count }) => count),
    lastAt: Uint32Array.from(histories, ({ lastWeeks }) => placeOf(lastWeeks)),
    ageAt: Uint32Array.from(histories, ({ ageWeeks }) => placeOf(ageWeeks)),
    times: Float64Array.from(places.keys()),
    byRepeats: [...byRepeats],
    sumRepeats: total(({ repeats, count }) => repeats * count),
    maxRepeats: most(({ repeats }) => repeats),
    maxAgeWeeks: most(({ ageWeeks }) => ageWeeks),
    sumLogGaps,
  };
}

/** Σ over distinct x of shoppers times `of(x)`. */
export function sumByRepeats({ byRepeats }: Cohort, of: (repeats: number) => number): number {
  let sum = 0;
  for (const [repeats, shoppers] of byRepeats) sum += shoppers * of(repeats);
  return sum;
}

/** A guess of the parameter that purchase rates are scaled by, in weeks; starts are taken around it. */
export function typicalScale({ maxAgeWeeks }: Cohort): number {
  return Math.max(maxAgeWeeks, 1 / DAYS_PER_WEEK) / 8;
}
