import type { Instant } from '../../../shared/time.js';
import type { DayNumber } from './calendar.rules.js';
import { FEATURE_COUNT, momentOf, writeFeatures } from './features.rules.js';
import { Habits } from './habits.rules.js';
import { logistic, logOfCount } from './numbers.rules.js';
import { adaptEnds, PURCHASES_FOR_A_RHYTHM, type Intervals } from './intervals.rules.js';
import type { Items } from './population.rules.js';
import { Rhythm } from './rhythm.rules.js';

/** One shopping day: which items, each once. */
export interface Visit<Key = number> {
  day: DayNumber;
  items: readonly Key[];
  /** When each item was bought, of several times that day the last; left out where only the day is known. */
  moments?: readonly Instant[];
}

/** A shopper's model as it is kept. */
export interface StoredModel<Key> {
  keys: readonly Key[];
  /** One record for each key, in their order. */
  habits: Uint8Array;
  rhythm: Float32Array;
  offsets: Float32Array;
}

/** The weights for everybody, and how one visit moves a shopper's own from them. */
export interface Weighing {
  weights: Float64Array;
  /** The natural gradient's step, row by row: N/n0 · inverse information. */
  step: Float64Array;
}

/**
 * Everything that is kept of one shopper: a rhythm, a record for each habit, and by how much their weights differ.
 * Items go by the caller's keys; `numberOf` says which number each has in the population.
 */
export class ShopperModel<Key = number> {
  readonly habits: Habits;
  readonly rhythm: Rhythm;
  readonly keys: Key[];
  /** The item of each habit, by its number in the population. */
  readonly items: number[];
  readonly offsets = new Float32Array(FEATURE_COUNT);
  readonly #numberOf: (key: Key) => number;
  readonly #habitOf: Map<Key, number>;

  constructor(numberOf: (key: Key) => number, stored?: StoredModel<Key>) {
    this.#numberOf = numberOf;
    this.habits = new Habits(stored?.habits);
    this.rhythm = new Rhythm(stored?.rhythm);
    this.keys = [...(stored?.keys ?? [])];
    this.items = this.keys.map(numberOf);
    this.#habitOf = new Map(this.keys.map((key, habit) => [key, habit]));
    if (stored !== undefined) this.offsets.set(stored.offsets.subarray(0, FEATURE_COUNT));
  }

  /** As it is to be kept; shares its memory with the model. */
  stored(): StoredModel<Key> {
    return {
      keys: this.keys,
      habits: this.habits.bytes(),
      rhythm: this.rhythm.figures,
      offsets: this.offsets,
    };
  }

  habitOf(key: Key): number | undefined {
    return this.#habitOf.get(key);
  }

  /** Takes a visit in; each item O(1). The visit is later than all before it. */
  observe(visit: Visit<Key>, population: Items, intervals: Intervals): void {
    const number = this.rhythm.visits + 1;
    visit.items.forEach((key, index) => {
      const habit = this.#habitOf.get(key);
      const purchasedAt = visit.moments?.[index];
      if (habit === undefined) {
        this.#habitOf.set(key, this.habits.begin(visit.day, number, purchasedAt));
        this.keys.push(key);
        this.items.push(this.#numberOf(key));
        return;
      }
      this.#learnFromGap(habit, visit.day, number, population, intervals);
      this.habits.observe(habit, visit.day, number, purchasedAt);
    });
    this.rhythm.observe(visit.day, visit.items.length);
  }

  #learnFromGap(habit: number, day: DayNumber, visit: number, population: Items, intervals: Intervals): void {
    const item = this.items[habit] as number;
    const visits = logOfCount(Math.max(1, visit - this.habits.lastVisit(habit)));
    this.rhythm.observeGap(visits - (population.logVisits[item] as number));
    if (this.habits.purchases(habit) < PURCHASES_FOR_A_RHYTHM) return;
    const days = day - this.habits.lastDay(habit);
    adaptEnds(this.rhythm, this.habits, habit, population, item, intervals, days);
  }

  /**
   * The features of all habits at a visit on `day`, one row each, written to `into`.
   *
   * @returns the rows' number
   */
  featuresAt(day: DayNumber, population: Items, into: Float64Array): number {
    const { size } = this.habits;
    writeFeatures(this.habits, 0, size, population, this.items, momentOf(this.rhythm, day), into);
    return size;
  }
}

/** The probability of each row of features, by everybody's weights and the shopper's offsets. */
export function probabilitiesOf(
  rows: Float64Array,
  count: number,
  weights: Float64Array,
  offsets: Float32Array,
  into: Float64Array,
): void {
  const own = weights.map((weight, i) => weight + (offsets[i] as number));
  for (let row = 0, at = 0; row < count; row += 1, at += FEATURE_COUNT) {
    let odds = 0;
    for (let i = 0; i < FEATURE_COUNT; i += 1) odds += (own[i] as number) * (rows[at + i] as number);
    into[row] = logistic(odds);
  }
}

/**
 * Moves a shopper's own weights after a visit by natural gradient: offsets += step · Σ (y - p) x. The information
 * scales the step by what the clientele says each direction is worth (Amari 1998), so that one size of step does for
 * all features and all clienteles.
 *
 * @param bought 1 for each row that was bought at the visit
 */
export function adapt(
  offsets: Float32Array,
  { step }: Weighing,
  rows: Float64Array,
  probabilities: Float64Array,
  bought: Uint8Array,
  count: number,
): void {
  const slope = new Float64Array(FEATURE_COUNT);
  for (let row = 0, at = 0; row < count; row += 1, at += FEATURE_COUNT) {
    const error = (bought[row] as number) - (probabilities[row] as number);
    for (let i = 0; i < FEATURE_COUNT; i += 1) {
      slope[i] = (slope[i] as number) + error * (rows[at + i] as number);
    }
  }
  for (let i = 0; i < FEATURE_COUNT; i += 1) {
    let move = 0;
    for (let j = 0; j < FEATURE_COUNT; j += 1)
      move += (step[i * FEATURE_COUNT + j] as number) * (slope[j] as number);
    offsets[i] = (offsets[i] as number) + move;
  }
}

/** The population's numbers are the keys. */
export const itself = (item: number): number => item;
