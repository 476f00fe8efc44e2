import { fnv1a } from '../shared/index.js';
import type { Instant, ShopperId, StoreId, VisitId, ZoneId } from '../shared/index.js';

/** What one anchor heard in one second of the sightings' own time. */
export interface Bucket {
  second: number;
  sum: number;
  count: number;
}

export interface HeardAnchor {
  key: string;
  /** Ascending by second. */
  buckets: Bucket[];
}

/** How the contest between zones stands after all decided seconds. */
export interface Competition {
  zoneId: ZoneId | undefined;
  /** For each challenger, in dB. */
  evidence: { zoneId: ZoneId; db: number }[];
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
  /** The first second that is still open: all before it are decided, and sightings from before it come too late. */
  openSecond: number;
  competition: Competition;
  /** The stay that decided seconds bear out. */
  stay: Stay | undefined;
  /** The one told after it on seconds still open; it is borne out or withdrawn within the reorder window. */
  hasty: Stay | undefined;
  anchors: HeardAnchor[];
  /** Sightings of the open seconds, by hash, so that a repeated one counts once. */
  seen: { second: number; hash: number }[];
  /** The last check-ins, by hash. */
  checkIns: number[];
  /** Time since `lastHeardAt` in which the store's gateways were silent. */
  pausedMs: number;
  /** The last look for absence, and until when the store's gateways had reported then. */
  look: { at: Instant; heardUntil: Instant };
}

const HASH_DIGITS = 4;
const HASHES = 36 ** HASH_DIGITS;

/** Four characters in Redis. Among a hundred open ids a new one is taken for a known one once in 17,000 times: a lost packet. */
export function shortHash(id: string): number {
  return fnv1a(id) % HASHES;
}

/** A copy that shares nothing that `advance` changes. */
export function copyOf(presence: Presence): Presence {
  return {
    ...presence,
    stay: presence.stay && { ...presence.stay },
    hasty: presence.hasty && { ...presence.hasty },
    anchors: presence.anchors.map(({ key, buckets }) => ({
      key,
      buckets: buckets.map((each) => ({ ...each })),
    })),
    seen: [...presence.seen],
    checkIns: [...presence.checkIns],
  };
}

const FORMAT = 1;

type StayTuple = [zoneId: ZoneId, enteredAfterMs: number, dwellTold: number] | 0;
type PresenceTuple = [
  format: number,
  shopperId: ShopperId,
  storeId: StoreId,
  visitId: VisitId,
  startedAt: Instant,
  lastHeardAfterMs: number,
  openSecond: number,
  competition: [zoneId: ZoneId | 0, evidence: (readonly [ZoneId, number])[]],
  stay: StayTuple,
  hasty: StayTuple,
  /** Per anchor its key, then second (before or after the open one), sum and count of each bucket. */
  anchors: (readonly [key: string, ...numbers: number[]])[],
  seen: string,
  checkIns: number[],
  pausedMs: number,
  look: [afterMs: number, heardUntilAfterMs: number],
];

/** A presence as a short string (typically 300-500 bytes) that `decode` reads again; times are kept relative. */
export function encode(presence: Presence): string {
  const { startedAt, openSecond } = presence;
  const stay = (told: Stay | undefined): StayTuple =>
    told === undefined ? 0 : [told.zoneId, told.enteredAt - startedAt, told.dwellTold];
  const tuple: PresenceTuple = [
    FORMAT,
    presence.shopperId,
    presence.storeId,
    presence.visitId,
    startedAt,
    presence.lastHeardAt - startedAt,
    openSecond,
    [presence.competition.zoneId ?? 0, presence.competition.evidence.map(({ zoneId, db }) => [zoneId, db])],
    stay(presence.stay),
    stay(presence.hasty),
    presence.anchors.map(({ key, buckets }) => [
      key,
      ...buckets.flatMap(({ second, sum, count }) => [second - openSecond, sum, count]),
    ]),
    presence.seen.map(({ second, hash }) => `${fixed(hash)}${(second - openSecond).toString(36)}`).join(''),
    presence.checkIns,
    presence.pausedMs,
    [presence.look.at - startedAt, presence.look.heardUntil - startedAt],
  ];
  return JSON.stringify(tuple);
}

/** Reads what `encode` wrote; undefined for any other format, which is then as if the shopper were not known to be here. */
export function decode(text: string): Presence | undefined {
  if (!text.startsWith(`[${FORMAT},`)) return undefined;
  const tuple = JSON.parse(text) as PresenceTuple;
  const [, shopperId, storeId, visitId, startedAt, lastHeard, openSecond, [zoneId, evidence]] = tuple;
  const [, , , , , , , , told, hasty, anchors, seen, checkIns, pausedMs, look] = tuple;
  const stay = (short: StayTuple): Stay | undefined =>
    short === 0 ? undefined : { zoneId: short[0], enteredAt: startedAt + short[1], dwellTold: short[2] };
  return {
    shopperId,
    storeId,
    visitId,
    startedAt,
    lastHeardAt: startedAt + lastHeard,
    openSecond,
    competition: {
      zoneId: zoneId === 0 ? undefined : zoneId,
      evidence: evidence.map(([challenger, db]) => ({ zoneId: challenger, db })),
    },
    stay: stay(told),
    hasty: stay(hasty),
    anchors: anchors.map(([key, ...numbers]) => ({ key, buckets: bucketsOf(numbers, openSecond) })),
    seen: seenOf(seen, openSecond),
    checkIns,
    pausedMs,
    look: { at: startedAt + look[0], heardUntil: startedAt + look[1] },
  };
}

function bucketsOf(numbers: readonly number[], openSecond: number): Bucket[] {
  const buckets: Bucket[] = [];
  for (let index = 0; index < numbers.length; index += 3) {
    const [offset = 0, sum = 0, count = 1] = numbers.slice(index, index + 3);
    buckets.push({ second: openSecond + offset, sum, count });
  }
  return buckets;
}

function seenOf(text: string, openSecond: number): Presence['seen'] {
  const seen: Presence['seen'] = [];
  for (let index = 0; index < text.length; index += HASH_DIGITS + 1) {
    const offset = parseInt(text.charAt(index + HASH_DIGITS), 36);
    seen.push({ second: openSecond + offset, hash: parseInt(text.slice(index, index + HASH_DIGITS), 36) });
  }
  return seen;
}

function fixed(hash: number): string {
  return hash.toString(36).padStart(HASH_DIGITS, '0');
}
