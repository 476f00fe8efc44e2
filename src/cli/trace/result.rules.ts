import { lineOf, type ConsideredLine, type Rehearsed } from '../../decisions/index.js';
import { settledStays, type PresenceChange, type ReplayStep } from '../../presence/index.js';
import type { Instant } from '../../shared/index.js';

/** What a replay found, with all times in milliseconds since the start of the recording. */
export interface ReplayResult {
  storeId: string;
  recordedAt: string;
  walkers: number;
  sightings: number;
  checkins: number;
  /** Where walkers were once all was decided. */
  stays: ShownStay[];
  /** What presence told, in its order. */
  changes: Record<string, unknown>[];
  /** Only where offers were given. */
  decisions?: ShownDecision[];
}

interface ShownStay {
  w: string;
  visitId: string;
  zoneId: string;
  enteredAt: number;
  leftAt?: number;
}

interface ShownDecision {
  t: number;
  toldAt: number;
  w: string;
  visitId: string;
  on: string;
  zoneId?: string;
  outcome: string;
  reason?: string;
  offerId?: string;
  offer?: string;
  considered: ConsideredLine[];
}

const TIMES: ReadonlySet<string> = new Set(['startedAt', 'endedAt', 'enteredAt', 'observedAt', 'receivedAt']);

/** A change, with `t` for when it was so and `toldAt` for when presence found out. */
export function shownChange(
  change: PresenceChange,
  toldAt: Instant,
  start: Instant,
): Record<string, unknown> {
  const { changeId: _id, storeId: _store, shopperId: w, at, ...rest } = change;
  const told = Object.entries(rest).map(([name, value]: [string, unknown]): [string, unknown] => [
    name,
    TIMES.has(name) && typeof value === 'number' ? value - start : value,
  ]);
  return { t: at - start, toldAt: toldAt - start, w, ...Object.fromEntries(told) };
}

export function shownDecision(
  { pending, granted }: Rehearsed,
  toldAt: Instant,
  start: Instant,
): ShownDecision {
  const { at, shopperId: w, visitId, on, zoneId } = pending;
  const { outcome, reason, winner, considered } = granted;
  return {
    t: at - start,
    toldAt: toldAt - start,
    w,
    visitId,
    on,
    ...(zoneId !== undefined && { zoneId }),
    outcome,
    ...(reason !== undefined && { reason }),
    ...(winner !== undefined && { offerId: winner.offerId, offer: winner.document.name }),
    considered: considered.map(lineOf),
  };
}

export function shownStays(steps: readonly ReplayStep[], start: Instant): ShownStay[] {
  return settledStays(steps.flatMap(({ changes }) => changes)).map(
    ({ walker: w, visitId, zoneId, enteredAt, leftAt }) => ({
      w,
      visitId,
      zoneId,
      enteredAt: enteredAt - start,
      ...(leftAt !== undefined && { leftAt: leftAt - start }),
    }),
  );
}
