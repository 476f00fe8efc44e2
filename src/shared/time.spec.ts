import fc from 'fast-check';
import { DateTime } from 'luxon';
import { localTime, MINUTE_MS, type LocalTime } from './time.js';

const ZONES = [
  'UTC',
  'Europe/Paris',
  'America/New_York',
  // Its summer time is half an hour.
  'Australia/Lord_Howe',
  'Asia/Kathmandu',
  // Its clocks go back for Ramadan.
  'Africa/Casablanca',
  // Its clocks changed at one minute past midnight until 2011.
  'America/St_Johns',
  'America/Havana',
  'Pacific/Apia',
];

function asLuxonSays(instant: number, zone: string): LocalTime {
  const local = DateTime.fromMillis(instant, { zone });
  return {
    isoWeekday: local.weekday,
    minuteOfDay: local.hour * 60 + local.minute,
    hour: local.hour,
    date: local.toFormat('yyyy-MM-dd'),
    monthDay: local.toFormat('MM-dd'),
  };
}

/** Whole minutes at which the clocks of a zone change, in a year. */
function changesIn(zone: string, year: number): number[] {
  const offsetAt = (minute: number): number => DateTime.fromMillis(minute * MINUTE_MS, { zone }).offset;
  const first = Date.UTC(year, 0, 1) / MINUTE_MS;
  const changes: number[] = [];
  for (let day = first; day < first + 366 * 1_440; day += 1_440) {
    if (offsetAt(day) === offsetAt(day + 1_440)) continue;
    let [before, after] = [day, day + 1_440];
    while (after - before > 1) {
      const between = Math.floor((before + after) / 2);
      if (offsetAt(between) === offsetAt(day)) before = between;
      else after = between;
    }
    changes.push(after);
  }
  return changes;
}

describe('the clock on the wall', () => {
  it('shows at any moment what luxon says', () => {
    const moment = fc.integer({ min: Date.UTC(1973, 0, 1), max: Date.UTC(2099, 11, 31) });
    fc.assert(
      fc.property(fc.constantFrom(...ZONES), moment, (zone, instant) => {
        expect(localTime(instant, zone)).toEqual(asLuxonSays(instant, zone));
      }),
      { numRuns: 2_000 },
    );
  });

  it.each(ZONES)('shows in %s what luxon says around every change of the clocks', (zone) => {
    for (const year of [2007, 2011, 2026]) {
      for (const minute of changesIn(zone, year)) {
        for (const aside of [-900_000, -60_001, -60_000, -1, 0, 1, 59_999, 60_000, 900_000]) {
          const instant = minute * MINUTE_MS + aside;
          expect(localTime(instant, zone)).toEqual(asLuxonSays(instant, zone));
        }
      }
    }
  });

  it('is right however many moments were asked for before', () => {
    const start = Date.UTC(2026, 2, 29, 0, 0);
    for (let minute = 0; minute < 5_000; minute += 1) {
      const instant = start + minute * MINUTE_MS;
      if (minute % 97 === 0)
        expect(localTime(instant, 'Europe/Paris')).toEqual(asLuxonSays(instant, 'Europe/Paris'));
      else localTime(instant, 'Europe/Paris');
    }
  });
});
