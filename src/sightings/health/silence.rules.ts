import {
  HOUR_MS,
  isWithinHours,
  localTime,
  MINUTE_MS,
  type HourRange,
  type Instant,
} from '../../shared/index.js';

/** The slowest gateways report once a minute (Meraki); one report may get lost. */
export const GATEWAY_SILENT_AFTER_MS = 2 * MINUTE_MS;
/** Beacons with long intervals, and those that only phones pass by, are heard seldom. */
export const BEACON_SILENT_AFTER_MS = HOUR_MS;

/** As much of a layout as says when the shop is open. */
export interface Hours {
  timeZone: string;
  /** Empty: always. */
  openingHours: readonly ({ daysOfWeek: readonly number[] } & HourRange)[];
}

/** Whether the shop is open, by the clock on its wall. What is open past midnight belongs to the day on which it began. */
export function isOpen({ timeZone, openingHours }: Hours, at: Instant): boolean {
  if (openingHours.length === 0) return true;
  const { isoWeekday, minuteOfDay } = localTime(at, timeZone);
  const yesterday = isoWeekday === 1 ? 7 : isoWeekday - 1;
  return openingHours.some(({ daysOfWeek, from, to }) => {
    if (!isWithinHours(minuteOfDay, { from, to })) return false;
    const sinceYesterday = from > to && isWithinHours(minuteOfDay, { from: '00:00', to }) && to !== '00:00';
    return daysOfWeek.length === 0 || daysOfWeek.includes(sinceYesterday ? yesterday : isoWeekday);
  });
}

/**
 * Whether a radio ought to be heard and is not: the shop is open, and has been for as long as the radio may be silent,
 * since some are switched on with the lights.
 *
 * @param lastSeenAt undefined: never
 */
export function isSilent(
  hours: Hours,
  lastSeenAt: Instant | undefined,
  now: Instant,
  silentAfterMs: number,
): boolean {
  if (lastSeenAt !== undefined && now - lastSeenAt < silentAfterMs) return false;
  return isOpen(hours, now) && isOpen(hours, now - silentAfterMs);
}
