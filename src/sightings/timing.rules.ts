import { MINUTE_MS, SECOND_MS, type Instant, type ShopperId } from '../shared/index.js';
import type { Hearing } from './hearing.js';
import type { Sighting } from './sighting.js';

/** How far ahead of ours a sender's clock may run; what is less is put at receipt. */
export const FUTURE_TOLERANCE_MS = 5 * SECOND_MS;
/** Older than this, a sighting or check-in tells of then, not of where the shopper is now. */
export const LATE_AFTER_MS = MINUTE_MS;
/** A difference of clocks below this cannot be told from the way here. */
export const NOTICED_OFFSET_MS = 2 * SECOND_MS;
/** Bluetooth Low Energy came with version 4.0, on 30 June 2010: what is older was told by a clock that nobody has set. */
const FIRST_REAL_TIME = Date.parse('2010-06-30T00:00:00Z');

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

/** False for the stamps of gateways without NTP, which count from 1970 or from the year of their making. */
export function isRealTime(time: Instant): boolean {
  return time >= FIRST_REAL_TIME;
}

/**
 * Judges a time by the sender's clock; a missing one, or one of a clock that was never set, is the receipt.
 *
 * @param offsetMs what must be added to the sender's times
 */
export function timingOf(
  observedAt: Instant | undefined,
  clocks: Clocks,
  offsetMs: number = offsetOf(clocks),
): Timing {
  const { receivedAt } = clocks;
  const at = observedAt === undefined ? undefined : observedAt + offsetMs;
  if (at === undefined || !isRealTime(at)) return { kind: 'timely', observedAt: receivedAt };
  if (at > receivedAt + FUTURE_TOLERANCE_MS) return { kind: 'future' };
  const clamped = Math.min(at, receivedAt);
  return { kind: receivedAt - clamped > LATE_AFTER_MS ? 'late' : 'timely', observedAt: clamped };
}

/**
 * Sorts hearings by whether they tell of now, and gives each the time that counts. Changes them: copies of all that comes in
 * would cost as much as judging it.
 *
 * @param offsetMsOf what must be added to the times of a hearing; by default what `sentAt` tells
 */
export function timed(
  hearings: readonly Hearing[],
  clocks: Clocks,
  offsetMsOf?: (hearing: Hearing) => number,
): Timed {
  const sorted: Timed = { timely: [], late: [], future: [] };
  for (const hearing of hearings) {
    const timing = timingOf(hearing.observedAt, clocks, offsetMsOf?.(hearing));
    if (timing.kind === 'future') {
      const detail = 'observedAt: more than 5 seconds ahead of our clock';
      sorted.future.push({ index: hearing.index, code: 'in-the-future', detail });
    } else {
      sorted[timing.kind].push(timedAt(hearing, timing.observedAt));
    }
  }
  return sorted;
}

function timedAt(hearing: Hearing, at: Instant): TimedHearing {
  const timely = hearing as TimedHearing;
  timely.at = at;
  return timely;
}

/**
 * The hearing as a sighting of this shopper. Its id holds the sender's, with who sent it before it, because two of them may
 * count alike; else it is made from what was heard where, when by the sender's clock, and how loud. The sender is the
 * gateway, or the shopper's phone: of the phones beside one beacon two may hear it alike in the same second.
 */
export function sightingOf(hearing: TimedHearing, shopperId: ShopperId, clocks: Clocks): Sighting {
  const { storeId, anchor, rssiDbm, measuredPowerDbm, at, beaconIds, observedAt } = hearing;
  const sender = anchor.kind === 'gateway' ? anchor.gatewayId : `${shopperId}|${anchor.beaconId}`;
  const { receivedAt, sentAt } = clocks;
  // A clock that was never set may stand still: by its time all that is heard would be one sighting.
  const isTold = observedAt !== undefined && (sentAt !== undefined || isRealTime(observedAt));
  const saidAt = isTold ? observedAt : (sentAt ?? receivedAt);
  const sightingId = `${sender}|${hearing.sightingId ?? `${beaconIds.join('+')}|${saidAt}|${rssiDbm}`}`;
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
