import { HOUR_MS, MINUTE_MS, SECOND_MS, type Instant } from '../../shared/index.js';

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

/** All stays in one zone. */
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

/** The end of a stay, as presence tells it; one that proved mistaken has lasted no time. */
export interface StayEnd {
  enteredAt: Instant;
  at: Instant;
  mistaken?: boolean;
}

export function isShortStay({ enteredAt, at, mistaken = false }: StayEnd): boolean {
  return mistaken || at - enteredAt < SHORT_STAY_MS;
}

/** @param exits the pair's decayed count of exits */
export function isPairFlapping(exits: number): boolean {
  return exits >= PAIR.mutedFrom;
}

/** @param stays the zone's decayed count of stays that ended, of which `short` were short */
export function isZoneFlapping(stays: number, short: number): boolean {
  return stays >= ZONE.fewestStays && short >= ZONE.mutedFromShare * stays;
}

/** How many short stays an hour have a decayed count of `short`, when they go on as they do. */
export function flapsPerHour(short: number): number {
  return (short * HOUR_MS) / ZONE.decayMs;
}
