import type { ZoneId } from '../shared/index.js';
import type { StoreLayout } from '../stores/index.js';
import type { PresenceParameters } from './parameters.js';
import { heardSeconds, lastUpTo, meanAt, meanLevels } from './smoothing.rules.js';
import { BUCKET_SIZE, secondAt } from './state.js';
import type { Buckets, Competition, HeardAnchor } from './state.js';
import { locate, zoneOfAnchor } from './zone.rules.js';

export interface Entry {
  zoneId: ZoneId;
  /** The second of the sightings that decided it. */
  second: number;
}

/** What zone competition may look at: the store, what its anchors heard, and how strict to be. */
export interface Hearing {
  anchors: readonly HeardAnchor[];
  layout: StoreLayout;
  parameters: PresenceParameters;
}

/**
 * Plays the heard seconds of [from, until) one by one and tells who won when. A second is judged by itself and
 * those before it only, so the result depends on the times of the sightings and never on the order they came in.
 */
export function compete(
  competition: Competition,
  hearing: Hearing,
  from: number,
  until: number,
): { competition: Competition; entries: Entry[] } {
  const entries: Entry[] = [];
  const voices = voicesOf(hearing, from);
  let present = competition;
  for (const second of heardSeconds(hearing.anchors, from, until)) {
    const next =
      present.zoneId === undefined
        ? firstZone(hearing, second)
        : challenge(present, voices, hearing.parameters, second);
    if (next.zoneId !== undefined && next.zoneId !== present.zoneId)
      entries.push({ zoneId: next.zoneId, second });
    present = next;
  }
  return { competition: present, entries };
}

/** A shopper without a zone gets the best one as soon as it leads clearly enough for the time heard. */
function firstZone({ anchors, layout, parameters }: Hearing, second: number): Competition {
  const { windowSeconds, firstZone: steps, firstZonePatienceSeconds } = parameters;
  const nowhere: Competition = { zoneId: undefined, evidence: [] };
  const heard = heardSeconds(anchors, second - windowSeconds + 1, second + 1);
  const asked = steps.findLast((step) => heard.length >= step.heardSeconds);
  if (asked === undefined) return nowhere;
  const [best, runnerUp] = locate(meanLevels(anchors, second, windowSeconds), layout);
  if (best === undefined) return nowhere;
  const lead = best.scoreDb - (runnerUp?.scoreDb ?? -Infinity);
  const waited = second - (heard[0] ?? second) >= firstZonePatienceSeconds;
  return lead >= asked.leadDb || waited ? { zoneId: best.zoneId, evidence: [] } : nowhere;
}

/** An anchor that speaks for a zone: which one is looked up once and not for every second. */
interface Voice {
  zoneId: ZoneId;
  buckets: Buckets;
}

/** Those that can still be heard in seconds from `from` on. */
function voicesOf({ anchors, layout, parameters }: Hearing, from: number): Voice[] {
  const voices: Voice[] = [];
  for (const { key, buckets } of anchors) {
    if (secondAt(buckets, buckets.length - BUCKET_SIZE) < from - parameters.holdSeconds) continue;
    const zoneId = zoneOfAnchor(key, layout);
    if (zoneId !== undefined) voices.push({ zoneId, buckets });
  }
  return voices;
}

/** How a zone does in one second. */
interface Standing {
  zoneId: ZoneId;
  scoreDb: number;
  /** In this very second, not just within the time that levels are held. */
  heardNow: boolean;
}

/** Every zone that is heard at `second` or was not longer ago than `holdSeconds`; as in `locate` it scores as its loudest anchor. */
function standingsAt(second: number, voices: readonly Voice[], holdSeconds: number): Standing[] {
  const standings: Standing[] = [];
  for (const { zoneId, buckets } of voices) {
    const last = lastUpTo(buckets, second);
    const heardAt = secondAt(buckets, last);
    if (last < 0 || second - heardAt > holdSeconds) continue;
    const scoreDb = meanAt(buckets, last);
    const heardNow = heardAt === second;
    const standing = standings.find((each) => each.zoneId === zoneId);
    if (standing === undefined) standings.push({ zoneId, scoreDb, heardNow });
    else {
      standing.scoreDb = Math.max(standing.scoreDb, scoreDb);
      standing.heardNow ||= heardNow;
    }
  }
  return standings;
}

/** Gathers evidence for every other zone against the present one; enough of it moves the shopper (see `moveEvidenceDb`). */
function challenge(
  competition: Competition,
  voices: readonly Voice[],
  parameters: PresenceParameters,
  second: number,
): Competition {
  const standings = standingsAt(second, voices, parameters.holdSeconds);
  const challengers = challengersOf(competition, standings, parameters);
  if (challengers.length === 0 && competition.evidence.length === 0) return competition;
  // In the order of `locate`: with equal evidence, the one that is heard better now.
  challengers.sort((a, b) => b.scoreDb - a.scoreDb || (a.zoneId < b.zoneId ? -1 : 1));
  let strongest: Challenger | undefined;
  for (const each of challengers) if (strongest === undefined || each.db > strongest.db) strongest = each;
  return strongest !== undefined && strongest.db >= parameters.moveEvidenceDb
    ? { zoneId: strongest.zoneId, evidence: [] }
    : { zoneId: competition.zoneId, evidence: challengers.map(({ zoneId, db }) => ({ zoneId, db })) };
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
  standings: readonly Standing[],
  { moveAllowanceDb, moveClipDb, floorDbm }: PresenceParameters,
): Challenger[] {
  const here = standings.find(({ zoneId }) => zoneId === present)?.scoreDb ?? floorDbm;
  const challengers: Challenger[] = [];
  for (const { zoneId, scoreDb, heardNow } of standings) {
    if (zoneId === present) continue;
    const lead = scoreDb - here;
    // Unheard is no evidence for it, and a lost packet none against it.
    const gain = heardNow ? Math.min(moveClipDb, lead) - moveAllowanceDb : Math.min(0, lead);
    const gathered = (evidence.find((known) => known.zoneId === zoneId)?.db ?? 0) + gain;
    if (gathered > 0) challengers.push({ zoneId, scoreDb, db: Math.round(gathered * 10) / 10 });
  }
  return challengers;
}
