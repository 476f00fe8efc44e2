import { DateTime } from 'luxon';

/** A moment: milliseconds since 1970-01-01T00:00Z. Always an argument in pure code, never read there. */
export type Instant = number;

export const SECOND_MS = 1_000;
export const MINUTE_MS = 60_000;
export const HOUR_MS = 3_600_000;
export const DAY_MS = 86_400_000;

/** RFC 3339 in UTC with `Z`, as the public interface speaks it. */
export function toRfc3339(instant: Instant): string {
  return new Date(instant).toISOString();
}

/** Days and hours in a shop's own clock: a range's `to` is exclusive, and `22:00`-`06:00` wraps midnight. */
export interface HourRange {
  from: string;
  to: string;
}

/** What a clock on the wall in `timeZone` (IANA name) shows at `instant`. */
export interface LocalTime {
  /** 1 = Monday … 7 = Sunday (ISO). */
  isoWeekday: number;
  minuteOfDay: number;
  hour: number;
  /** `yyyy-mm-dd` */
  date: string;
  /** `mm-dd`, as birthdays are kept. */
  monthDay: string;
}

/** Offsets by zone and minute since 1970: a time zone's database is asked once a minute, not once a decision. */
const offsets = new Map<string, Map<number, number>>();
/** More than there are zones, and than the minutes a process speaks of at a time. */
const MOST_ZONES = 1_000;
const MOST_MINUTES = 1_000;
const THURSDAY = 4;

/** The number of the day on the wall of a zone, from 1970-01-01: that of a purchase before midnight is the day it was made. */
export function dayIn(instant: Instant, timeZone: string): number {
  return Math.floor((instant + offsetMsAt(instant, timeZone)) / DAY_MS);
}

export function localTime(instant: Instant, timeZone: string): LocalTime {
  const wall = instant + offsetMsAt(instant, timeZone);
  const day = Math.floor(wall / DAY_MS);
  const minuteOfDay = Math.floor((wall - day * DAY_MS) / MINUTE_MS);
  const date = new Date(wall);
  const monthDay = `${padded(date.getUTCMonth() + 1, 2)}-${padded(date.getUTCDate(), 2)}`;
  return {
    // 1970 began on a Thursday.
    isoWeekday: ((((day + THURSDAY - 1) % 7) + 7) % 7) + 1,
    minuteOfDay,
    hour: Math.floor(minuteOfDay / 60),
    date: `${padded(date.getUTCFullYear(), 4)}-${monthDay}`,
    monthDay,
  };
}

/**
 * What the clock on the wall is ahead of UTC. Since 1972 clocks change at whole minutes, not always at whole quarters
 * of an hour: Newfoundland's did at 00:01.
 */
function offsetMsAt(instant: Instant, timeZone: string): number {
  const minute = Math.floor(instant / MINUTE_MS);
  const known = offsets.get(timeZone)?.get(minute);
  if (known !== undefined) return known;
  const offset = DateTime.fromMillis(instant, { zone: timeZone }).offset * MINUTE_MS;
  if (offsets.size >= MOST_ZONES) offsets.clear();
  const ofZone = offsets.get(timeZone) ?? new Map<number, number>();
  if (ofZone.size >= MOST_MINUTES) ofZone.clear();
  offsets.set(timeZone, ofZone.set(minute, offset));
  return offset;
}

function padded(number: number, digits: number): string {
  return String(number).padStart(digits, '0');
}

/** True when `minuteOfDay` lies in the range; an empty range (`from` equal to `to`) means the whole day. */
export function isWithinHours(minuteOfDay: number, range: HourRange): boolean {
  const from = minutesOf(range.from);
  const to = minutesOf(range.to);
  if (from === to) return true;
  if (from < to) return minuteOfDay >= from && minuteOfDay < to;
  return minuteOfDay >= from || minuteOfDay < to;
}

/** Start of the local day, ISO week, month or year that holds `instant`, in `timeZone`; DST-safe. */
export function startOfCalendar(
  instant: Instant,
  unit: 'day' | 'week' | 'month' | 'year',
  timeZone: string,
): Instant {
  return DateTime.fromMillis(instant, { zone: timeZone }).startOf(unit).toMillis();
}

/** The minute of the day that a clock as `07:30` shows; `24:00` is its end. */
export function minutesOf(clock: string): number {
  const [hours = '0', minutes = '0'] = clock.split(':');
  return Number(hours) * 60 + Number(minutes);
}

/** When the local day `date` (`yyyy-mm-dd`) begins in `timeZone`: not at midnight where the clocks skip it. */
export function startOfLocalDay(date: string, timeZone: string): Instant {
  return DateTime.fromISO(date, { zone: timeZone }).startOf('day').toMillis();
}
