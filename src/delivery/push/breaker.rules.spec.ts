import { admit, CLOSED, noted, stateOf, type Breaker } from './breaker.rules.js';

const after = (results: readonly boolean[], from: Breaker = CLOSED, at = 0): Breaker =>
  results.reduce((breaker, failed) => noted(breaker, failed, at), from);
const failures = (count: number): boolean[] => Array<boolean>(count).fill(true);
const successes = (count: number): boolean[] => Array<boolean>(count).fill(false);

describe('the breaker', () => {
  it.each([
    ['nine failures', failures(9), 'closed'],
    ['ten failures', failures(10), 'open'],
    ['half of ten', [...successes(5), ...failures(5)], 'closed'],
    ['more than half of eleven', [...successes(5), ...failures(6)], 'open'],
  ] as const)('after %s is %s', (_, results, state) => {
    expect(stateOf(after(results), 0)).toBe(state);
  });

  it('forgets what is older than 30 s', () => {
    expect(stateOf(noted(after(failures(9)), true, 30_000), 30_000)).toBe('closed');
  });

  it('lets nobody through while it is open, then one, and the others when that one was well', () => {
    const open = after(failures(10));
    expect(admit(open, 1_000).waitMs).toBe(4_000);
    const probe = admit(open, 5_000);
    expect(probe.waitMs).toBe(0);
    expect(admit(probe.breaker, 5_001).waitMs).toBeGreaterThan(0);
    const well = noted(probe.breaker, false, 5_100);
    expect(well).toEqual(CLOSED);
  });

  it('opens again when the one was not', () => {
    const probe = admit(after(failures(10)), 5_000).breaker;
    const again = noted(probe, true, 5_100);
    expect(admit(again, 5_200).waitMs).toBe(4_900);
  });

  it('is not moved by answers to what was sent before it opened', () => {
    const open = after(failures(10));
    expect(noted(open, false, 100)).toBe(open);
  });

  it('does not wait for ever for a probe that was never heard of', () => {
    const probe = admit(after(failures(10)), 5_000).breaker;
    expect(admit(probe, 15_000).waitMs).toBe(0);
  });
});
