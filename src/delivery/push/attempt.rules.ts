import { unreachable, type Instant } from '../../shared/index.js';
import { jitteredPause } from './backoff.rules.js';
import type { Verdict } from './push-sender.js';

/**
 * The attempt to push one delivery to one device:
 *
 *     waiting ─► sending ─► accepted | gone | refused | expired
 *        ▲          │
 *        └──────────┘ a try that is worth another, or a sender that died
 *     waiting ─► cancelled | expired, when it is not wanted any more
 */
export type PushState = 'waiting' | 'sending' | 'accepted' | 'gone' | 'refused' | 'expired' | 'cancelled';

/** An attempt while it is being sent. */
export interface Trying {
  /** This one included. */
  tries: number;
  /** An earlier try may have arrived. */
  maybeDelivered: boolean;
}

export interface Outcome extends Trying {
  state: Exclude<PushState, 'sending' | 'cancelled'>;
  why: string | null;
  /** When it is to be tried again. */
  dueAt: Instant | null;
}

/** What a try has come to. Another is made until the offer expires, never after. */
export function outcomeOf(
  verdict: Verdict,
  { tries, maybeDelivered }: Trying,
  { now, expiresAt, roll }: { now: Instant; expiresAt: Instant; roll: number },
): Outcome {
  const over = { tries, maybeDelivered, dueAt: null };
  switch (verdict.kind) {
    case 'accepted':
      return { ...over, state: 'accepted', why: null };
    case 'gone':
    case 'refused':
      return { ...over, state: verdict.kind, why: verdict.why };
    case 'later': {
      const dueAt = now + jitteredPause(tries, verdict.retryAfterMs, roll);
      const maybe = maybeDelivered || verdict.maybeDelivered;
      if (dueAt >= expiresAt)
        return { state: 'expired', why: verdict.why, dueAt: null, tries, maybeDelivered: maybe };
      return { state: 'waiting', why: verdict.why, dueAt, tries, maybeDelivered: maybe };
    }
    default:
      return unreachable(verdict);
  }
}

/** A try that was not made, because the channel rests: it does not count as one. */
export function heldBack(
  { tries, maybeDelivered }: Trying,
  waitMs: number,
  { now, expiresAt }: { now: Instant; expiresAt: Instant },
): Outcome {
  const dueAt = now + waitMs;
  const held = { tries: tries - 1, maybeDelivered, why: 'held-back' };
  return dueAt >= expiresAt
    ? { ...held, state: 'expired', dueAt: null }
    : { ...held, state: 'waiting', dueAt };
}

/** What is so of a delivery just before it would be sent. */
export interface Standing {
  expiresAt: Instant;
  acknowledgedAt: Instant | null;
  closedAt: Instant | null;
  visitEndedAt: Instant | null;
  /** To `push` and to `location`, as of now. */
  consents: boolean;
}

export type PushRefusal = 'acknowledged' | 'closed' | 'expired' | 'visit-over' | 'no-consent';

/** Whoever has left may still be at the door; later the offer is of no use, and says where they were. */
export const VISIT_GRACE_MS = 120_000;

/** Why a delivery is not to be pushed (any more). */
export function refusalOf(standing: Standing, now: Instant): PushRefusal | undefined {
  if (standing.acknowledgedAt !== null) return 'acknowledged';
  if (standing.closedAt !== null) return 'closed';
  if (now >= standing.expiresAt) return 'expired';
  if (standing.visitEndedAt !== null && now - standing.visitEndedAt > VISIT_GRACE_MS) return 'visit-over';
  return standing.consents ? undefined : 'no-consent';
}
