import { MINUTE_MS, SECOND_MS, type BeaconId, type Instant } from '../../shared/index.js';
import { eidsBetween, type EphemeralIdentity } from './eid.rules.js';

/** A registered key, opened. */
export interface RotatingIdentity extends EphemeralIdentity {
  /** The name by which its shopper carries it: `eik:` and a mark of the key. */
  name: BeaconId;
  /** What the beacon's clock shows more than Unix time, in seconds, as registered. */
  declaredOffsetSeconds: number;
  /** The same as learnt from what was heard. */
  clockOffsetSeconds: number;
}

/** What the table says of one ephemeral identifier. */
export interface TableEntry {
  name: BeaconId;
  rotationExponent: number;
  /** By which the window was placed in time. */
  offsetSeconds: number;
  /** It is nobody's from then on; and was before, longer ago than its window and those around it last. */
  until: Instant;
  /** By the other clock that is believed of its key `until` is so much later; absent where that makes no difference. */
  laterSeconds?: number;
}

/** So much is a window widened at least on each side: sightings may be a minute old when they come. */
const WIDENED_SECONDS = 60;

const SHORTEST_ROUND_MS = MINUTE_MS;
const LONGEST_ROUND_MS = 60 * MINUTE_MS;

/** How many windows before and after the current one are believed: at least one each. */
export function windowsAround(rotationExponent: number): number {
  return Math.max(1, Math.ceil(WIDENED_SECONDS / 2 ** rotationExponent));
}

/**
 * How long until a key's identifiers are written again: one window, so that a round adds about one identifier a key;
 * but neither so short that fast rotations keep the workers busy, nor so long that a lost write stays lost for hours.
 */
export function roundMs(rotationExponent: number): number {
  return Math.min(Math.max(2 ** rotationExponent * SECOND_MS, SHORTEST_ROUND_MS), LONGEST_ROUND_MS);
}

/** What is written reaches so far past the next round, for the time that the round itself takes. */
export function slackMs(rotationExponent: number): number {
  return Math.max(roundMs(rotationExponent) / 4, SHORTEST_ROUND_MS);
}

/**
 * The identifiers that are to be believed at some moment between `from` and `to`, less those that were so before
 * `from` already where `knownBefore` says that those are written. Where the clock was found to differ from what was
 * registered, both clocks are believed: a recording played back must not shut out a beacon whose clock is right.
 */
export function entriesBetween(
  identity: RotatingIdentity,
  span: { from: Instant; to: Instant; knownBefore: boolean },
): Map<string, TableEntry> {
  const { declaredOffsetSeconds: declared, clockOffsetSeconds: learnt } = identity;
  const entries = new Map(entriesAt(identity, { offsetSeconds: learnt, other: declared }, span));
  if (declared === learnt) return entries;
  for (const [eid, entry] of entriesAt(identity, { offsetSeconds: declared, other: learnt }, span)) {
    if (!entries.has(eid)) entries.set(eid, entry);
  }
  return entries;
}

function* entriesAt(
  identity: RotatingIdentity,
  { offsetSeconds, other }: { offsetSeconds: number; other: number },
  { from, to, knownBefore }: { from: Instant; to: Instant; knownBefore: boolean },
): Generator<[string, TableEntry]> {
  const { name, rotationExponent } = identity;
  const windowMs = 2 ** rotationExponent * SECOND_MS;
  const around = windowsAround(rotationExponent);
  const windowOf = (at: Instant): number => Math.floor((at + offsetSeconds * SECOND_MS) / windowMs);
  const first = knownBefore ? windowOf(from) + around + 1 : windowOf(from) - around;
  const later = laterBy(offsetSeconds - other, rotationExponent);
  for (const { window, eid } of eidsBetween(identity, first, windowOf(to) + around)) {
    const until = (window + 1 + around) * windowMs - offsetSeconds * SECOND_MS;
    yield [eid, { name, rotationExponent, offsetSeconds, until, ...later }];
  }
}

/** How long an identifier is believed: its window and those around it. */
function lifeSeconds(rotationExponent: number): number {
  return (2 * windowsAround(rotationExponent) + 1) * 2 ** rotationExponent;
}

/**
 * An identifier is one key's by both clocks. Where these differ by little, what is heard by one is within the windows that
 * are believed by the other, a minute late as well; where by much, one has long been nobody's when it is written by the other.
 */
function laterBy(seconds: number, rotationExponent: number): Pick<TableEntry, 'laterSeconds'> {
  const aroundSeconds = windowsAround(rotationExponent) * 2 ** rotationExponent;
  const slack = Math.min(aroundSeconds / 2, aroundSeconds - WIDENED_SECONDS);
  const matters = Math.abs(seconds) > slack && Math.abs(seconds) < 3 * lifeSeconds(rotationExponent);
  return matters ? { laterSeconds: seconds } : {};
}

/** Whether an identifier may be heard now, by one of its key's clocks: entries are written some time before their window. */
export function isBelieved(entry: TableEntry, now: Instant): boolean {
  const { until, rotationExponent, laterSeconds = 0 } = entry;
  const lifeMs = lifeSeconds(rotationExponent) * SECOND_MS;
  const isWithin = (end: Instant): boolean => now >= end - lifeMs && now < end;
  return isWithin(until) || isWithin(until + laterSeconds * SECOND_MS);
}

/** When an identifier is nobody's by either clock. */
export function endOf({ until, laterSeconds = 0 }: TableEntry): Instant {
  return until + Math.max(0, laterSeconds) * SECOND_MS;
}

/** As text of at most 44 characters, which Redis keeps in one piece, unless there are two clocks: digits of base 36, and seconds. */
export function writeEntry(entry: TableEntry): string {
  const { until, rotationExponent, offsetSeconds, name, laterSeconds } = entry;
  const numbers = [until / SECOND_MS, rotationExponent, offsetSeconds];
  const later = laterSeconds === undefined ? [] : [laterSeconds.toString(DIGITS)];
  return [...numbers.map((number) => number.toString(DIGITS)), name, ...later].join(' ');
}

export function readEntry(text: string): TableEntry {
  const [until, rotationExponent, offsetSeconds, name, later] = text.split(' ') as [
    string,
    string,
    string,
    BeaconId,
    string | undefined,
  ];
  return {
    name,
    rotationExponent: Number.parseInt(rotationExponent, DIGITS),
    offsetSeconds: Number.parseInt(offsetSeconds, DIGITS),
    until: Number.parseInt(until, DIGITS) * SECOND_MS,
    ...(later !== undefined && { laterSeconds: Number.parseInt(later, DIGITS) }),
  };
}
const DIGITS = 36;

/** A key's name, by 16 bytes of its mark. */
export function nameOf(mark: Buffer): BeaconId {
  return `eik:${mark.toString('base64url')}` as BeaconId;
}

/** The keys of one exponent are written in as many shares as a mark's first character has values. */
const SHARE_CHARACTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
export const SHARES = SHARE_CHARACTERS.length;

/** A part of the table that is written in one go. */
export interface Share {
  rotationExponent: number;
  /** 0 to `SHARES` - 1. */
  number: number;
}

/** The names of a share, compared by their bytes: from `first` on, and before `end`. */
export function namesOf({ number }: Share): { first: string; end: string } {
  const code = SHARE_CHARACTERS.charCodeAt(number);
  return { first: `eik:${String.fromCharCode(code)}`, end: `eik:${String.fromCharCode(code + 1)}` };
}

/** Until when a share is written, and when that must go on. */
export interface Covered {
  until: Instant;
  dueAt: Instant;
}

/**
 * What the next writing of a share covers.
 *
 * @param roll in [0, 1): the first rounds after a start fall together; chance spreads those that follow
 */
export function coverage(rotationExponent: number, now: Instant, roll: number): Covered {
  const dueAt = now + Math.round(roundMs(rotationExponent) * (0.5 + roll / 2));
  return { dueAt, until: dueAt + slackMs(rotationExponent) };
}
