import type { Instant } from '../../shared/index.js';

/** What a sender may still send, as of a moment. */
export interface Allowance {
  left: number;
  at: Instant;
}

/**
 * Takes one from an allowance that fills up steadily (token bucket).
 *
 * @param perSecond how fast it fills, and how much it holds
 * @returns what remains; `left` below 0 means that there was nothing to take
 */
export function takeOne({ left, at }: Allowance, perSecond: number, now: Instant): Allowance {
  const filled = Math.min(perSecond, Math.max(0, left) + (Math.max(0, now - at) / 1_000) * perSecond);
  return { left: filled - 1, at: now };
}
