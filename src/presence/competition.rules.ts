import type { ZoneId } from '../shared/index.js';
import type { Geometry } from './location/geometry.rules.js';
import type { RadioMap } from './location/radio-map.rules.js';
import { rounded } from './location/rounding.rules.js';
import { begin, corrected, predicted, type Heard, type Track } from './location/track.rules.js';
import { zoned } from './location/zoning.rules.js';
import type { PresenceParameters } from './parameters.js';
import { heardSeconds, lastUpTo, meanAt, meanLevels } from './smoothing.rules.js';
import { BUCKET_SIZE, faintestAt, loudestAt, secondAt, UNDECIDED } from './state.js';
import type { Buckets, Competition, HeardAnchor, Played } from './state.js';
import { locate } from './zone.rules.js';

/** What zone competition may look at: the store, what its anchors heard, and how strict to be. */
export interface Hearing {
  anchors: readonly HeardAnchor[];
  geometry: Geometry;
  /** Undefined where nobody can be placed on the plan: then zones compete by loudness alone. */
  radio: RadioMap | undefined;
  parameters: PresenceParameters;
}

/**
 * Plays the heard seconds of [from, until) one by one and tells how the contest stands after each. A second is judged by
 * itself and those before it only, so the result depends on the times of the sightings and never on the order they came in.
 *
 * @param known seconds from `from` on that were played before with the same levels; they are not played again
 */
export function play(
  start: Competition,
  hearing: Hearing,
  from: number,
  until: number,
  known: readonly Played[],
): Played[] {
  const played: Played[] = [];
  let present = start;
  let voices: Voice[] | undefined;
  for (const second of heardSeconds(hearing.anchors, from, until)) {
    const before = known[played.length];
    if (before?.second === second) {
      present = before.competition;
      played.push(before);
    } else {
      voices ??= voicesOf(hearing, from);
      present = judge(present, hearing, voices, second);
      played.push({ second, competition: present });
    }
  }
  return played;
}

/**
 * By place as long as enough anchors say where the shopper is, by loudness otherwise. Who is in a zone stays there while the
 * map is made.
 */
function judge(
  competition: Competition,
  hearing: Hearing,
  voices: readonly Voice[],
  second: number,
): Competition {
  const { radio, parameters } = hearing;
  if (radio?.isMakeshift === true && competition.zoneId !== undefined) return competition;
  const track = radio && followed(competition.track, hearing, radio, second);
  if (radio !== undefined && track !== undefined && isLocated(track, parameters)) {
    const ahead = radio.surveyed ? parameters.surveyedAheadSeconds : 0;
    const standing = zoned(competition, track, radio.floor, parameters, ahead);
    return { zoneId: standing.zoneId, left: standing.left, evidence: [], track };
  }
  const present = track === competition.track ? competition : { ...competition, track };
  return present.zoneId === undefined
    ? firstZone(present, hearing, second)
    : challenge(present, voices, parameters, second);
}

/** Whether the track says where the shopper is: enough anchors heard them just now. */
export function isLocated(
  { second, locatedAt }: Pick<Track, 'second' | 'locatedAt'>,
  { holdSeconds }: PresenceParameters,
): boolean {
  return second - locatedAt <= holdSeconds;
}

function followed(track: Track | undefined, hearing: Hearing, radio: RadioMap, second: number): Track {
  const { anchors, parameters } = hearing;
  const expected =
    track === undefined ? begin(second, radio, parameters) : predicted(track, second, parameters);
  return rounded(corrected(expected, levelsIn(anchors, second), radio, parameters));
}

/** What each anchor heard in this very second. */
export function levelsIn(anchors: readonly HeardAnchor[], second: number): Heard[] {
  const heard: Heard[] = [];
  let isSorted = true;
  for (const { anchor, buckets } of anchors) {
    const at = lastUpTo(buckets, second);
    if (at < 0 || secondAt(buckets, at) !== second) continue;
    const several = loudestAt(buckets, at) !== faintestAt(buckets, at);
    isSorted &&= anchor > (heard.at(-1)?.anchor ?? -1);
    heard.push({ anchor, dbm: meanAt(buckets, at), several });
  }
  // Sums of floating-point numbers depend on their order, which is that in which anchors were first heard.
  return isSorted ? heard : heard.sort((a, b) => a.anchor - b.anchor);
}

/** A shopper without a zone gets the best one as soon as it leads clearly enough for the time heard. */
function firstZone(
  { track }: Competition,
  { anchors, geometry, parameters }: Hearing,
  second: number,
): Competition {
  const { windowSeconds, firstZone: steps, firstZonePatienceSeconds } = parameters;
  const nowhere: Competition = { ...UNDECIDED, track };
  // What was heard before the shopper was last located has had its say.
  const from = Math.max(second - windowSeconds, track?.locatedAt ?? 0) + 1;
  const heard = heardSeconds(anchors, from, second + 1);
  const asked = steps.findLast((step) => heard.length >= step.heardSeconds);
  if (asked === undefined) return nowhere;
  const [best, runnerUp] = locate(meanLevels(anchors, from, second), geometry);
  if (best === undefined) return nowhere;
  const lead = best.scoreDb - (runnerUp?.scoreDb ?? -Infinity);
  const waited = second - (heard[0] ?? second) >= firstZonePatienceSeconds;
  return lead >= asked.leadDb || waited ? { ...nowhere, zoneId: best.zoneId } : nowhere;
}

/** An anchor that speaks for a zone: which one is looked up once and not for every second. */
interface Voice {
  zoneId: ZoneId;
  buckets: Buckets;
}

/** Those that can still be heard in seconds from `from` on. */
function voicesOf({ anchors, geometry, parameters }: Hearing, from: number): Voice[] {
  const voices: Voice[] = [];
  for (const { anchor, buckets } of anchors) {
    if (secondAt(buckets, buckets.length - BUCKET_SIZE) < from - parameters.holdSeconds) continue;
    const zoneId = geometry.zoneOf[anchor];
    if (zoneId !== undefined) voices.push({ zoneId, buckets });
  }
  return voices;
}

/** How a zone does in one second. */
interface Contender {
  zoneId: ZoneId;
  scoreDb: number;
  /** In this very second, not just within the time that levels are held. */
  heardNow: boolean;
}

/** Every zone that is heard at `second` or was not longer ago than `holdSeconds`; as in `locate` it scores as its loudest anchor. */
function contendersAt(second: number, voices: readonly Voice[], holdSeconds: number): Contender[] {
  const contenders: Contender[] = [];
  for (const { zoneId, buckets } of voices) {
    const last = lastUpTo(buckets, second);
    const heardAt = secondAt(buckets, last);
    if (last < 0 || second - heardAt > holdSeconds) continue;
    const scoreDb = meanAt(buckets, last);
    const heardNow = heardAt === second;
    const contender = contenders.find((each) => each.zoneId === zoneId);
    if (contender === undefined) contenders.push({ zoneId, scoreDb, heardNow });
    else {
      contender.scoreDb = Math.max(contender.scoreDb, scoreDb);
      contender.heardNow ||= heardNow;
    }
  }
  return contenders;
}

/**
 * Whether anything in this second could speak for another zone than the present one; where nothing does, as mostly,
 * contenders need not be made. One that leads by no more than the allowance gains nothing.
 */
function hasChallenger(
  { zoneId: present }: Competition,
  voices: readonly Voice[],
  { holdSeconds, moveAllowanceDb, floorDbm }: PresenceParameters,
  second: number,
): boolean {
  let here = -Infinity;
  let best = -Infinity;
  for (const { zoneId, buckets } of voices) {
    const last = lastUpTo(buckets, second);
    if (last < 0 || second - secondAt(buckets, last) > holdSeconds) continue;
    const level = meanAt(buckets, last);
    if (zoneId === present) here = Math.max(here, level);
    else best = Math.max(best, level);
  }
  return best - (here === -Infinity ? floorDbm : here) > moveAllowanceDb;
}

/** Gathers evidence for every other zone against the present one; enough of it moves the shopper (see `moveEvidenceDb`). */
function challenge(
  competition: Competition,
  voices: readonly Voice[],
  parameters: PresenceParameters,
  second: number,
): Competition {
  if (competition.evidence.length === 0 && !hasChallenger(competition, voices, parameters, second))
    return competition;
  const contenders = contendersAt(second, voices, parameters.holdSeconds);
  const challengers = challengersOf(competition, contenders, parameters);
  if (challengers.length === 0 && competition.evidence.length === 0) return competition;
  // In the order of `locate`: with equal evidence, the one that is heard better now.
  challengers.sort((a, b) => b.scoreDb - a.scoreDb || (a.zoneId < b.zoneId ? -1 : 1));
  let strongest: Challenger | undefined;
  for (const each of challengers) if (strongest === undefined || each.db > strongest.db) strongest = each;
  return strongest !== undefined && strongest.db >= parameters.moveEvidenceDb
    ? { ...UNDECIDED, zoneId: strongest.zoneId, track: competition.track }
    : { ...competition, evidence: challengers.map(({ zoneId, db }) => ({ zoneId, db })) };
}

interface Challenger {
  zoneId: ZoneId;
  scoreDb: number;
  /** The evidence for it so far. */
  db: number;
}

/** The zones for which there is any evidence after this second. */
function challengersOf(
  { zoneId: present, evidence }: Competition,
  contenders: readonly Contender[],
  { moveAllowanceDb, moveClipDb, floorDbm }: PresenceParameters,
): Challenger[] {
  const here = contenders.find(({ zoneId }) => zoneId === present)?.scoreDb ?? floorDbm;
  const challengers: Challenger[] = [];
  for (const { zoneId, scoreDb, heardNow } of contenders) {
    if (zoneId === present) continue;
    const lead = scoreDb - here;
    // Unheard is no evidence for it, and a lost packet none against it.
    const gain = heardNow ? Math.min(moveClipDb, lead) - moveAllowanceDb : Math.min(0, lead);
    const gathered = (evidence.find((known) => known.zoneId === zoneId)?.db ?? 0) + gain;
    if (gathered > 0) challengers.push({ zoneId, scoreDb, db: Math.round(gathered * 10) / 10 });
  }
  return challengers;
}
