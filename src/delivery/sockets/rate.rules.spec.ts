import { takeOne, type Allowance } from './rate.rules.js';

const allowed = (times: readonly number[], perSecond: number): number => {
  let allowance: Allowance = { left: perSecond, at: 0 };
  return times.filter((at) => {
    allowance = takeOne(allowance, perSecond, at);
    return allowance.left >= 0;
  }).length;
};

describe('takeOne', () => {
  it('lets a burst through, and no more', () => {
    expect(allowed(Array<number>(200).fill(0), 50)).toBe(50);
  });

  it('fills up as time goes', () => {
    expect(allowed([...Array<number>(60).fill(0), ...Array<number>(60).fill(500)], 50)).toBe(75);
  });

  it('never holds more than a second is worth', () => {
    expect(allowed(Array<number>(200).fill(3_600_000), 50)).toBe(50);
  });

  it('lets a steady sender through for ever', () => {
    const everyTwentyMs = Array.from({ length: 1_000 }, (_, index) => index * 20);
    expect(allowed(everyTwentyMs, 50)).toBe(1_000);
  });

  it('takes no harm from a clock that goes back', () => {
    expect(takeOne({ left: 3, at: 1_000 }, 50, 0).left).toBe(2);
  });
});
