import type { DayNumber } from './calendar.rules.js';
import { FEATURE_COUNT, gapOf } from './features.rules.js';
import {
  classOf,
  ELAPSED_UP_TO,
  EXACT_INTERVALS,
  PURCHASES_FOR_A_RHYTHM,
  type Intervals,
} from './intervals.rules.js';
import { fitLogistic, inverse, type Sample } from './logistic.rules.js';
import { logOfCount, upperTail } from './numbers.rules.js';
import { Counting, type Items } from './population.rules.js';
import { finished, type Work } from '../../../shared/work.js';
import { itself, ShopperModel, type Visit, type Weighing } from './shopper.rules.js';

/** All that is fitted: what the items are like, what the features weigh, where intervals end. */
export interface Population {
  items: Items;
  weighing: Weighing;
  intervals: Intervals;
}

/** A million and a half rows fix two dozen weights to the third digit, and take 150 MB while they are fitted. */
const MOST_ROWS = 1_500_000;
/** Pairs that one shopper's own weights take to come half the way: 15,000 to 60,000 do alike. */
const ADAPTED_IN_PAIRS = 30_000;
/** Golden ratio: visits taken by its multiples are spread evenly over every shopper's history. */
const SPREAD = 0.618_033_988_749_895;
/** Days asked on, over the middle of the history: later ones would see only the short gaps end. */
const ASKED_FROM = 0.3;
const ASKED_TO = 0.75;
const ASKED_TIMES = 40;
/** Quantiles of more are the same to the third digit, and sorting them holds the process up. */
const MOST_SORTED = 100_000;
/** A class with fewer gaps takes those of all. */
const ENOUGH_GAPS = 100;

/**
 * Fits everything to the histories of a clientele.
 *
 * @param shoppers each one's visits, ascending, one a day; read three times
 * @param itemCount items are numbered below it; one that nobody bought gets the clientele's figures
 */
export function fitPopulation(shoppers: readonly (readonly Visit[])[], itemCount: number): Population {
  return finished(populationOf(shoppers, itemCount));
}

/** {@link fitPopulation} in turns. */
export function* populationOf(shoppers: readonly (readonly Visit[])[], itemCount: number): Work<Population> {
  const counting = new Counting(itemCount);
  for (const visits of shoppers) {
    counting.add(visits);
    yield;
  }
  const items = yield* counting.finish();
  const intervals = yield* fitIntervals(shoppers, items);
  const weighing = yield* fitWeights(shoppers, items, counting.rows);
  return { items, intervals, weighing };
}

function* fitWeights(shoppers: readonly (readonly Visit[])[], items: Items, rows: number): Work<Weighing> {
  const sample = yield* sampleOf(shoppers, items, Math.min(1, MOST_ROWS / Math.max(1, rows)), rows);
  const start = new Float64Array(FEATURE_COUNT);
  // The Beta-Binomial share alone: near the top, and never far from it.
  start[1] = 1;
  const { weights, information } = yield* fitLogistic(sample, start);
  const scale = sample.bought.length / ADAPTED_IN_PAIRS;
  return { weights, step: inverse(information, FEATURE_COUNT).map((each) => each * scale) };
}

/** The rows of a share of the visits. */
function* sampleOf(
  shoppers: readonly (readonly Visit[])[],
  items: Items,
  share: number,
  rows: number,
): Work<Sample> {
  const room = Math.ceil(Math.min(rows, rows * share * 1.1 + 100_000));
  const kept = new Float32Array(room * FEATURE_COUNT);
  const bought = new Uint8Array(room);
  let count = 0;
  let visitsSeen = 0;
  let buffer = new Float64Array(FEATURE_COUNT * 64);
  for (const visits of shoppers) {
    yield;
    const model = new ShopperModel(itself);
    for (const visit of visits) {
      visitsSeen += 1;
      const { size } = model.habits;
      const isTaken = share >= 1 || (visitsSeen * SPREAD) % 1 < share;
      if (isTaken && size > 0 && count + size <= room) {
        if (buffer.length < size * FEATURE_COUNT) buffer = new Float64Array(size * FEATURE_COUNT * 2);
        model.featuresAt(visit.day, items, buffer);
        kept.set(buffer.subarray(0, size * FEATURE_COUNT), count * FEATURE_COUNT);
        for (const item of visit.items) {
          const habit = model.habitOf(item);
          if (habit !== undefined) bought[count + habit] = 1;
        }
        count += size;
      }
      model.observe(visit, items, EXACT_INTERVALS);
    }
  }
  return {
    width: FEATURE_COUNT,
    rows: kept.subarray(0, count * FEATURE_COUNT),
    bought: bought.subarray(0, count),
  };
}

/**
 * Conformal quantiles of where in the rest of the lognormal the next purchase fell, asked right after a purchase and
 * on days spread over the history.
 */
function* fitIntervals(shoppers: readonly (readonly Visit[])[], items: Items): Work<Intervals> {
  const asked = askedDays(shoppers);
  const seen = ELAPSED_UP_TO.map(() => [] as number[]);
  for (const visits of shoppers) {
    yield;
    const model = new ShopperModel(itself);
    for (const visit of visits) {
      for (const item of visit.items) {
        const habit = model.habitOf(item);
        if (habit !== undefined && model.habits.purchases(habit) >= PURCHASES_FOR_A_RHYTHM) {
          note(model, habit, item, items, visit.day, asked, seen);
        }
      }
      model.observe(visit, items, EXACT_INTERVALS);
    }
  }
  const all = sortedOf(seen);
  const sorted: Float64Array[] = [];
  for (const shares of seen) {
    yield;
    sorted.push(shares.length < ENOUGH_GAPS ? all : sortedOf([shares]));
  }
  const at = (share: number) => sorted.map((shares) => quantileOf(shares, share));
  return { elapsedUpTo: ELAPSED_UP_TO, low: at(0.1), middle: at(0.5), high: at(0.9) };
}

/** All values, or as many of them as quantiles need, evenly drawn. */
function sortedOf(parts: readonly (readonly number[])[]): Float64Array {
  const step = Math.max(1, parts.reduce((sum, { length }) => sum + length, 0) / MOST_SORTED);
  const drawn: number[] = [];
  for (const part of parts) {
    for (let at = 0; at < part.length; at += step) drawn.push(part[Math.floor(at)] as number);
  }
  return Float64Array.from(drawn).sort();
}

function note(
  model: ShopperModel,
  habit: number,
  item: number,
  items: Items,
  day: DayNumber,
  asked: readonly DayNumber[],
  seen: number[][],
): void {
  const gap = gapOf(model.habits, habit, items, item);
  const last = model.habits.lastDay(habit);
  const leftAfter = (days: number) => upperTail((logOfCount(days) - gap.mean) / gap.deviation);
  const left = leftAfter(day - last);
  seen[0]?.push(1 - left);
  for (const each of asked) {
    if (each <= last) continue;
    if (each >= day) break;
    const leftThen = leftAfter(each - last);
    seen[classOf(1 - leftThen)]?.push(1 - left / leftThen);
  }
}

function askedDays(shoppers: readonly (readonly Visit[])[]): DayNumber[] {
  let [first, last] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const visits of shoppers) {
    first = Math.min(first, visits[0]?.day ?? first);
    last = Math.max(last, visits.at(-1)?.day ?? last);
  }
  if (last < first) return [];
  const span = last - first;
  return Array.from({ length: ASKED_TIMES }, (_, i) =>
    Math.round(first + span * (ASKED_FROM + ((ASKED_TO - ASKED_FROM) * i) / (ASKED_TIMES - 1))),
  );
}

function quantileOf(sorted: Float64Array, share: number): number {
  if (sorted.length === 0) return share;
  const at = share * (sorted.length - 1);
  const below = Math.floor(at);
  const [low, high] = [sorted[below] as number, sorted[Math.min(sorted.length - 1, below + 1)] as number];
  return low + (high - low) * (at - below);
}
