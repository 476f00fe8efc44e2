import fc from 'fast-check';
import { WINDOW_MS, sessionCookie, sessionTokenOf, waitMs } from './sessions.rules.js';

const NOW = 1_800_000_000_000;

describe('the wait after failures to sign in', () => {
  it('is none after four', () => {
    expect(waitMs([NOW - 3, NOW - 2, NOW - 1, NOW], NOW)).toBe(0);
  });

  it('after five lasts until the first of them is a minute old', () => {
    expect(waitMs([NOW - 10_000, NOW - 4, NOW - 3, NOW - 2, NOW - 1], NOW)).toBe(50_000);
  });

  it('counts the latest five when there are more', () => {
    expect(waitMs([NOW - 50_000, NOW - 5, NOW - 4, NOW - 3, NOW - 2, NOW - 1], NOW)).toBe(WINDOW_MS - 5);
  });

  it('forgets what is a minute old, and what a clock ahead of ours wrote', () => {
    expect(waitMs([NOW - WINDOW_MS, NOW - 3, NOW - 2, NOW - 1, NOW], NOW)).toBe(0);
    expect(waitMs([NOW + 1, NOW - 3, NOW - 2, NOW - 1, NOW], NOW)).toBe(0);
  });

  it('lets at most five failures through in any minute', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(20_000), { maxLength: 60 }), (gaps) => {
        let now = NOW;
        const tried: number[] = [];
        for (const gap of gaps) {
          now += gap;
          if (waitMs(tried, now) === 0) tried.push(now);
        }
        for (const end of tried) {
          const within = tried.filter((at) => at > end - WINDOW_MS && at <= end);
          expect(within.length).toBeLessThanOrEqual(5);
        }
      }),
    );
  });
});

describe('the cookie of a session', () => {
  it('is for this site and its server alone', () => {
    expect(sessionCookie('s', 'ac_session_x', 43_200_000, true)).toBe(
      's=ac_session_x; Path=/; Max-Age=43200; HttpOnly; SameSite=Strict; Secure',
    );
  });

  it('is not marked Secure where the console is served in the clear', () => {
    expect(sessionCookie('s', '', 0, false)).toBe('s=; Path=/; Max-Age=0; HttpOnly; SameSite=Strict');
  });
});

describe('the token of a session', () => {
  const token = `ac_session_${'a-_'.repeat(14)}b`;
  it.each([
    ['in the header', { authorization: `Bearer ${token}`, cookie: 's=other' }, token],
    ['alone in the header', { authorization: token }, token],
    ['among other cookies', { cookie: `a=1; s=${token}; ss=2` }, token],
    ['nowhere', {}, undefined],
    ['in a cookie of another name', { cookie: `xs=${token}` }, undefined],
  ])('is found %s', (_, headers, expected) => {
    expect(sessionTokenOf(headers, 's')).toBe(expected);
  });
});
