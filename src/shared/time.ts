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

export function localTime(instant: Instant, timeZone: string): LocalTime {
  const local = DateTime.fromMillis(instant, { zone: timeZone });
  return {
    isoWeekday: local.weekday,
    minuteOfDay: local.hour * 60 + local.minute,
    hour: local.hour,
    date: local.toFormat('yyyy-MM-dd'),
    monthDay: local.toFormat('MM-dd'),
  };
}

/** True when `minuteOfDay` lies in the range; an empty range (`from` equal to `to`) means the whole day. */
export function isWithinHours(minuteOfDay: number, range: HourRange): boolean {
  const from = minutesOf(range.from);
  const to = minutesOf(range.to);
  if (from === to) return true;
  if (from < to) return minuteOfDay >= from && minuteOfDay < to;
  return minuteOfDay >= from || minuteOfDay < to;
}

/** Start of the local day, ISO week or month that holds `instant`, in `timeZone`; DST-safe. */
export function startOfCalendar(instant: Instant, unit: 'day' | 'week' | 'month', timeZone: string): Instant {
  return DateTime.fromMillis(instant, { zone: timeZone }).startOf(unit).toMillis();
}

function minutesOf(clock: string): number {
  const [hours = '0', minutes = '0'] = clock.split(':');
  return Number(hours) * 60 + Number(minutes);
}
