import { fnv1a } from '../shared/index.js';
import type { Instant, ShopperId, StoreId, VisitId, ZoneId } from '../shared/index.js';

/**
 * What one anchor heard, in seconds of the sightings' own time, ascending. Three numbers a heard second: the second, the
 * sum of the levels heard in it, and their count. Flat, because a process keeps those of thousands of shoppers between
 * two hearings, and it is by the object that the garbage collector takes its time.
 */
export type Buckets = readonly number[];

/** The numbers of one bucket: step by it from one to the next. */
export const BUCKET_SIZE = 3;

/** The second of the bucket that begins at `index`. */
export function secondAt(buckets: Buckets, index: number): number {
  return buckets[index] ?? NaN;
}

export function sumAt(buckets: Buckets, index: number): number {
  return buckets[index + 1] ?? NaN;
}

export function countAt(buckets: Buckets, index: number): number {
  return buckets[index + 2] ?? NaN;
}

/** Replaced when it hears more, never changed: earlier states of the shopper have it too. */
export interface HeardAnchor {
  readonly key: string;
  readonly buckets: Buckets;
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
  /** Replaced when it changes. */
  competition: Competition;
  /** The stay that decided seconds bear out. */
  stay: Stay | undefined;
  /** The one told after it on seconds still open; it is borne out or withdrawn within the reorder window. */
  hasty: Stay | undefined;
  anchors: HeardAnchor[];
  /** Sightings of the open seconds, so that a repeated one counts once: two numbers each, its second and its hash. */
  seen: readonly number[];
  /** The last check-ins, by hash. */
  checkIns: readonly number[];
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

/** A copy that shares nothing that `advance` changes. What it only ever replaces is shared. */
export function copyOf(presence: Presence): Presence {
  return {
    ...presence,
    stay: presence.stay && { ...presence.stay },
    hasty: presence.hasty && { ...presence.hasty },
    anchors: presence.anchors.slice(),
  };
}

const SEEN_SIZE = 2;

export function hasSeen({ seen }: Presence, hash: number): boolean {
  for (let index = 1; index < seen.length; index += SEEN_SIZE) if (seen[index] === hash) return true;
  return false;
}

export function noteSeen(presence: Presence, second: number, hash: number): void {
  // Unlike `push` to a copy, this leaves no room to grow, which every shopper would be kept with.
  presence.seen = presence.seen.toSpliced(presence.seen.length, 0, second, hash);
}

/** Forgets the sightings of seconds before `openSecond`. */
export function forgetSeen(presence: Presence, openSecond: number): void {
  presence.seen = presence.seen.filter(
    (_, index, seen) => secondAt(seen, index - (index % SEEN_SIZE)) >= openSecond,
  );
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
  checkIns: readonly number[],
  pausedMs: number,
  look: [afterMs: number, heardUntilAfterMs: number],
];

/**
 * A presence as a short string (typically 300-500 bytes) that `decode` reads again; times are kept relative. It is the
 * JSON of a `PresenceTuple`, put together by hand: that takes little more than half the time, and nearly every sighting costs one.
 */
export function encode(presence: Presence): string {
  const { startedAt, openSecond, competition, look } = presence;
  const visit = `${quoted(presence.shopperId)},${quoted(presence.storeId)},${quoted(presence.visitId)}`;
  const times = `${startedAt},${presence.lastHeardAt - startedAt},${openSecond}`;
  const stays = `${stayText(presence.stay, startedAt)},${stayText(presence.hasty, startedAt)}`;
  const heard = `[${anchorsText(presence.anchors, openSecond)}],"${seenText(presence.seen, openSecond)}"`;
  const looked = `[${look.at - startedAt},${look.heardUntil - startedAt}]`;
  const rest = `[${presence.checkIns.join(',')}],${presence.pausedMs},${looked}`;
  return `[${FORMAT},${visit},${times},${competitionText(competition)},${stays},${heard},${rest}]`;
}

function competitionText({ zoneId, evidence }: Competition): string {
  let text = `[${zoneId === undefined ? '0' : quoted(zoneId)},[`;
  let comma = '';
  for (const challenger of evidence) {
    text += `${comma}[${quoted(challenger.zoneId)},${challenger.db}]`;
    comma = ',';
  }
  return `${text}]]`;
}

function stayText(told: Stay | undefined, startedAt: Instant): string {
  return told === undefined
    ? '0'
    : `[${quoted(told.zoneId)},${told.enteredAt - startedAt},${told.dwellTold}]`;
}

function anchorsText(anchors: readonly HeardAnchor[], openSecond: number): string {
  let text = '';
  let comma = '';
  for (const { key, buckets } of anchors) {
    text += `${comma}[${quoted(key)}`;
    for (let index = 0; index < buckets.length; index += BUCKET_SIZE) {
      const offset = secondAt(buckets, index) - openSecond;
      text += `,${offset},${sumAt(buckets, index)},${countAt(buckets, index)}`;
    }
    text += ']';
    comma = ',';
  }
  return text;
}

function seenText(seen: readonly number[], openSecond: number): string {
  let text = '';
  for (let index = 0; index < seen.length; index += SEEN_SIZE) {
    text += hashText(seen[index + 1] ?? 0) + (secondAt(seen, index) - openSecond).toString(36);
  }
  return text;
}

// `toString(36)` of more than one digit takes ten times as long as two looks into a table.
const PAIRS = Array.from({ length: 36 ** 2 }, (_, pair) => pair.toString(36).padStart(2, '0'));

function hashText(hash: number): string {
  return `${PAIRS[Math.floor(hash / PAIRS.length)] ?? ''}${PAIRS[hash % PAIRS.length] ?? ''}`;
}

function quoted(text: string): string {
  return JSON.stringify(text);
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

function bucketsOf(numbers: readonly number[], openSecond: number): Buckets {
  return numbers.map((number, index) => (index % BUCKET_SIZE === 0 ? openSecond + number : number));
}

function seenOf(text: string, openSecond: number): Presence['seen'] {
  const seen: number[] = [];
  for (let index = 0; index < text.length; index += HASH_DIGITS + 1) {
    const offset = parseInt(text.charAt(index + HASH_DIGITS), 36);
    seen.push(openSecond + offset, parseInt(text.slice(index, index + HASH_DIGITS), 36));
  }
  return seen;
}
