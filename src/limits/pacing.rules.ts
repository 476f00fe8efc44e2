import { minutesOf, type HourRange, type LocalTime, type StoreId } from '../shared/index.js';

/** What a day's budget is spread by: the minutes that the store is open, or when visits begin there as recorded. */
export const PACINGS = ['openingHours', 'visits'] as const;
export type Pacing = (typeof PACINGS)[number];

export type OpeningHours = readonly ({ daysOfWeek: readonly number[] } & HourRange)[];

/** Visits that began in each hour of each weekday (Monday first), by store. */
export type RecordedVisits = ReadonlyMap<StoreId, readonly (readonly number[])[]>;

/** How far a store's part of a day's budget may be used by now. */
export interface Pace {
  /** The store's part of the budget, 0 to 1. */
  part: number;
  /** How much of its day is over, 0 to 1. */
  passed: number;
}

const HOURS = 24;
const HOUR_MINUTES = 60;
const DAY_MINUTES = HOURS * HOUR_MINUTES;

/**
 * The paced curve: `F(t) = Σ w_h · passed_h(t) / open_h  ÷  Σ w_h` over the hours h in which the store is open, where
 * `open_h` are the open minutes of the hour, `passed_h` those of them that are over, and `w_h` its weight: the open
 * minutes themselves, or the visits that began in it. It rises from 0 at opening to 1 at closing, and only while the
 * store is open. By the clock on the wall: in the hour that comes twice in autumn it stands back once, never ahead.
 *
 * @param hourly visits by hour of this weekday; absent or all 0: every open minute is alike
 * @returns 1 on a day on which the store is closed: nothing is to be kept for later
 */
export function passedOf(local: LocalTime, openingHours: OpeningHours, hourly?: readonly number[]): number {
  const ranges = openOn(local.isoWeekday, openingHours);
  const open = openByHour(ranges, DAY_MINUTES);
  const passed = openByHour(ranges, local.minuteOfDay);
  const recorded = open.map((minutes, hour) => (minutes > 0 ? (hourly?.[hour] ?? 0) : 0));
  const weights = sum(recorded) > 0 ? recorded : open;
  const whole = sum(weights);
  if (whole === 0) return 1;
  return sum(weights.map((weight, hour) => weight * shareOf(passed[hour], open[hour]))) / whole;
}

/**
 * The part of a budget that is this store's among those where the offer runs: each the same, or by the visits of the
 * weekday. Together they are the whole.
 */
export function partOf(
  storeId: StoreId,
  among: readonly StoreId[],
  isoWeekday: number,
  recorded?: RecordedVisits,
): number {
  const visitsOf = (id: StoreId): number => sum(recorded?.get(id)?.[isoWeekday - 1] ?? []);
  const all = sum(among.map(visitsOf));
  return all === 0 ? 1 / Math.max(1, among.length) : visitsOf(storeId) / all;
}

/**
 * What a store may have taken of a day's budget once this reward is given: never above its curve by more than that one
 * reward, which is also how the first of the morning is possible.
 */
export function pacedCeiling(amount: number, { part, passed }: Pace, reward: number): number {
  return Math.floor(amount * part * passed) + reward;
}

/** From and to in minutes of the local day; what began the day before and goes past midnight is in it too. */
function openOn(isoWeekday: number, openingHours: OpeningHours): [from: number, to: number][] {
  if (openingHours.length === 0) return [[0, DAY_MINUTES]];
  return openingHours.flatMap(({ daysOfWeek, from, to }): [number, number][] => {
    const is = (day: number): boolean => daysOfWeek.length === 0 || daysOfWeek.includes(day);
    const [start, end] = [minutesOf(from), minutesOf(to)];
    if (start < end) return is(isoWeekday) ? [[start, end]] : [];
    const late: [number, number][] = is(isoWeekday) ? [[start, DAY_MINUTES]] : [];
    const early: [number, number][] = is(isoWeekday === 1 ? 7 : isoWeekday - 1) ? [[0, end]] : [];
    return [...early, ...late];
  });
}

/** The open minutes of each hour that come before a minute of the day; where ranges overlap they count once. */
function openByHour(ranges: readonly [number, number][], before: number): number[] {
  const minutes = Array.from({ length: HOURS }, () => 0);
  let done = 0;
  for (const [from, to] of [...ranges].sort(([a], [b]) => a - b)) {
    const end = Math.min(to, before);
    for (let at = Math.max(from, done); at < end;) {
      const hour = Math.floor(at / HOUR_MINUTES);
      const next = Math.min(end, (hour + 1) * HOUR_MINUTES);
      minutes[hour] = (minutes[hour] ?? 0) + next - at;
      at = next;
    }
    done = Math.max(done, to);
  }
  return minutes;
}

function shareOf(passed = 0, open = 0): number {
  return open === 0 ? 0 : passed / open;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
