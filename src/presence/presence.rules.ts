import type { Instant, VisitId, ZoneId } from '../shared/index.js';
import type { CheckIn, Sighting } from '../sightings/index.js';
import type { StoreLayout } from '../stores/index.js';
import { judgeAbsence, nextLook } from './absence.rules.js';
import type { PresenceChange } from './changes.js';
import type { Fix } from './location/calibration.rules.js';
import { geometryOf } from './location/geometry.rules.js';
import { anchorKeyOf, levelOf, pour, secondOf } from './smoothing.rules.js';
import { copyOf, shortHash } from './state.js';
import type { Presence } from './state.js';
import {
  anticipate,
  beginVisit,
  decideUntil,
  endVisit,
  leaveZone,
  place,
  stayOf,
  tell,
  tellDwell,
} from './visit.rules.js';
import type { PresenceContext, Turn } from './visit.rules.js';

/** Where a call leaves the shopper. */
export interface Advanced {
  /** Undefined: not in a store. */
  presence: Presence | undefined;
  changes: PresenceChange[];
  /** When to call again if nothing is heard; in the past where it is due already. */
  nextLookAt: Instant | undefined;
  /** What the store's map can learn of this (`learn`). */
  fixes: Fix[];
  /** Sightings that had the shopper in two stores faster than anyone can travel; they were ignored. */
  impossible: number;
}

// More than a shopper makes between two deliveries of the same one.
const CHECK_INS_KEPT = 4;

/**
 * Takes what was newly heard of one shopper, and the time that passed, into their presence.
 *
 * Seconds are judged in the sightings' own time. They stay open for the reorder window (3 s behind the newest sighting)
 * and are then decided; sightings of decided seconds are dropped. So: any order and repetition of the same sightings
 * within the window, in any batches, leads to the same decided sequence of zones and the same start and end of the
 * visit. What is told before a second is decided may be withdrawn (see `PresenceChange`), and the `at` of an entry told
 * early may differ by less than the window; dwell once told stays told. Only what ends a silence less than the window
 * after a limit of absence, or in another store after `minimumTravelMs`, may be judged either way: by what comes in first.
 *
 * @param presence the shopper's open presence, in this or any other store. One in another store stays as it is until
 *   the shopper is heard here strongly and was not there for a few seconds; then that visit is ended, as it was told,
 *   and one begins here. No layout of the other store is needed.
 * @param sightings of this shopper, all of `layout.storeId`, in any order; none: a look for absence, for which `layout`
 *   is that of the presence's own store
 */
export function advance(
  presence: Presence | undefined,
  sightings: readonly Sighting[],
  layout: StoreLayout,
  now: Instant,
  context: PresenceContext,
): Advanced {
  const turn: Turn = { layout, context, changes: [], fixes: [], impossible: 0, cause: undefined };
  let present = presence && inLayout(copyOf(presence), turn);
  for (const sighting of audible(sightings, turn)) present = hear(present, sighting, turn);
  if (present?.storeId === layout.storeId) {
    anticipate(present, turn);
    const stay = stayOf(present);
    if (stay !== undefined) tellDwell(present, stay, present.lastHeardAt, turn);
    turn.cause = undefined;
    present = judgeAbsence(present, now, turn);
  }
  return advanced(present, now, turn);
}

/**
 * Takes a check-in into the shopper's presence: the visit goes on under the check-in's id or begins with it, and the
 * zone, if one of this store is named, is entered at once. The same check-in again, or one older than a hearing in
 * another store, changes nothing.
 */
export function checkIn(
  presence: Presence | undefined,
  checkin: CheckIn,
  layout: StoreLayout,
  now: Instant,
  context: PresenceContext,
): Advanced {
  const turn: Turn = { layout, context, changes: [], fixes: [], impossible: 0, cause: checkin };
  const { checkinId, storeId, visitId, observedAt } = checkin;
  const hash = shortHash(checkinId);
  const stale = presence !== undefined && presence.storeId !== storeId && observedAt < presence.lastHeardAt;
  if (stale || presence?.checkIns.includes(hash)) return advanced(presence, now, turn);

  const present = joined(presence, checkin, turn);
  present.visitId = visitId;
  present.checkIns = [...present.checkIns, hash].slice(-CHECK_INS_KEPT);
  const zoneId =
    checkin.zoneId !== undefined && layout.zones.has(checkin.zoneId) ? checkin.zoneId : undefined;
  // One that comes long after it was made tells of then, not of where the shopper is now.
  const timely = secondOf(observedAt) >= present.openSecond;
  noteHeard(present, observedAt, present.ownPhone);
  if (zoneId !== undefined && timely) place(present, zoneId, observedAt, turn);
  tell(present, observedAt, { kind: 'checkedIn', checkinId, ...(zoneId && { zoneId }) }, turn);
  return advanced(present, now, turn);
}

/** The visit that a check-in belongs to: the one under way here, or a new one. */
function joined(presence: Presence | undefined, checkin: CheckIn, turn: Turn): Presence {
  const { shopperId, storeId, visitId, observedAt } = checkin;
  let present = presence && inLayout(copyOf(presence), turn);
  if (present !== undefined && present.storeId !== storeId) {
    endVisit(present, turn);
    present = undefined;
  }
  present = present && judgeAbsence(present, observedAt, turn);
  const start = { shopperId, storeId, visitId, startedAt: observedAt, ownPhone: false };
  return present ?? beginVisit({ ...start, via: 'checkin' }, turn);
}

function advanced(presence: Presence | undefined, now: Instant, turn: Turn): Advanced {
  const { changes, fixes, impossible, context } = turn;
  return { presence, changes, fixes, impossible, nextLookAt: presence && nextLook(presence, now, context) };
}

/** By time, and by id where times are equal: then the batch's own order cannot matter. */
function audible(sightings: readonly Sighting[], { context }: Turn): readonly Sighting[] {
  const { weakestRssiDbm } = context.parameters;
  const isAudible = sightings.every(({ rssiDbm }) => rssiDbm >= weakestRssiDbm);
  const heard = isAudible ? sightings : sightings.filter(({ rssiDbm }) => rssiDbm >= weakestRssiDbm);
  // Mostly they come in order, and sorting costs more than to see that.
  const isSorted = heard.every(
    (each, index) => index === 0 || inOrder(heard[index - 1] as Sighting, each) <= 0,
  );
  return isSorted ? heard : heard.toSorted(inOrder);
}

function inOrder(a: Sighting, b: Sighting): number {
  return a.observedAt - b.observedAt || (a.sightingId < b.sightingId ? -1 : 1);
}

function hear(presence: Presence | undefined, sighting: Sighting, turn: Turn): Presence | undefined {
  const { shopperId, storeId, observedAt } = sighting;
  const { newId, parameters } = turn.context;
  const ownPhone = sighting.anchor.kind === 'beacon';
  let present = presence;
  if (present !== undefined && present.storeId !== storeId) {
    if (!isMoveToOtherStore(present, sighting, turn)) return present;
    turn.cause = sighting;
    endVisit(present, turn);
    present = undefined;
  }
  turn.cause = sighting;
  // After a long silence that nobody looked into, this is another stay, or another visit.
  present = present && judgeAbsence(present, observedAt, turn);
  present ??= beginVisit(
    { shopperId, storeId, visitId: newId() as VisitId, startedAt: observedAt, via: 'sighting', ownPhone },
    turn,
  );
  const second = secondOf(observedAt);
  if (second < present.openSecond) return present;

  present.startedAt = Math.min(present.startedAt, observedAt);
  noteHeard(present, observedAt, ownPhone);
  const anchor = geometryOf(turn.layout).numberOf.get(anchorKeyOf(sighting.anchor));
  if (anchor !== undefined) {
    pour(present.anchors, anchor, second, levelOf(sighting, turn.layout));
    if ((present.played.at(-1)?.second ?? -Infinity) >= second)
      present.played = present.played.filter((played) => played.second < second);
  }
  decideUntil(present, secondOf(observedAt - parameters.reorderMs), turn);
  return present;
}

/** Whether a hearing in another store says that the shopper has gone there. One that cannot be true is counted. */
function isMoveToOtherStore(
  { lastHeardAt }: Presence,
  { observedAt, rssiDbm }: Sighting,
  turn: Turn,
): boolean {
  const { otherStoreRssiDbm, minimumTravelMs, visitAbsenceMs } = turn.context.parameters;
  const awayMs = observedAt - lastHeardAt;
  if (rssiDbm < otherStoreRssiDbm && awayMs < visitAbsenceMs) return false;
  const canBe = awayMs >= minimumTravelMs;
  if (!canBe) turn.impossible += 1;
  return canBe;
}

function noteHeard(presence: Presence, at: Instant, ownPhone: boolean): void {
  if (at < presence.lastHeardAt) return;
  // Of what was heard in one moment a gateway counts, whichever comes in first.
  presence.ownPhone = ownPhone && (at > presence.lastHeardAt || presence.ownPhone);
  presence.lastHeardAt = at;
  presence.pausedMs = 0;
}

/** What a new layout costs: a zone that is gone is left as of the last hearing; renumbered anchors have heard nothing. */
function inLayout(presence: Presence, turn: Turn): Presence {
  if (presence.storeId !== turn.layout.storeId) return presence;
  const { stamp } = geometryOf(turn.layout);
  if (presence.stamp !== stamp) {
    presence.stamp = stamp;
    presence.anchors = [];
    presence.played = [];
  }
  const { competition, stay, hasty } = presence;
  const isGone = (zoneId: ZoneId | undefined): boolean =>
    zoneId !== undefined && !turn.layout.zones.has(zoneId);
  if (isGone(competition.left?.zoneId)) presence.competition = { ...competition, left: undefined };
  const gone = isGone(competition.zoneId) || isGone(stay?.zoneId) || isGone(hasty?.zoneId);
  if (gone) leaveZone(presence, turn);
  return presence;
}
