import { retryAfterMs, verdictOn, wordOf, type Attempt } from './retry.rules.js';

const now = 1_700_000_000_000;
const answered = (status: number, retryAfter?: number): Attempt => ({
  is: 'answered',
  status,
  retryAfterMs: retryAfter,
});

describe('an attempt to deliver', () => {
  it.each([200, 202, 204, 299])('is the last one when %d came back', (status) => {
    expect(verdictOn(answered(status), 1, { now, roll: 0 })).toEqual({ is: 'delivered' });
  });

  it.each([301, 302, 400, 401, 404, 429, 500, 503])('comes again after %d, a redirect too', (status) => {
    expect(verdictOn(answered(status), 1, { now, roll: 0 })).toEqual({ is: 'again', at: now + 5_000 });
  });

  it('comes later each time, never all at the same moment, and dies after the eighth', () => {
    const failed: Attempt = { is: 'failed', why: 'timeout' };
    const pauses = [1, 2, 3, 4, 5, 6, 7].map((attempts) => {
      const verdict = verdictOn(failed, attempts, { now, roll: 0 });
      return verdict.is === 'again' ? (verdict.at - now) / 1_000 : undefined;
    });
    expect(pauses).toEqual([5, 300, 1_800, 7_200, 18_000, 36_000, 36_000]);
    expect(verdictOn(failed, 1, { now, roll: 0.5 })).toEqual({ is: 'again', at: now + 5_500 });
    expect(verdictOn(failed, 8, { now, roll: 0 })).toEqual({ is: 'dead' });
  });

  it('waits as long as the receiver asks, up to a day', () => {
    expect(verdictOn(answered(429, 60_000), 1, { now, roll: 0 })).toEqual({ is: 'again', at: now + 60_000 });
    expect(verdictOn(answered(503, 1e12), 1, { now, roll: 0 })).toEqual({
      is: 'again',
      at: now + 86_400_000,
    });
  });

  it('ends everything when the receiver is gone', () => {
    expect(verdictOn(answered(410), 1, { now, roll: 0 })).toEqual({ is: 'gone' });
  });

  it('is told in a word', () => {
    expect([wordOf(answered(503)), wordOf({ is: 'failed', why: 'timeout' })]).toEqual(['503', 'timeout']);
  });
});

describe('Retry-After', () => {
  it.each([
    ['120', 120_000],
    ['0', 0],
    [new Date(now + 30_000).toUTCString(), 30_000],
    [new Date(now - 30_000).toUTCString(), 0],
    ['soon', undefined],
    [undefined, undefined],
  ])('%s is %s ms', (header, ms) => {
    expect(retryAfterMs(header, now)).toBe(ms);
  });
});
