import { nextTryAt } from './redrive.rules.js';

const delivery = { createdAt: 0, expiresAt: 1_800_000 };

describe('nextTryAt', () => {
  it('tries ever more rarely', () => {
    const tries: number[] = [];
    for (let at: number | undefined = 2_000; at !== undefined; at = nextTryAt(delivery, at)) tries.push(at);
    expect(tries).toEqual([2_000, 7_000, 21_000, 63_000, 189_000, 567_000, 1_701_000]);
  });

  it('never tries when the offer has expired', () => {
    expect(nextTryAt({ createdAt: 0, expiresAt: 6_000 }, 1_000)).toBeUndefined();
    expect(nextTryAt({ createdAt: 0, expiresAt: 6_001 }, 1_000)).toBe(6_000);
  });

  it('takes no harm from a clock that is behind', () => {
    expect(nextTryAt(delivery, -10_000)).toBe(-5_000);
  });
});
