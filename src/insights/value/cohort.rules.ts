/* eslint-disable @typescript-eslint/no-non-null-assertion -- every index runs within its own array */
/** Weeks are the unit of time of these models, as in the literature: parameters compare with published ones. */
export const DAYS_PER_WEEK = 7;

/** Up to so many distinct histories a likelihood is quick enough to search on; more are sketched first. */
const SMALL = 5_000;
const SKETCH_STEPS = 40;

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
  counts: Float64Array;
  /** Index into `repeats` of x, into `times` of t_x and of T. */
  repeatsAt: Uint32Array;
  lastAt: Uint32Array;
  ageAt: Uint32Array;
  times: Float64Array;
  repeats: Float64Array;
  /** How many shoppers have each of `repeats`. */
  shoppersOf: Float64Array;
  sumRepeats: number;
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
    add(merged, history);
  }
  return arrayed([...merged.values()], sumLogGaps);
}

function add(merged: Map<string, CountedHistory>, history: CountedHistory): void {
  const key = `${history.repeats} ${history.lastWeeks} ${history.ageWeeks}`;
  const known = merged.get(key);
  if (known === undefined) merged.set(key, { ...history });
  else known.count += history.count;
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
  const times = new Places();
  const repeats = new Places();
  const repeatsAt = Uint32Array.from(histories, (history) => repeats.of(history.repeats));
  const lastAt = Uint32Array.from(histories, ({ lastWeeks }) => times.of(lastWeeks));
  const ageAt = Uint32Array.from(histories, ({ ageWeeks }) => times.of(ageWeeks));
  const shoppersOf = new Float64Array(repeats.values.length);
  histories.forEach(({ count }, index) => (shoppersOf[repeatsAt[index]!]! += count));
  return {
    shoppers: shoppersOf.reduce((sum, count) => sum + count, 0),
    counts: Float64Array.from(histories, ({ count }) => count),
    repeatsAt,
    lastAt,
    ageAt,
    times: Float64Array.from(times.values),
    repeats: Float64Array.from(repeats.values),
    shoppersOf,
    sumRepeats: histories.reduce((sum, { repeats: x, count }) => sum + x * count, 0),
    maxAgeWeeks: histories.reduce((most, { ageWeeks }) => Math.max(most, ageWeeks), 0),
    sumLogGaps,
  };
}

/** Distinct values, each with its place. */
class Places {
  readonly values: number[] = [];
  readonly #places = new Map<number, number>();

  of(value: number): number {
    const known = this.#places.get(value);
    if (known !== undefined) return known;
    this.#places.set(value, this.values.length);
    return this.values.push(value) - 1;
  }
}

/** The distinct histories of a cohort again. */
export function* historiesOf(cohort: Cohort): Generator<CountedHistory> {
  const { counts, repeatsAt, lastAt, ageAt, times, repeats } = cohort;
  for (let i = 0; i < counts.length; i += 1) {
    const [lastWeeks, ageWeeks] = [times[lastAt[i]!]!, times[ageAt[i]!]!];
    yield { repeats: repeats[repeatsAt[i]!]!, lastWeeks, ageWeeks, count: counts[i]! };
  }
}

/**
 * About the same cohort with far fewer distinct histories, to search on where the likelihood of all would take long;
 * the cohort itself when it is small. Times are rounded to 1/40 of the longest, counts are kept.
 */
export function sketchOf(cohort: Cohort): Cohort {
  if (cohort.counts.length <= SMALL) return cohort;
  const step = cohort.maxAgeWeeks / SKETCH_STEPS;
  const rounded = (weeks: number): number => Math.ceil(weeks / step) * step;
  const sketched = new Map<string, CountedHistory>();
  for (const { repeats, lastWeeks, ageWeeks, count } of historiesOf(cohort)) {
    add(sketched, { repeats, lastWeeks: rounded(lastWeeks), ageWeeks: rounded(ageWeeks), count });
  }
  return arrayed([...sketched.values()], cohort.sumLogGaps);
}

/** Σ over distinct x of shoppers times `of(x)`. */
export function sumByRepeats({ repeats, shoppersOf }: Cohort, of: (repeats: number) => number): number {
  let sum = 0;
  for (let i = 0; i < repeats.length; i += 1) sum += shoppersOf[i]! * of(repeats[i]!);
  return sum;
}

/** A guess of the parameter that purchase rates are scaled by, in weeks; starts are taken around it. */
export function typicalScale({ maxAgeWeeks }: Cohort): number {
  return Math.max(maxAgeWeeks, 1 / DAYS_PER_WEEK) / 8;
}
