import { SECOND_MS } from '../shared/index.js';
import type { ChangeId, Instant, ShopperId, StoreId, VisitId, ZoneId } from '../shared/index.js';
import type { Sighting } from '../sightings/index.js';
import type { StoreLayout } from '../stores/index.js';
import type { ChangeBody, PresenceChange } from './changes.js';
import { isLocated, levelsIn, play, type Hearing } from './competition.rules.js';
import type { Fix } from './location/calibration.rules.js';
import { geometryOf } from './location/geometry.rules.js';
import type { RadioMap } from './location/radio-map.rules.js';
import type { PresenceParameters } from './parameters.js';
import { heardAfter, heardSeconds, secondOf, stillHeld, strongest } from './smoothing.rules.js';
import { UNDECIDED } from './state.js';
import type { Competition, Played, Presence, Stay } from './state.js';

/** What presence needs from outside: ids, how it is tuned, what the live offers wait for, how the store's gateways fare. */
export interface PresenceContext {
  /** A UUIDv7. */
  newId: () => string;
  parameters: PresenceParameters;
  /** The lengths of stay that live offers ask for, seconds, ascending. */
  dwellSeconds: readonly number[];
  /** What its radios would hear of somebody anywhere on the floor; absent where nobody can be placed on it. */
  radio?: RadioMap | undefined;
  /** When any gateway of the store last reported, or now where it has none; absent where nobody watches over them. */
  heardStoreUntil?: Instant | undefined;
}

/** One call's working place: `presence` copies are changed in it and what they went through is gathered in `changes`. */
export interface Turn {
  layout: StoreLayout;
  context: PresenceContext;
  changes: PresenceChange[];
  /** Decided seconds in which the shopper was located, as far as the map can learn of them. */
  fixes: Fix[];
  /** Sightings ignored because nobody can travel that fast. */
  impossible: number;
  /** The hearing that what follows is owed to. */
  cause: Pick<Sighting, 'observedAt' | 'receivedAt'> | undefined;
}

export interface VisitStart {
  shopperId: ShopperId;
  storeId: StoreId;
  visitId: VisitId;
  startedAt: Instant;
  ownPhone: boolean;
  via: 'sighting' | 'checkin';
}

/** A new presence, its visit told. */
export function beginVisit({ via, ownPhone, ...start }: VisitStart, turn: Turn): Presence {
  const presence: Presence = {
    ...start,
    lastHeardAt: start.startedAt,
    ownPhone,
    openSecond: secondOf(start.startedAt - turn.context.parameters.reorderMs),
    competition: UNDECIDED,
    stay: undefined,
    hasty: undefined,
    anchors: [],
    stamp: geometryOf(turn.layout).stamp,
    played: [],
    checkIns: [],
    pausedMs: 0,
    look: { at: start.startedAt, heardUntil: start.startedAt },
  };
  tell(presence, start.startedAt, { kind: 'visitStarted', startedAt: start.startedAt, via }, turn);
  return presence;
}

/** Closes zone and visit as of the last hearing. */
export function endVisit(presence: Presence, turn: Turn): void {
  leaveZone(presence, turn);
  const { startedAt, lastHeardAt: endedAt } = presence;
  tell(presence, endedAt, { kind: 'visitEnded', startedAt, endedAt }, turn);
}

/** Out of the present zone as of the last hearing, and in none; what is still open is decided first. */
export function leaveZone(presence: Presence, turn: Turn): void {
  decideAll(presence, turn);
  const present = stayOf(presence);
  if (present !== undefined) exit(presence, present, presence.lastHeardAt, turn);
  presence.stay = presence.hasty = undefined;
  presence.competition = UNDECIDED;
  presence.played = [];
}

/** Into a zone on better evidence than radio gives, at once. Radio has to start afresh to say otherwise. */
export function place(presence: Presence, zoneId: ZoneId, at: Instant, turn: Turn): void {
  decideAll(presence, turn);
  if (stayOf(presence)?.zoneId !== zoneId)
    enter(presence, zoneId, Math.max(at, presence.startedAt), 'stay', turn);
  presence.competition = { ...UNDECIDED, zoneId };
  presence.anchors = [];
  presence.played = [];
}

/** Decides all seconds before `until`: moves in them are final, sightings of them come too late. */
export function decideUntil(presence: Presence, until: number, turn: Turn): void {
  if (until <= presence.openSecond) return;
  // One by one, since what is forgotten after each must not depend on how many are decided at once.
  for (const second of heardSeconds(presence.anchors, presence.openSecond, until)) {
    for (const { competition } of playOpen(presence, second + 1, turn)) {
      const isMove = competition.zoneId !== presence.competition.zoneId;
      if (isMove) confirm(presence, competition.zoneId, second, turn);
      noteFix(presence, competition, second, turn);
      presence.competition = competition;
    }
    openFrom(presence, second + 1, turn);
  }
  if (presence.openSecond < until) openFrom(presence, until, turn);
}

/** All before `second` is decided: forgets what of it cannot matter any more. */
function openFrom(presence: Presence, second: number, { context }: Turn): void {
  const { parameters } = context;
  const { track, zoneId } = presence.competition;
  presence.openSecond = second;
  presence.played = presence.played.filter((each) => each.second >= second);
  if (track !== undefined && isLocated({ second: second - 1, locatedAt: track.locatedAt }, parameters)) {
    // By this a zone is found where too little is heard to go on locating them.
    presence.anchors = heardAfter(presence.anchors, track.locatedAt);
  } else if (zoneId !== undefined) {
    presence.anchors = stillHeld(presence.anchors, second, parameters);
  } else {
    // A first zone that was sought in the open seconds by anchors that are forgotten now has to be sought again.
    if (presence.anchors.length > parameters.anchorsKept) presence.played = [];
    presence.anchors = strongest(presence.anchors, second, parameters);
  }
}

/** Plays the open seconds before `until`, those not played before; what is played once is remembered. */
function playOpen(presence: Presence, until: number, turn: Turn): Played[] {
  const hearing = hearingOf(presence, turn);
  const played = play(presence.competition, hearing, presence.openSecond, until, presence.played);
  if (played.length > presence.played.length) presence.played = played;
  return played;
}

function noteFix({ storeId, anchors }: Presence, { track }: Competition, second: number, turn: Turn): void {
  const learns = turn.context.radio?.learns === true;
  if (learns && track?.locatedAt === second)
    turn.fixes.push({ storeId, track, heard: levelsIn(anchors, second) });
}

/**
 * Tells at once what the open seconds show so far: the next entry, but no further one until that is decided. Withdraws
 * one told before when the seconds it rested on are decided and did not bear it out. Out of all zones waits to be decided.
 */
export function anticipate(presence: Presence, turn: Turn): void {
  const { hasty } = presence;
  const played = playOpen(presence, Infinity, turn);
  const undecided = hasty !== undefined && presence.openSecond <= secondOf(hasty.enteredAt);
  if (undecided) return;
  const present = presence.competition.zoneId;
  const next = played.find(({ competition }) => competition.zoneId !== present);
  const zoneId = next?.competition.zoneId;
  if (hasty !== undefined) {
    if (zoneId === hasty.zoneId) return;
    withdraw(presence, hasty, turn);
    if (zoneId === undefined) resume(presence, hasty.zoneId, turn);
  }
  if (next !== undefined && zoneId !== undefined)
    enter(presence, zoneId, instantOf(presence, next.second), 'hasty', turn);
}

/** Tells each length of stay that is asked for, was reached by `until` and was not told yet. */
export function tellDwell(presence: Presence, stay: Stay, until: Instant, turn: Turn): void {
  const { zoneId, enteredAt } = stay;
  for (const dwellSeconds of turn.context.dwellSeconds) {
    const at = enteredAt + dwellSeconds * SECOND_MS;
    if (dwellSeconds <= stay.dwellTold || at > until) continue;
    stay.dwellTold = dwellSeconds;
    tell(presence, at, { kind: 'zoneDwelled', zoneId, enteredAt, dwellSeconds }, turn);
  }
}

/** The stay the shopper is in as far as it was told. */
export function stayOf({ stay, hasty }: Presence): Stay | undefined {
  return hasty ?? stay;
}

/** Adds a change to the turn in its envelope. */
export function tell(presence: Presence, at: Instant, body: ChangeBody, turn: Turn): void {
  const { shopperId, storeId, visitId } = presence;
  turn.changes.push({
    changeId: turn.context.newId() as ChangeId,
    shopperId,
    storeId,
    visitId,
    at,
    ...(turn.cause && { observedAt: turn.cause.observedAt, receivedAt: turn.cause.receivedAt }),
    ...body,
  });
}

function decideAll(presence: Presence, turn: Turn): void {
  // A presence of another store is closed as it was told: its anchors are not in this layout.
  if (presence.storeId !== turn.layout.storeId) return;
  decideUntil(presence, secondOf(presence.lastHeardAt) + 1, turn);
  anticipate(presence, turn);
}

function confirm(presence: Presence, zoneId: ZoneId | undefined, second: number, turn: Turn): void {
  const { hasty } = presence;
  if (hasty !== undefined && hasty.zoneId === zoneId) {
    presence.stay = hasty;
    presence.hasty = undefined;
    return;
  }
  if (hasty !== undefined) withdraw(presence, hasty, turn);
  const at = instantOf(presence, second);
  if (zoneId !== undefined) enter(presence, zoneId, at, 'stay', turn);
  else if (presence.stay !== undefined) {
    exit(presence, presence.stay, at, turn);
    presence.stay = undefined;
  }
}

function enter(presence: Presence, zoneId: ZoneId, at: Instant, as: 'stay' | 'hasty', turn: Turn): void {
  const previous = stayOf(presence);
  const enteredAt = Math.max(at, previous?.enteredAt ?? at);
  if (previous !== undefined) exit(presence, previous, enteredAt, turn);
  presence[as] = { zoneId, enteredAt, dwellTold: 0 };
  const from = previous && { previousZoneId: previous.zoneId };
  tell(presence, enteredAt, { kind: 'zoneEntered', zoneId, ...from }, turn);
}

function exit(presence: Presence, stay: Stay, at: Instant, turn: Turn): void {
  const { zoneId, enteredAt } = stay;
  tellDwell(presence, stay, at, turn);
  tell(presence, Math.max(at, enteredAt), { kind: 'zoneExited', zoneId, enteredAt }, turn);
}

function withdraw(presence: Presence, { zoneId, enteredAt }: Stay, turn: Turn): void {
  presence.hasty = undefined;
  tell(presence, enteredAt, { kind: 'zoneExited', zoneId, enteredAt, mistaken: true }, turn);
}

function resume(presence: Presence, mistakenZoneId: ZoneId, turn: Turn): void {
  if (presence.stay === undefined) return;
  const { zoneId, enteredAt } = presence.stay;
  const body = { kind: 'zoneEntered', zoneId, previousZoneId: mistakenZoneId, resumed: true } as const;
  tell(presence, enteredAt, body, turn);
}

/** Moves happen in whole seconds, but never before the visit. */
function instantOf({ startedAt }: Presence, second: number): Instant {
  return Math.max(startedAt, second * SECOND_MS);
}

function hearingOf({ anchors }: Presence, { layout, context }: Turn): Hearing {
  return { anchors, geometry: geometryOf(layout), radio: context.radio, parameters: context.parameters };
}
