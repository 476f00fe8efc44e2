import { z } from 'zod';
import { addDays, type CivilDay } from './civil-days.rules.js';

const asked = z.union([z.iso.date(), z.iso.datetime({ offset: true })], {
  error: 'expected a day such as 2026-11-01, or an RFC 3339 time',
});
const MIDNIGHT = /T00:00(:00(\.0+)?)?(Z|[+-])/;
// Postgres and the calendar of shops begin later, and end earlier.
const inOurTimes = (day: CivilDay): boolean => day >= '1970-01-01' && day < '2200-01-01';
const OUT_OF_TIMES = 'expected a day from 1970 to 2199';

/** The first day of a report: of a time, the date that is written in it. */
export const firstDay = asked
  .transform((text): CivilDay => text.slice(0, 10))
  .refine(inOurTimes, { error: OUT_OF_TIMES })
  .describe('the first day, in the zone that the answer names; of a time, its date counts');

/** The day after the last day of a report; of a time later than midnight, the next one, so that its day is in. */
export const dayAfter = asked
  .transform((text): CivilDay => {
    const day = text.slice(0, 10);
    return text.length === 10 || MIDNIGHT.test(text) ? day : addDays(day, 1);
  })
  .refine(inOurTimes, { error: OUT_OF_TIMES })
  .describe('the day after the last day; of a time later than midnight, its day is still in');

export const definitions = z.record(
  z.string(),
  z.object({ label: z.string(), unit: z.string(), definition: z.string() }),
);

export const moneyAnswer = z.object({ amount: z.int(), currency: z.string() });
export const dayAnswer = z.iso.date();
export const share = z.number().min(0).max(1);
