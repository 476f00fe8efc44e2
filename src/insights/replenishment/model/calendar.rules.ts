/** Days are numbered from 1970-01-01 on the calendar of whoever asks: the store's or the shopper's, never UTC by force. */
export type DayNumber = number;

const DAYS_A_WEEK = 7;
/** 1970-01-01 was a Thursday. */
const THURSDAY = 3;
/** Of an era of 400 years, in days; and 1970-01-01 from the era's start on 0000-03-01. */
const ERA_DAYS = 146_097;
const EPOCH_IN_ERA = 719_468;

/** 0 Monday to 6 Sunday. */
export function weekdayOf(day: DayNumber): number {
  return (((day + THURSDAY) % DAYS_A_WEEK) + DAYS_A_WEEK) % DAYS_A_WEEK;
}

/** 0 January to 11 December (Hinnant, chrono-compatible low-level date algorithms, `civil_from_days`). */
export function monthOf(day: DayNumber): number {
  const shifted = day + EPOCH_IN_ERA;
  const ofEra = shifted - Math.floor(shifted / ERA_DAYS) * ERA_DAYS;
  const yearOfEra = Math.floor(
    (ofEra - Math.floor(ofEra / 1460) + Math.floor(ofEra / 36_524) - Math.floor(ofEra / 146_096)) / 365,
  );
  const ofYear = ofEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const fromMarch = Math.floor((5 * ofYear + 2) / 153);
  return (fromMarch + 2) % 12;
}

/** The number of a day written `YYYY-MM-DD`; undefined where there is no such day. */
export function dayNumber(written: string): DayNumber | undefined {
  const at = Date.parse(`${written}T00:00:00Z`);
  if (Number.isNaN(at) || !new Date(at).toISOString().startsWith(written)) return undefined;
  return at / 86_400_000;
}
