import { MINUTE_MS, SECOND_MS, type Instant, type ShopperId } from '../shared/index.js';
import type { Hearing } from './hearing.js';
import type { Sighting } from './sighting.js';

/** How far ahead of ours a sender's clock may run; what is less is put at receipt. */
export const FUTURE_TOLERANCE_MS = 5 * SECOND_MS;
/** Older than this, a sighting or check-in tells of then, not of where the shopper is now. */
export const LATE_AFTER_MS = MINUTE_MS;
/** A difference of clocks below this cannot be told from the way here. */
const NOTICED_OFFSET_MS = 2 * SECOND_MS;

/** When a payload was sent, by the sender's clock where it says so, and received, by ours. */
export interface Clocks {
  receivedAt: Instant;
  sentAt?: Instant;
}

export type Timing =
  | { readonly kind: 'timely'; readonly observedAt: Instant }
  | { readonly kind: 'late'; readonly observedAt: Instant }
  | { readonly kind: 'future' };

/** A timely hearing, with the time that counts. */
export type TimedHearing = Hearing & { at: Instant };

export interface Timed {
  timely: TimedHearing[];
  late: TimedHearing[];
  future: { index: number; code: string; detail: string }[];
}

/**
 * What must be added to the sender's times to get ours, in ms. Nought unless the sender says when it sent, and
 * that differs by more than the way can explain: then the whole difference is its clock's.
 */
export function offsetOf({ receivedAt, sentAt = receivedAt }: Clocks): number {
  const offset = receivedAt - sentAt;
  return Math.abs(offset) > NOTICED_OFFSET_MS ? offset : 0;
}

/** Judges a time by the sender's clock; a missing one is the receipt. */
export function timingOf(observedAt: Instant | undefined, clocks: Clocks): Timing {
  const { receivedAt } = clocks;
  if (observedAt === undefined) return { kind: 'timely', observedAt: receivedAt };
  const at = observedAt + offsetOf(clocks);
  if (at > receivedAt + FUTURE_TOLERANCE_MS) return { kind: 'future' };
  const clamped = Math.min(at, receivedAt);
  return { kind: receivedAt - clamped > LATE_AFTER_MS ? 'late' : 'timely', observedAt: clamped };
}

/** Sorts hearings by whether they tell of now. */
export function timed(hearings: readonly Hearing[], clocks: Clocks): Timed {
  const sorted: Timed = { timely: [], late: [], future: [] };
  for (const hearing of hearings) {
    const timing = timingOf(hearing.observedAt, clocks);
    if (timing.kind === 'future') {
      const detail = 'observedAt: more than 5 seconds ahead of our clock';
      sorted.future.push({ index: hearing.index, code: 'in-the-future', detail });
    } else {
      sorted[timing.kind].push({ ...hearing, at: timing.observedAt });
    }
  }
  return sorted;
}

/**
 * The hearing as a sighting of this shopper. Its id holds the sender's, with the anchor before it, because two
 * gateways may count alike; else it is made from what was heard where, when by the sender's clock, and how loud.
 */
export function sightingOf(hearing: TimedHearing, shopperId: ShopperId, clocks: Clocks): Sighting {
  const { storeId, anchor, rssiDbm, measuredPowerDbm, at, beaconIds, observedAt } = hearing;
  const anchorId = anchor.kind === 'gateway' ? anchor.gatewayId : anchor.beaconId;
  const saidAt = observedAt ?? clocks.sentAt ?? clocks.receivedAt;
  const { receivedAt } = clocks;
  const sightingId = `${anchorId}|${hearing.sightingId ?? `${beaconIds.join('+')}|${saidAt}|${rssiDbm}`}`;
  const sighting: Sighting = {
    shopperId,
    storeId,
    anchor,
    rssiDbm,
    observedAt: at,
    receivedAt,
    sightingId,
  };
  if (measuredPowerDbm !== undefined) sighting.measuredPowerDbm = measuredPowerDbm;
  return sighting;
}
