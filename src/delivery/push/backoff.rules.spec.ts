import { jitteredPause } from './backoff.rules.js';

describe('jitteredPause', () => {
  it.each([
    [1, undefined, 0, 250],
    [1, undefined, 1, 1_000],
    [3, undefined, 1, 4_000],
    [30, undefined, 1, 30_000],
    [1, 60_000, 0.5, 60_625],
  ])('after %i tries, asked for %s, at chance %f: %i ms', (tries, retryAfterMs, roll, ms) => {
    expect(jitteredPause(tries, retryAfterMs, roll)).toBe(ms);
  });
});
