import { HOUR_MS, MINUTE_MS, SECOND_MS } from '../../shared/index.js';
import type { Instant, StoreId, VisitId, ZoneId } from '../../shared/index.js';

/** Counts events and forgets them by and by: each weighs 1 when it occurs and 1/e after the counter's time. */
export interface DecayingCount {
  value: number;
  at: Instant;
}

/** One shopper's leaving one zone again and again in one visit. */
export const PAIR = {
  decayMs: 5 * MINUTE_MS,
  /** Reached by six exits in half a minute, or nine spread over five. One a minute comes to 5.5 in the long run. */
  mutedFrom: 5.6,
};

/**
 * All stays in one zone, counted as they begin, of which so many proved short. Counted as they end, the first ends in a
 * zone that many enter at once (a store full of people when the program begins to listen, or begins anew) would be the
 * shortest stays of all.
 */
export const ZONE = {
  decayMs: 10 * MINUTE_MS,
  /** Fewer stays tell nothing of a zone. */
  fewestStays: 12,
  mutedFromShare: 0.6,
};

/** Nobody looks at a shelf for less: the zone's edge runs through where they stand, or a radio is wrong. */
export const SHORT_STAY_MS = 5 * SECOND_MS;
export const MUTED_FOR_MS = 10 * MINUTE_MS;

export function decayed({ value, at }: DecayingCount, now: Instant, decayMs: number): number {
  return value * Math.exp(-Math.max(0, now - at) / decayMs);
}

/** Whose stay it is. By the visit rather than the shopper: it says nothing once the visit is over. */
interface Stay {
  storeId: StoreId;
  visitId: VisitId;
  zoneId: ZoneId;
}

/** A stay begins, or goes on after it was said to have ended. */
export type StayStart = Stay & { kind: 'zoneEntered' };
/** A stay ends, as presence tells it; one that proved mistaken has lasted no time. */
export type StayEnd = Stay & { kind: 'zoneExited'; enteredAt: Instant; at: Instant; mistaken?: true };

export function isShortStay({
  enteredAt,
  at,
  mistaken,
}: Pick<StayEnd, 'enteredAt' | 'at' | 'mistaken'>): boolean {
  return mistaken === true || at - enteredAt < SHORT_STAY_MS;
}

/** What to add to the counts of a store: by what is counted, how much and how fast it is forgotten. */
export type Counts = Map<string, { amount: number; decayMs: number }>;

export const exitsOf = ({ visitId, zoneId }: Stay): string => `exits:${visitId}:${zoneId}`;
export const staysIn = (zoneId: ZoneId): string => `stays:${zoneId}`;
export const shortStaysIn = (zoneId: ZoneId): string => `short:${zoneId}`;

/** What these beginnings and ends of stays in one store add to its counts. */
export function countsOf(stays: readonly (StayStart | StayEnd)[]): Counts {
  const counts: Counts = new Map();
  const add = (what: string, amount: number, decayMs: number): void => {
    counts.set(what, { amount: (counts.get(what)?.amount ?? 0) + amount, decayMs });
  };
  for (const stay of stays) {
    if (stay.kind === 'zoneEntered') add(staysIn(stay.zoneId), 1, ZONE.decayMs);
    else {
      add(exitsOf(stay), 1, PAIR.decayMs);
      add(staysIn(stay.zoneId), 0, ZONE.decayMs);
      add(shortStaysIn(stay.zoneId), isShortStay(stay) ? 1 : 0, ZONE.decayMs);
    }
  }
  return counts;
}

/** @param exits the pair's decayed count of exits */
export function isPairFlapping(exits: number): boolean {
  return exits >= PAIR.mutedFrom;
}

/** @param stays the zone's decayed count of stays, of which `short` were short */
export function isZoneFlapping(stays: number, short: number): boolean {
  return stays >= ZONE.fewestStays && short >= ZONE.mutedFromShare * stays;
}

/** How many short stays an hour have a decayed count of `short`, when they go on as they do. */
export function flapsPerHour(short: number): number {
  return (short * HOUR_MS) / ZONE.decayMs;
}
