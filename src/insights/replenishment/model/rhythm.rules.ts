import { monthOf, weekdayOf, type DayNumber } from './calendar.rules.js';
import { decayed12Days, decayed1Visit, decayed30Visits, decayed45Days } from './habits.rules.js';

/** How many visits ago count little for how much is bought at present. */
const RECENT_DECAY = 0.7;

const DAYS = 7;
const MONTHS = 12;
/** Where each figure of a rhythm lies in its packed form. */
const VISITS = 0;
const FIRST_DAY = 1;
const LAST_DAY = 2;
const VISITS_45_DAYS = 3;
const VISITS_12_DAYS = 4;
const VISITS_1_VISIT = 5;
const VISITS_30_VISITS = 6;
const ITEMS = 7;
const RECENT_ITEMS = 8;
const RECENT_VISITS = 9;
const LOG_VISITS_OVER = 10;
const LOG_VISITS_COUNT = 11;
const ITEMS_BY_WEEKDAY = 12;
const VISITS_BY_WEEKDAY = ITEMS_BY_WEEKDAY + DAYS;
const VISITS_BY_MONTH = VISITS_BY_WEEKDAY + DAYS;
const LOW_OFFSET = VISITS_BY_MONTH + MONTHS;
const HIGH_OFFSET = LOW_OFFSET + 1;
/** So many 32-bit floats. */
export const RHYTHM_FIGURES = HIGH_OFFSET + 1;

/** How a shopper comes and how much they take along: one for all of their habits, 40 figures of 4 bytes. */
export class Rhythm {
  readonly figures: Float32Array;

  /** @param figures of an earlier one; copied */
  constructor(figures?: Float32Array) {
    this.figures = new Float32Array(RHYTHM_FIGURES);
    if (figures !== undefined) this.figures.set(figures.subarray(0, RHYTHM_FIGURES));
  }

  get visits(): number {
    return this.#at(VISITS);
  }
  get firstDay(): DayNumber {
    return this.#at(FIRST_DAY);
  }
  get lastDay(): DayNumber {
    return this.#at(LAST_DAY);
  }
  get visits45Days(): number {
    return this.#at(VISITS_45_DAYS);
  }
  get visits12Days(): number {
    return this.#at(VISITS_12_DAYS);
  }
  get visits1Visit(): number {
    return this.#at(VISITS_1_VISIT);
  }
  get visits30Visits(): number {
    return this.#at(VISITS_30_VISITS);
  }
  /** Mean different items a visit. */
  get basket(): number {
    return this.#at(ITEMS) / Math.max(1, this.visits);
  }
  /** The same over the last few visits, leaning on {@link basket}. */
  get recentBasket(): number {
    return (this.#at(RECENT_ITEMS) + 2 * this.basket) / (this.#at(RECENT_VISITS) + 2);
  }
  /** How much longer in ln visits than the clientele's this shopper's gaps are, leaning on 0. */
  get logVisitsOver(): number {
    return this.#at(LOG_VISITS_OVER) / (this.#at(LOG_VISITS_COUNT) + 4);
  }
  /** Mean items on visits of that weekday, leaning on {@link basket}. */
  basketOn(weekday: number): number {
    return (
      (this.#at(ITEMS_BY_WEEKDAY + weekday) + 3 * this.basket) / (this.#at(VISITS_BY_WEEKDAY + weekday) + 3)
    );
  }
  shareOn(weekday: number): number {
    return (this.#at(VISITS_BY_WEEKDAY + weekday) + 1) / (this.visits + DAYS);
  }
  shareIn(month: number): number {
    return (this.#at(VISITS_BY_MONTH + month) + 1) / (this.visits + MONTHS);
  }
  /** Mean days from one visit to the next; undefined before the second. */
  get visitEveryDays(): number | undefined {
    return this.visits > 1 ? (this.lastDay - this.firstDay) / (this.visits - 1) : undefined;
  }

  /** How far the ends of this shopper's intervals are moved, on the probit scale. */
  get lowOffset(): number {
    return this.#at(LOW_OFFSET);
  }
  get highOffset(): number {
    return this.#at(HIGH_OFFSET);
  }

  /** A visit on a later day than the last, with so many different items. */
  observe(day: DayNumber, items: number): void {
    const days = this.visits === 0 ? 0 : day - this.lastDay;
    const [weekday, month] = [weekdayOf(day), monthOf(day)];
    if (this.visits === 0) this.figures[FIRST_DAY] = day;
    this.figures[VISITS_45_DAYS] = this.visits45Days * decayed45Days(days) + 1;
    this.figures[VISITS_12_DAYS] = this.visits12Days * decayed12Days(days) + 1;
    this.figures[VISITS_1_VISIT] = this.visits1Visit * decayed1Visit(1) + 1;
    this.figures[VISITS_30_VISITS] = this.visits30Visits * decayed30Visits(1) + 1;
    this.figures[RECENT_ITEMS] = this.#at(RECENT_ITEMS) * RECENT_DECAY + items;
    this.figures[RECENT_VISITS] = this.#at(RECENT_VISITS) * RECENT_DECAY + 1;
    this.figures[LAST_DAY] = day;
    this.#add(VISITS, 1);
    this.#add(ITEMS, items);
    this.#add(ITEMS_BY_WEEKDAY + weekday, items);
    this.#add(VISITS_BY_WEEKDAY + weekday, 1);
    this.#add(VISITS_BY_MONTH + month, 1);
  }

  /** @param over ln of a gap in visits less the clientele's mean of that item */
  observeGap(over: number): void {
    this.#add(LOG_VISITS_OVER, over);
    this.#add(LOG_VISITS_COUNT, 1);
  }

  moveEnds(low: number, high: number): void {
    this.#add(LOW_OFFSET, low);
    this.#add(HIGH_OFFSET, high);
  }

  #at(figure: number): number {
    return this.figures[figure] as number;
  }
  #add(figure: number, by: number): void {
    this.figures[figure] = this.#at(figure) + by;
  }
}
