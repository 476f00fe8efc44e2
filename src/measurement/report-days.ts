import { addDays } from '../insights/index.js';
import { badRequest } from '../platform/index.js';
import { localTime, startOfLocalDay, type Instant } from '../shared/index.js';

/** A time of a report: as days in the zone of the report, and as moments. */
export interface ReportDays {
  days: { from: string; to: string };
  from: Instant;
  to: Instant;
}

/**
 * The days that were asked about; unless told, the last `usualDays` with the running one.
 *
 * @throws Problem 400 for a time that ends before it begins
 */
export function reportDays(
  asked: { from?: string | undefined; to?: string | undefined },
  timeZone: string,
  now: Instant,
  usualDays: number,
): ReportDays {
  const until = asked.to ?? addDays(localTime(now, timeZone).date, 1);
  const since = asked.from ?? addDays(until, -usualDays);
  if (since >= until) throw badRequest('invalid-request', 'query.to: must be after from; it is exclusive');
  return {
    days: { from: since, to: until },
    from: startOfLocalDay(since, timeZone),
    to: startOfLocalDay(until, timeZone),
  };
}
