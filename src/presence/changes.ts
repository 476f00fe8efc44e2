import type { ChangeId, Instant, ShopperId, StoreId, VisitId, ZoneId } from '../shared/index.js';

interface ChangeBase {
  changeId: ChangeId;
  shopperId: ShopperId;
  storeId: StoreId;
  visitId: VisitId;
  /** When it was so, by the times of the sightings; not when it was found out. */
  at: Instant;
  /** The hearing (or check-in) that completed the change, for measuring latency; absent where silence did. */
  observedAt?: Instant;
  receivedAt?: Instant;
  /** When live presence held it, by the clock of Redis; known to whoever reads it from the stream. */
  presentAt?: Instant;
}

/**
 * What became different about a shopper's presence. A stay is named by visit, zone and `enteredAt`, which is the
 * `at` of its `zoneEntered`; of several exits of one stay the latest counts.
 *
 * Entries are told at once, on the evidence so far. Where sightings that overtook each other prove one wrong within the
 * reorder window, its exit says `mistaken` (that stay never was), and the stay before it, if it goes on, is entered
 * once more with its old `at` and `resumed`.
 */
export type PresenceChange = ChangeBase &
  (
    | { kind: 'visitStarted'; startedAt: Instant; via: 'sighting' | 'checkin' }
    | { kind: 'zoneEntered'; zoneId: ZoneId; previousZoneId?: ZoneId; resumed?: true }
    | { kind: 'zoneDwelled'; zoneId: ZoneId; enteredAt: Instant; dwellSeconds: number }
    | { kind: 'zoneExited'; zoneId: ZoneId; enteredAt: Instant; mistaken?: true }
    | { kind: 'checkedIn'; checkinId: string; zoneId?: ZoneId }
    | { kind: 'visitEnded'; startedAt: Instant; endedAt: Instant }
  );

type BodyOf<Change> = Change extends PresenceChange ? Omit<Change, keyof ChangeBase> : never;
/** A change without its envelope. */
export type ChangeBody = BodyOf<PresenceChange>;
