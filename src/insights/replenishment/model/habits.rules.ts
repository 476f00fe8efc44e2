import { DAY_MS, type Instant } from '../../../shared/time.js';
import { monthOf, weekdayOf, type DayNumber } from './calendar.rules.js';
import { decayOf, logOfCount } from './numbers.rules.js';

/** What one shopper's habit of one category takes, in memory, in Postgres and on the wire. */
export const HABIT_BYTES = 64;

const WORDS = HABIT_BYTES / 4;
const HALVES = HABIT_BYTES / 2;
const MAX_U16 = 65_535;
const MAX_U8 = 255;
const MAX_U32 = 4_294_967_295;
const SECOND_MS = 1_000;

/** In 16-bit units. */
const PURCHASES = 0;
const LAST_DAY = 1;
const FIRST_VISIT = 2;
const LAST_VISIT = 3;
/** In 32-bit units. */
const LOG_DAYS = 2;
const LOG_VISITS = 3;
const LOG_DAYS_SQUARED = 4;
const LOG_VISITS_SQUARED = 5;
const BOUGHT_45_DAYS = 6;
const BOUGHT_12_DAYS = 7;
const BOUGHT_1_VISIT = 8;
const BOUGHT_30_VISITS = 9;
/** In bytes. */
const WEEKDAYS = 40;
const MONTHS = 48;
/** In 32-bit units. */
const LAST_SECOND = 15;

/** What is left of a gap's weight when the next one comes: households change. */
export const GAP_DECAY = 0.95;
const GAP_WEIGHTS = Float64Array.from(
  { length: 512 },
  (_, gaps) => (1 - GAP_DECAY ** gaps) / (1 - GAP_DECAY),
);
export const decayed45Days = decayOf(45);
export const decayed12Days = decayOf(12);
export const decayed1Visit = decayOf(1.5);
export const decayed30Visits = decayOf(30);

/**
 * One shopper's habits, packed: 64 bytes for each category or product, little-endian.
 *
 * | bytes | type | what |
 * |---|---|---|
 * | 0 | u16 | purchases: distinct days on which it was bought |
 * | 2 | u16 | day of the last one (from 1970-01-01; ends in 2149) |
 * | 4, 6 | u16 | the shopper's number of that visit at the first purchase, at the last |
 * | 8, 12 | f32 | Σ ln gap in days, in visits; each gap weighs .95 of the next |
 * | 16, 20 | f32 | Σ (ln gap)² in days, in visits, decayed alike |
 * | 24, 28 | f32 | purchases decayed with a half-life of 45 and 12 days, as of the last purchase |
 * | 32, 36 | f32 | the same, of 1.5 and 30 visits |
 * | 40-46 | u8 | purchases by weekday, Monday first; all halved where one would pass 255 |
 * | 47 | u8 | 0 |
 * | 48-59 | u8 | purchases by month, likewise |
 * | 60 | u32 | second of the last purchase (from 1970-01-01; ends in 2106); 0: only its day is known |
 *
 * The record is used where it lies: nothing is decoded to score it. A purchase changes it in O(1).
 */
export class Habits {
  #bytes: Uint8Array;
  #u16: Uint16Array;
  #u32: Uint32Array;
  #f32: Float32Array;
  #size: number;

  /** @param records of an earlier {@link Habits.bytes}; copied */
  constructor(records: Uint8Array = new Uint8Array(0)) {
    if (records.length % HABIT_BYTES !== 0)
      throw new RangeError(`habits: ${records.length} bytes are not whole records`);
    this.#size = records.length / HABIT_BYTES;
    const bytes = new Uint8Array(Math.max(8, this.#size) * HABIT_BYTES);
    bytes.set(records);
    [this.#bytes, this.#u16, this.#u32, this.#f32] = viewsOf(bytes);
  }

  get size(): number {
    return this.#size;
  }

  /** The records from `from` on, `count` of them. Not to be changed. */
  bytes(from = 0, count = this.#size): Uint8Array {
    return this.#bytes.subarray(from * HABIT_BYTES, (from + count) * HABIT_BYTES);
  }

  purchases(habit: number): number {
    return this.#u16[habit * HALVES + PURCHASES] as number;
  }
  lastDay(habit: number): DayNumber {
    return this.#u16[habit * HALVES + LAST_DAY] as number;
  }
  firstVisit(habit: number): number {
    return this.#u16[habit * HALVES + FIRST_VISIT] as number;
  }
  lastVisit(habit: number): number {
    return this.#u16[habit * HALVES + LAST_VISIT] as number;
  }
  /** How many gaps the sums are worth, decay counted. */
  gaps(habit: number): number {
    return gapWeight(this.purchases(habit) - 1);
  }
  logDays(habit: number): number {
    return this.#f32[habit * WORDS + LOG_DAYS] as number;
  }
  logVisits(habit: number): number {
    return this.#f32[habit * WORDS + LOG_VISITS] as number;
  }
  logDaysSquared(habit: number): number {
    return this.#f32[habit * WORDS + LOG_DAYS_SQUARED] as number;
  }
  logVisitsSquared(habit: number): number {
    return this.#f32[habit * WORDS + LOG_VISITS_SQUARED] as number;
  }
  bought45Days(habit: number): number {
    return this.#f32[habit * WORDS + BOUGHT_45_DAYS] as number;
  }
  bought12Days(habit: number): number {
    return this.#f32[habit * WORDS + BOUGHT_12_DAYS] as number;
  }
  bought1Visit(habit: number): number {
    return this.#f32[habit * WORDS + BOUGHT_1_VISIT] as number;
  }
  bought30Visits(habit: number): number {
    return this.#f32[habit * WORDS + BOUGHT_30_VISITS] as number;
  }
  /** @param weekday 0 Monday */
  onWeekday(habit: number, weekday: number): number {
    return this.#bytes[habit * HABIT_BYTES + WEEKDAYS + weekday] as number;
  }
  /** @param month 0 January */
  inMonth(habit: number, month: number): number {
    return this.#bytes[habit * HABIT_BYTES + MONTHS + month] as number;
  }
  /** When it was bought last, to the second; where only the day is known, the beginning of that day in UTC. */
  lastPurchasedAt(habit: number): Instant {
    const second = this.#u32[habit * WORDS + LAST_SECOND] as number;
    return second === 0 ? this.lastDay(habit) * DAY_MS : second * SECOND_MS;
  }

  /**
   * Begins a habit with its first purchase.
   *
   * @param visit the shopper's number of the visit, from 1
   * @param purchasedAt undefined where only the day is known
   * @returns its number
   */
  begin(day: DayNumber, visit: number, purchasedAt?: Instant): number {
    const habit = this.#size;
    this.#size += 1;
    if (this.#size * HABIT_BYTES > this.#bytes.length) this.#grow();
    this.#put(habit, day, visit, purchasedAt);
    this.#u16[habit * HALVES + PURCHASES] = 1;
    this.#u16[habit * HALVES + FIRST_VISIT] = Math.min(MAX_U16, visit);
    this.#f32.fill(1, habit * WORDS + BOUGHT_45_DAYS, habit * WORDS + BOUGHT_30_VISITS + 1);
    return habit;
  }

  /**
   * One more purchase, on a later day than the last.
   *
   * @throws RangeError when it is not later
   */
  observe(habit: number, day: DayNumber, visit: number, purchasedAt?: Instant): void {
    const days = day - this.lastDay(habit);
    const visits = Math.max(1, visit - this.lastVisit(habit));
    if (days <= 0) throw new RangeError(`day ${day} is not after ${this.lastDay(habit)}: fold anew`);
    const at = habit * WORDS;
    const f32 = this.#f32;
    const [logDays, logVisits] = [logOfCount(days), logOfCount(visits)];
    f32[at + LOG_DAYS] = this.logDays(habit) * GAP_DECAY + logDays;
    f32[at + LOG_VISITS] = this.logVisits(habit) * GAP_DECAY + logVisits;
    f32[at + LOG_DAYS_SQUARED] = this.logDaysSquared(habit) * GAP_DECAY + logDays * logDays;
    f32[at + LOG_VISITS_SQUARED] = this.logVisitsSquared(habit) * GAP_DECAY + logVisits * logVisits;
    f32[at + BOUGHT_45_DAYS] = this.bought45Days(habit) * decayed45Days(days) + 1;
    f32[at + BOUGHT_12_DAYS] = this.bought12Days(habit) * decayed12Days(days) + 1;
    f32[at + BOUGHT_1_VISIT] = this.bought1Visit(habit) * decayed1Visit(visits) + 1;
    f32[at + BOUGHT_30_VISITS] = this.bought30Visits(habit) * decayed30Visits(visits) + 1;
    this.#u16[habit * HALVES + PURCHASES] = Math.min(MAX_U16, this.purchases(habit) + 1);
    this.#put(habit, day, visit, purchasedAt);
  }

  #put(habit: number, day: DayNumber, visit: number, purchasedAt = 0): void {
    this.#u32[habit * WORDS + LAST_SECOND] = Math.min(MAX_U32, Math.floor(purchasedAt / SECOND_MS));
    this.#u16[habit * HALVES + LAST_DAY] = Math.min(MAX_U16, Math.max(0, day));
    this.#u16[habit * HALVES + LAST_VISIT] = Math.min(MAX_U16, visit);
    const record = this.#bytes.subarray(habit * HABIT_BYTES, (habit + 1) * HABIT_BYTES);
    countIn(record.subarray(WEEKDAYS, WEEKDAYS + 7), weekdayOf(day));
    countIn(record.subarray(MONTHS, MONTHS + 12), monthOf(day));
  }

  #grow(): void {
    const bytes = new Uint8Array(this.#bytes.length * 2);
    bytes.set(this.#bytes);
    [this.#bytes, this.#u16, this.#u32, this.#f32] = viewsOf(bytes);
  }
}

/** Σ .95^i over so many gaps. */
function gapWeight(gaps: number): number {
  return gaps < GAP_WEIGHTS.length ? (GAP_WEIGHTS[gaps] as number) : 1 / (1 - GAP_DECAY);
}

function countIn(counts: Uint8Array, index: number): void {
  if (counts[index] === MAX_U8) counts.forEach((count, each) => (counts[each] = count >> 1));
  counts[index] = (counts[index] as number) + 1;
}

function viewsOf(bytes: Uint8Array<ArrayBuffer>): [Uint8Array, Uint16Array, Uint32Array, Float32Array] {
  const { buffer } = bytes;
  return [bytes, new Uint16Array(buffer), new Uint32Array(buffer), new Float32Array(buffer)];
}
