import type { PresenceChange } from '../presence/index.js';
import {
  unreachable,
  type Instant,
  type ShopperId,
  type StoreId,
  type VisitId,
  type ZoneId,
} from '../shared/index.js';

/** What changes say of a visit. Effects commute: earliest start, latest end, so the order of changes does not matter. */
export interface VisitRow {
  visitId: VisitId;
  shopperId: ShopperId;
  storeId: StoreId;
  startedAt: Instant;
  endedAt: Instant | null;
  via: 'sighting' | 'checkin';
}

export interface StayRow {
  visitId: VisitId;
  zoneId: ZoneId;
  enteredAt: Instant;
  leftAt: Instant | null;
}

/** The visits and stays that these changes bear witness to, one row each. */
export function visitEffects(changes: readonly PresenceChange[]): { visits: VisitRow[]; stays: StayRow[] } {
  const visits = new Map<string, VisitRow>();
  const stays = new Map<string, StayRow>();
  for (const change of changes) {
    const { visitId, shopperId, storeId, at } = change;
    const visit = visits.get(visitId) ?? {
      visitId,
      shopperId,
      storeId,
      startedAt: at,
      endedAt: null,
      via: 'sighting' as const,
    };
    visits.set(visitId, { ...visit, startedAt: Math.min(visit.startedAt, at), ...visitPart(change, visit) });
    const stay = stayOf(change);
    if (stay === undefined) continue;
    const key = `${visitId} ${stay.zoneId} ${stay.enteredAt}`;
    const leftAt = latest(stays.get(key)?.leftAt ?? null, stay.leftAt);
    stays.set(key, { ...stay, leftAt });
  }
  return { visits: [...visits.values()], stays: [...stays.values()] };
}

function visitPart(change: PresenceChange, visit: VisitRow): Partial<VisitRow> {
  switch (change.kind) {
    case 'visitStarted':
      return { startedAt: Math.min(visit.startedAt, change.startedAt), via: change.via };
    case 'visitEnded':
      return {
        startedAt: Math.min(visit.startedAt, change.startedAt),
        endedAt: latest(visit.endedAt, change.endedAt),
      };
    case 'checkedIn':
      return { via: 'checkin' };
    case 'zoneEntered':
    case 'zoneDwelled':
    case 'zoneExited':
      return {};
    default:
      return unreachable(change);
  }
}

/** What a change says of a stay, if anything. */
export function stayOf(change: PresenceChange): StayRow | undefined {
  const { visitId } = change;
  switch (change.kind) {
    case 'zoneEntered':
      return { visitId, zoneId: change.zoneId, enteredAt: change.at, leftAt: null };
    case 'zoneExited':
      // A mistaken stay never was: it ends when it began.
      return {
        visitId,
        zoneId: change.zoneId,
        enteredAt: change.enteredAt,
        leftAt: change.mistaken ? change.enteredAt : change.at,
      };
    case 'visitStarted':
    case 'zoneDwelled':
    case 'checkedIn':
    case 'visitEnded':
      return undefined;
    default:
      return unreachable(change);
  }
}

function latest(a: Instant | null, b: Instant | null): Instant | null {
  if (a === null || b === null) return a ?? b;
  return Math.max(a, b);
}
