import { fnv1a } from '../shared/index.js';
import type { Instant, ShopperId, StoreId, VisitId, ZoneId } from '../shared/index.js';
import type { Standing } from './location/zoning.rules.js';
import type { Track } from './location/track.rules.js';

/**
 * What one anchor heard, in seconds of the sightings' own time, ascending. Three numbers a heard second: the second, the
 * loudest and the faintest level heard in it. Those two do not depend on order and repetition, so that nothing need be
 * remembered of single sightings; of one or two packets a second, as tags and phones send, they are all there is to know.
 * Flat, because a process keeps those of thousands of shoppers between two hearings, and it is by the object that the
 * garbage collector takes its time.
 */
export type Buckets = readonly number[];

/** The numbers of one bucket: step by it from one to the next. */
export const BUCKET_SIZE = 3;

/** The second of the bucket that begins at `index`. */
export function secondAt(buckets: Buckets, index: number): number {
  return buckets[index] ?? NaN;
}

export function loudestAt(buckets: Buckets, index: number): number {
  return buckets[index + 1] ?? NaN;
}

export function faintestAt(buckets: Buckets, index: number): number {
  return buckets[index + 2] ?? NaN;
}

/** Replaced when it hears more, never changed: earlier states of the shopper have it too. */
export interface HeardAnchor {
  /** As `Geometry` numbers them. */
  readonly anchor: number;
  readonly buckets: Buckets;
}

/** How the contest between zones stands after a second. Replaced when it changes. */
export interface Competition extends Standing {
  /** For each challenger, in dB, as long as zones compete by loudness. */
  evidence: readonly { zoneId: ZoneId; db: number }[];
  /** Where the shopper is on the plan, where the store's radios can say so. */
  track: Track | undefined;
}

/** Nobody knows yet. */
export const UNDECIDED: Competition = { zoneId: undefined, left: undefined, evidence: [], track: undefined };

/** A second that was played and how the contest stands after it. */
export interface Played {
  readonly second: number;
  readonly competition: Competition;
}

/** A stay as it was told to others. */
export interface Stay {
  zoneId: ZoneId;
  enteredAt: Instant;
  /** The longest dwell told so far, seconds. */
  dwellTold: number;
}

/** One shopper in one store. */
export interface Presence {
  shopperId: ShopperId;
  storeId: StoreId;
  visitId: VisitId;
  startedAt: Instant;
  lastHeardAt: Instant;
  /** That was by their own phone, which hears the store's beacons whether or not its gateways are well. */
  ownPhone: boolean;
  /** The first second that is still open: all before it are decided, and sightings from before it come too late. */
  openSecond: number;
  competition: Competition;
  /** The stay that decided seconds bear out. */
  stay: Stay | undefined;
  /** The one told after it on seconds still open; it is borne out or withdrawn within the reorder window. */
  hasty: Stay | undefined;
  anchors: HeardAnchor[];
  /** Names the numbering of `anchors`. */
  stamp: number;
  /** Open seconds as they stand, so that each is worked out once; not kept in Redis, where it can be worked out again. */
  played: readonly Played[];
  /** The last check-ins, by hash. */
  checkIns: readonly number[];
  /** Time since `lastHeardAt` in which the store's gateways were silent. */
  pausedMs: number;
  /** The last look for absence, and until when the store's gateways had reported then. */
  look: { at: Instant; heardUntil: Instant };
}

/** Enough to tell a check-in from the few before it. */
export function shortHash(id: string): number {
  return fnv1a(id) & 0xffffff;
}

/** A copy that shares nothing that `advance` changes. What it only ever replaces is shared. */
export function copyOf(presence: Presence): Presence {
  const { stay, hasty } = presence;
  // Part by part and in the order of `decode`: a spread costs more than all its parts, and this is done for every sighting.
  return {
    shopperId: presence.shopperId,
    storeId: presence.storeId,
    visitId: presence.visitId,
    startedAt: presence.startedAt,
    lastHeardAt: presence.lastHeardAt,
    ownPhone: presence.ownPhone,
    openSecond: presence.openSecond,
    competition: presence.competition,
    stay: stay && { ...stay },
    hasty: hasty && { ...hasty },
    anchors: presence.anchors.slice(),
    stamp: presence.stamp,
    played: presence.played,
    checkIns: presence.checkIns,
    pausedMs: presence.pausedMs,
    look: presence.look,
  };
}
