import fc from 'fast-check';
import { isRevoked, isShortLived, lifetimeAfter, lifetimeFrom } from './tokens.rules.js';

const DAY = 86_400;

describe('the lifetime of a token', () => {
  it('is never longer than a day, nor ends later than asked', () => {
    fc.assert(
      fc.property(fc.nat(4e12), fc.integer({ min: 60, max: 10 * DAY }), (now, ttl) => {
        const { issuedAt, expiresAt } = lifetimeFrom(now, ttl);
        expect(isShortLived({ iat: issuedAt, exp: expiresAt })).toBe(true);
        expect(expiresAt * 1_000).toBeLessThanOrEqual(now + ttl * 1_000);
      }),
    );
  });

  it('tells tokens of before a revocation from those of after it, whenever in the second it was', () => {
    fc.assert(
      fc.property(fc.nat(4e12), fc.nat(5_000), (revokedAt, later) => {
        expect(isRevoked(lifetimeFrom(revokedAt - later, 60).issuedAt, revokedAt)).toBe(true);
        expect(isRevoked(lifetimeAfter(revokedAt, revokedAt + later, 60).issuedAt, revokedAt)).toBe(false);
        expect(isRevoked(lifetimeFrom(revokedAt, 60).issuedAt, undefined)).toBe(false);
      }),
    );
  });

  it.each([
    ['says no end', { iat: 1 }],
    ['says no beginning', { exp: 1 }],
    ['ends before it begins', { iat: 2, exp: 2 }],
    ['is a second too long', { iat: 0, exp: DAY + 1 }],
  ])('is refused when it %s', (_, claims) => {
    expect(isShortLived(claims)).toBe(false);
  });
});
