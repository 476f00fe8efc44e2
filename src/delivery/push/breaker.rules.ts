import type { Instant } from '../../shared/index.js';

/** What is known of the other side's health. Never changed, only replaced. */
export interface Breaker {
  /** What came of the last tries, oldest first. */
  tries: readonly { at: Instant; failed: boolean }[];
  /** Until then nothing is tried; after it one try shows whether the other side is back. */
  openUntil: Instant | undefined;
  /** The one try is under way, since then. */
  probingSince: Instant | undefined;
}

export const CLOSED: Breaker = { tries: [], openUntil: undefined, probingSince: undefined };

const WINDOW_MS = 30_000;
const FEWEST = 10;
const MOST_REMEMBERED = 200;
const FAILED_SHARE = 0.5;
const REST_MS = 5_000;
/** A probe of which nothing was heard for so long is none any more. */
const PROBE_MS = 10_000;

export type BreakerState = 'closed' | 'open' | 'halfOpen';

export function stateOf({ openUntil }: Breaker, now: Instant): BreakerState {
  if (openUntil === undefined) return 'closed';
  return now < openUntil ? 'open' : 'halfOpen';
}

/** How long to wait before the next try; 0 for none. One that may be made in the half-open state is the probe. */
export function admit(breaker: Breaker, now: Instant): { waitMs: number; breaker: Breaker } {
  const { openUntil, probingSince } = breaker;
  if (openUntil === undefined) return { waitMs: 0, breaker };
  if (now < openUntil) return { waitMs: openUntil - now, breaker };
  if (probingSince !== undefined && now - probingSince < PROBE_MS) return { waitMs: REST_MS / 5, breaker };
  return { waitMs: 0, breaker: { ...breaker, probingSince: now } };
}

/** Opens when more than half of at least ten tries of the last 30 s failed, or the probe did; closes when it did not. */
export function noted(breaker: Breaker, failed: boolean, now: Instant): Breaker {
  if (breaker.openUntil !== undefined) {
    // What was sent before it opened says nothing about now.
    if (breaker.probingSince === undefined) return breaker;
    return failed ? { tries: [], openUntil: now + REST_MS, probingSince: undefined } : CLOSED;
  }
  const recent = breaker.tries.filter(({ at }) => now - at < WINDOW_MS);
  const tries = [...recent.slice(1 - MOST_REMEMBERED), { at: now, failed }];
  const failures = tries.filter((each) => each.failed).length;
  const opens = tries.length >= FEWEST && failures / tries.length > FAILED_SHARE;
  return opens
    ? { tries: [], openUntil: now + REST_MS, probingSince: undefined }
    : { tries, openUntil: undefined, probingSince: undefined };
}
