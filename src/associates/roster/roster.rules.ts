import type { Message } from '../../delivery/index.js';
import { toRfc3339, type Instant, type OfferId, type ShopperId, type VisitId } from '../../shared/index.js';
import type { Colleague, VisitItem } from '../visits.dto.js';

/** An offer as the floor is told of it. */
export interface OfferTold {
  offerId: OfferId;
  title: string | null;
  at: string;
  expiresAt: string;
}

/** A visit that the floor may see. */
export interface SeenVisit {
  visitId: VisitId;
  visitAlias: string;
  shopperId: ShopperId;
  startedAt: Instant;
  zone?: { zoneId: string; since: Instant } | undefined;
  firstName?: string | undefined;
  tier?: string | undefined;
  assignedTo?: Colleague | undefined;
  claim?: { by: Colleague; at: Instant } | undefined;
  /** Of this visit, each with what tells it from others. */
  offers: readonly (OfferTold & { deliveryId: string })[];
  messages: readonly Message[];
}

/** What tablets are told, by event. */
export interface FloorTold {
  arrived: VisitItem;
  moved: { visitAlias: string; zoneId: string | null; previousZoneId: string | null; zoneSince?: string };
  left: { visitAlias: string };
  offered: { visitAlias: string } & OfferTold;
  /** `null`: nobody serves them any more. */
  claimed: { visitAlias: string; claimedBy: Colleague | null; claimedAt: string | null };
  message: { visitAlias: string } & Message;
}
export type FloorEvent = {
  [Event in keyof FloorTold]: { event: Event; body: FloorTold[Event] };
}[keyof FloorTold];

/** A visit as lists and `arrived` show it. */
export function itemOf({
  visitAlias,
  startedAt,
  zone,
  tier,
  firstName,
  assignedTo,
  claim,
}: SeenVisit): VisitItem {
  return {
    visitAlias,
    zoneId: zone?.zoneId ?? null,
    since: toRfc3339(startedAt),
    ...(zone && { zoneSince: toRfc3339(zone.since) }),
    ...(tier !== undefined && { tier }),
    ...(firstName !== undefined && { firstName }),
    ...(claim && { claimedBy: claim.by, claimedAt: toRfc3339(claim.at) }),
    ...(assignedTo && { assignedTo }),
  };
}

/**
 * What became different between two looks at a store, in the order in which it is to be told: who left, then of each
 * visit what happened to it. Of a visit that is new its offers and messages are told too.
 */
export function differences(before: readonly SeenVisit[], after: readonly SeenVisit[]): FloorEvent[] {
  const known = new Map(before.map((visit) => [visit.visitId, visit]));
  const still = new Set(after.map(({ visitId }) => visitId));
  const gone = before.filter(({ visitId }) => !still.has(visitId));
  return [
    ...gone.map(({ visitAlias }): FloorEvent => ({ event: 'left', body: { visitAlias } })),
    ...after.flatMap((visit) => happenedTo(visit, known.get(visit.visitId))),
  ];
}

function happenedTo(visit: SeenVisit, before: SeenVisit | undefined): FloorEvent[] {
  const { visitAlias } = visit;
  const told: FloorEvent[] = [];
  if (before === undefined) told.push({ event: 'arrived', body: itemOf(visit) });
  else {
    if (before.zone?.zoneId !== visit.zone?.zoneId) told.push(moveOf(visit, before));
    if (before.claim?.by.staffId !== visit.claim?.by.staffId) told.push(claimOf(visit));
  }
  const offered = new Set(before?.offers.map(({ deliveryId }) => deliveryId));
  for (const { deliveryId, ...offer } of visit.offers) {
    if (!offered.has(deliveryId)) told.push({ event: 'offered', body: { visitAlias, ...offer } });
  }
  const written = new Set(before?.messages.map(({ messageId }) => messageId));
  for (const message of visit.messages) {
    if (!written.has(message.messageId)) told.push({ event: 'message', body: { visitAlias, ...message } });
  }
  return told;
}

function moveOf({ visitAlias, zone }: SeenVisit, before: SeenVisit): FloorEvent {
  const body = {
    visitAlias,
    zoneId: zone?.zoneId ?? null,
    previousZoneId: before.zone?.zoneId ?? null,
    ...(zone && { zoneSince: toRfc3339(zone.since) }),
  };
  return { event: 'moved', body };
}

function claimOf({ visitAlias, claim }: SeenVisit): FloorEvent {
  const body = {
    visitAlias,
    claimedBy: claim?.by ?? null,
    claimedAt: claim === undefined ? null : toRfc3339(claim.at),
  };
  return { event: 'claimed', body };
}
