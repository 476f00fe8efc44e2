import { DAY_MS, HOUR_MS, type Instant, type VisitId } from '../../shared/index.js';
import { timingOf, type Timing } from '../timing.rules.js';

/** Older than this a check-in is of another day's visit, and refused. */
const OLDEST_MS = DAY_MS;
/** A visit that has been open for longer was left by somebody who was not heard leaving. */
export const LONGEST_VISIT_MS = 4 * HOUR_MS;

/** A visit of the shopper to the store: still open, or one during which the check-in was made. */
export interface KnownVisit {
  visitId: VisitId;
  startedAt: Instant;
  endedAt: Instant | null;
}

export type CheckInTiming = Timing | { readonly kind: 'too-old' };

/** What is to be done about visits; at most one of `adopt` and `open` is there. */
export interface VisitPlan {
  /** The visit that the check-in belongs to; undefined: a new one is begun. */
  adopt: VisitId | undefined;
  /** Left open too long: to be ended. */
  close: readonly { visitId: VisitId; endedAt: Instant }[];
  /** A new visit is over as it begins: nobody is watching for its end. */
  overAlready: boolean;
}

/** Judges when a check-in was made; late ones are kept and tell presence nothing. */
export function checkInTimingOf(observedAt: Instant | undefined, receivedAt: Instant): CheckInTiming {
  const timing = timingOf(observedAt, { receivedAt });
  const tooOld = timing.kind === 'late' && receivedAt - timing.observedAt > OLDEST_MS;
  return tooOld ? { kind: 'too-old' } : timing;
}

/**
 * To which visit a check-in belongs. One made now: the open visit, unless that has been open for more than 4 h.
 * A late one: the visit that was under way when it was made, else one of its own that is over already.
 */
export function planVisit(
  visits: readonly KnownVisit[],
  { observedAt, receivedAt, late }: { observedAt: Instant; receivedAt: Instant; late: boolean },
): VisitPlan {
  const open = visits.filter(({ endedAt }) => endedAt === null);
  const stale = open.filter(({ startedAt }) => receivedAt - startedAt > LONGEST_VISIT_MS);
  const close = stale.map(({ visitId, startedAt }) => ({ visitId, endedAt: startedAt + LONGEST_VISIT_MS }));
  const ends = (visit: KnownVisit): Instant =>
    visit.endedAt ?? (stale.includes(visit) ? visit.startedAt + LONGEST_VISIT_MS : receivedAt);
  const adopted = late
    ? visits.find((visit) => visit.startedAt <= observedAt && observedAt <= ends(visit))
    : open.find((visit) => !stale.includes(visit));
  return { adopt: adopted?.visitId, close, overAlready: late };
}
