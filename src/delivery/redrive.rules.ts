import { SECOND_MS, type Instant } from '../shared/index.js';

const SOONEST_MS = 5 * SECOND_MS;

/**
 * When to try again to bring an offer to a phone that is there and does not answer: after 5 s, then ever more rarely,
 * each time three times as old.
 *
 * @returns undefined when it would be too late
 */
export function nextTryAt(
  { createdAt, expiresAt }: { createdAt: Instant; expiresAt: Instant },
  now: Instant,
): Instant | undefined {
  const next = now + Math.max(SOONEST_MS, 2 * (now - createdAt));
  return next < expiresAt ? next : undefined;
}
