import type { ZoneId } from '../shared/index.js';
import type { StoreLayout } from '../stores/index.js';
import type { PresenceParameters } from './parameters.js';
import { heardSeconds, latestLevels, meanLevels } from './smoothing.rules.js';
import type { Competition, HeardAnchor } from './state.js';
import { locate } from './zone.rules.js';

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
  let present = competition;
  for (const second of heardSeconds(hearing.anchors, from, until)) {
    const next =
      present.zoneId === undefined ? firstZone(hearing, second) : challenge(present, hearing, second);
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

/** Gathers evidence for every other zone against the present one; enough of it moves the shopper (see `moveEvidenceDb`). */
function challenge(
  { zoneId: present, evidence: before }: Competition,
  { anchors, layout, parameters }: Hearing,
  second: number,
): Competition {
  const { moveAllowanceDb, moveClipDb, moveEvidenceDb, holdSeconds, floorDbm } = parameters;
  const scores = locate(latestLevels(anchors, second, holdSeconds), layout);
  if (scores[0]?.zoneId === present && before.length === 0) return { zoneId: present, evidence: before };
  const heardNow = locate(latestLevels(anchors, second, 0), layout);
  const here = scores.find(({ zoneId }) => zoneId === present)?.scoreDb ?? floorDbm;
  const evidence: Competition['evidence'] = [];
  for (const { zoneId, scoreDb } of scores) {
    if (zoneId === present) continue;
    const lead = scoreDb - here;
    const gain = heardNow.some((each) => each.zoneId === zoneId)
      ? Math.min(moveClipDb, lead) - moveAllowanceDb
      : // Unheard is no evidence for it, and a lost packet none against it.
        Math.min(0, lead);
    const gathered = (before.find((known) => known.zoneId === zoneId)?.db ?? 0) + gain;
    if (gathered > 0) evidence.push({ zoneId, db: Math.round(gathered * 10) / 10 });
  }
  const [strongest] = evidence.toSorted((a, b) => b.db - a.db);
  const moved = strongest !== undefined && strongest.db >= moveEvidenceDb;
  return moved ? { zoneId: strongest.zoneId, evidence: [] } : { zoneId: present, evidence };
}
