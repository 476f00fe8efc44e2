import { DAY_MS, HOUR_MS, SECOND_MS, type Instant } from '../../shared/index.js';

/** The longest that a shopper's token may live, whoever issued it. */
export const LONGEST_SECONDS = DAY_MS / SECOND_MS;
/** Long enough for a request to be made with it. */
export const SHORTEST_SECONDS = HOUR_MS / SECOND_MS / 60;

/** When a token is issued and ends, in whole seconds since 1970 as JWT has them. */
export interface Lifetime {
  issuedAt: number;
  expiresAt: number;
}

/** The lifetime of a token made at `now`. A part of a second is cut off, so that it never ends late. */
export function lifetimeFrom(now: Instant, ttlSeconds: number): Lifetime {
  const issuedAt = Math.floor(now / SECOND_MS);
  return { issuedAt, expiresAt: issuedAt + Math.min(ttlSeconds, LONGEST_SECONDS) };
}

/**
 * The same, for tokens made after `revokedAt`. They tell their time in whole seconds: one made in the second of the
 * revocation is dated to the next, so that it is not taken for one of before.
 */
export function lifetimeAfter(revokedAt: Instant | undefined, now: Instant, ttlSeconds: number): Lifetime {
  const next = revokedAt === undefined ? now : (Math.floor(revokedAt / SECOND_MS) + 1) * SECOND_MS;
  return lifetimeFrom(Math.max(now, next), ttlSeconds);
}

/** True for a token of before the revocation, or of its second. */
export function isRevoked(iat: number, revokedAt: Instant | undefined): boolean {
  return revokedAt !== undefined && iat <= Math.floor(revokedAt / SECOND_MS);
}

/** True when a token says both when it was issued and when it ends, at most 24 hours later. */
export function isShortLived({ iat, exp }: { iat?: number; exp?: number }): boolean {
  return iat !== undefined && exp !== undefined && exp > iat && exp - iat <= LONGEST_SECONDS;
}
