import { strengthOf } from './beta-binomial.rules.js';
import type { Work } from '../../../shared/work.js';
import { monthOf, weekdayOf, type DayNumber } from './calendar.rules.js';
import { logitOf } from './numbers.rules.js';

/** What the clientele teaches about each item, as scoring reads it: one entry an item in each list. */
export interface Items {
  /** Beta-Binomial of buying it on a visit once it was bought: mean by item, strength in visits for all. */
  share: Float64Array;
  logitShare: Float64Array;
  strength: number;
  /** Mean ln gap by item in days and in visits; the variance within a shopper for all. */
  logDays: Float64Array;
  logVisits: Float64Array;
  daysVariance: number;
  visitsVariance: number;
  /** ln index by item and weekday (0 Monday), by item and month (0 January). */
  weekday: Float64Array;
  month: Float64Array;
}

/** A visit as fitting needs it. */
export interface FittedVisit {
  day: DayNumber;
  items: readonly number[];
}

/** Weights of the clientele against an item's own figures: in visits, in shoppers, in purchases of an index. */
const SHARE_VISITS = 10;
const GAP_SHOPPERS = 3;
const INDEX_PURCHASES = 20;
/** What is assumed where there is no clientele: a household good, one visit in twenty, about every four weeks. */
const NOBODY = { share: 0.05, logDays: Math.log(28), logVisits: Math.log(6), variance: 1, strength: 10 };

/** One shopper's history of one item while it is counted. */
interface Pair {
  purchases: number;
  firstVisit: number;
  lastVisit: number;
  lastDay: DayNumber;
  logDays: number;
  logVisits: number;
  logDaysSquared: number;
  logVisitsSquared: number;
}

/**
 * Gathers what the clientele teaches, one shopper after the other; of a size that grows with items, and by 20 bytes
 * with each pair of a shopper and an item.
 */
export class Counting {
  readonly #repeats: Float64Array;
  readonly #visits: Float64Array;
  /** Σ over shoppers of their mean ln gap, and how many shoppers. */
  readonly #meanDays: Float64Array;
  readonly #meanVisits: Float64Array;
  readonly #shoppers: Float64Array;
  readonly #byWeekday: Float64Array;
  readonly #asWeekday: Float64Array;
  readonly #byMonth: Float64Array;
  readonly #asMonth: Float64Array;
  readonly #pairs = { item: [] as number[], bought: [] as number[], visits: [] as number[] };
  #daysSquares = 0;
  #visitsSquares = 0;
  #freedom = 0;
  /** How many times a habit was or was not gone on with: rows that a fit has to learn from. */
  rows = 0;

  constructor(readonly itemCount: number) {
    this.#repeats = new Float64Array(itemCount);
    this.#visits = new Float64Array(itemCount);
    this.#meanDays = new Float64Array(itemCount);
    this.#meanVisits = new Float64Array(itemCount);
    this.#shoppers = new Float64Array(itemCount);
    this.#byWeekday = new Float64Array(itemCount * 7);
    this.#asWeekday = new Float64Array(itemCount * 7);
    this.#byMonth = new Float64Array(itemCount * 12);
    this.#asMonth = new Float64Array(itemCount * 12);
  }

  /** @param visits of one shopper, ascending, one a day */
  add(visits: Iterable<FittedVisit>): void {
    const pairs = new Map<number, Pair>();
    let number = 0;
    for (const { day, items } of visits) {
      number += 1;
      const [weekday, month] = [weekdayOf(day), monthOf(day)];
      for (const item of pairs.keys()) {
        bump(this.#asWeekday, item * 7 + weekday);
        bump(this.#asMonth, item * 12 + month);
      }
      this.rows += pairs.size;
      for (const item of items) this.#take(pairs, item, day, number, weekday, month);
    }
    for (const [item, pair] of pairs) this.#close(item, pair, number);
  }

  #take(
    pairs: Map<number, Pair>,
    item: number,
    day: DayNumber,
    visit: number,
    weekday: number,
    month: number,
  ): void {
    const pair = pairs.get(item);
    if (pair === undefined) {
      const none = { logDays: 0, logVisits: 0, logDaysSquared: 0, logVisitsSquared: 0 };
      pairs.set(item, { purchases: 1, firstVisit: visit, lastVisit: visit, lastDay: day, ...none });
      return;
    }
    bump(this.#byWeekday, item * 7 + weekday);
    bump(this.#byMonth, item * 12 + month);
    const [days, visits] = [Math.log(day - pair.lastDay), Math.log(visit - pair.lastVisit)];
    pair.purchases += 1;
    pair.logDays += days;
    pair.logVisits += visits;
    pair.logDaysSquared += days * days;
    pair.logVisitsSquared += visits * visits;
    pair.lastDay = day;
    pair.lastVisit = visit;
  }

  #close(item: number, pair: Pair, lastVisit: number): void {
    const gaps = pair.purchases - 1;
    const visits = lastVisit - pair.firstVisit;
    bump(this.#repeats, item, gaps);
    bump(this.#visits, item, visits);
    this.#pairs.item.push(item);
    this.#pairs.bought.push(gaps);
    this.#pairs.visits.push(visits);
    if (gaps === 0) return;
    // Each shopper counts once, so that frequent buyers do not shorten the mean.
    bump(this.#shoppers, item);
    bump(this.#meanDays, item, pair.logDays / gaps);
    bump(this.#meanVisits, item, pair.logVisits / gaps);
    this.#daysSquares += Math.max(0, pair.logDaysSquared - pair.logDays ** 2 / gaps);
    this.#visitsSquares += Math.max(0, pair.logVisitsSquared - pair.logVisits ** 2 / gaps);
    this.#freedom += gaps - 1;
  }

  /** Each item's own figures, leaning on the clientele's by the weights above. */
  *finish(): Work<Items> {
    const overall =
      (total(this.#repeats) + SHARE_VISITS * NOBODY.share) / (total(this.#visits) + SHARE_VISITS);
    const share = this.#repeats.map(
      (repeats, item) => (repeats + SHARE_VISITS * overall) / ((this.#visits[item] as number) + SHARE_VISITS),
    );
    const { item, bought, visits } = this.#pairs;
    const shares = {
      item: Int32Array.from(item),
      bought: Float64Array.from(bought),
      visits: Float64Array.from(visits),
    };
    return {
      share,
      logitShare: share.map((each) => logitOf(each, 1 - each)),
      strength: item.length === 0 ? NOBODY.strength : yield* strengthOf(shares, share),
      logDays: this.#means(this.#meanDays, NOBODY.logDays),
      logVisits: this.#means(this.#meanVisits, NOBODY.logVisits),
      daysVariance: (this.#daysSquares + NOBODY.variance) / (this.#freedom + 1),
      visitsVariance: (this.#visitsSquares + NOBODY.variance) / (this.#freedom + 1),
      weekday: indexOf(this.#byWeekday, this.#asWeekday, 7),
      month: indexOf(this.#byMonth, this.#asMonth, 12),
    };
  }

  #means(sums: Float64Array, nobody: number): Float64Array {
    const overall = (total(sums) + nobody) / (total(this.#shoppers) + 1);
    return sums.map(
      (sum, item) => (sum + GAP_SHOPPERS * overall) / ((this.#shoppers[item] as number) + GAP_SHOPPERS),
    );
  }
}

/** ln (observed + 20) / (expected + 20) of each item in each class of `width`, expected by the visits in it. */
function indexOf(observed: Float64Array, visits: Float64Array, width: number): Float64Array {
  const index = new Float64Array(observed.length);
  for (let at = 0; at < observed.length; at += width) {
    const bought = total(observed.subarray(at, at + width));
    const share = bought / Math.max(1, total(visits.subarray(at, at + width)));
    for (let i = at; i < at + width; i += 1) {
      const expected = share * (visits[i] as number);
      index[i] = Math.log(((observed[i] as number) + INDEX_PURCHASES) / (expected + INDEX_PURCHASES));
    }
  }
  return index;
}

function bump(counts: Float64Array, at: number, by = 1): void {
  counts[at] = (counts[at] as number) + by;
}

function total(values: Float64Array): number {
  let sum = 0;
  for (const value of values) sum += value;
  return sum;
}
