import normalCdf from '@stdlib/stats-base-dists-normal-cdf';
import fc from 'fast-check';
import {
  decayOf,
  ln,
  logOfCount,
  logistic,
  logitOf,
  MAX_LOGIT,
  tabledTail,
  upperTail,
} from './numbers.rules.js';

describe('the numbers that scoring stands on', () => {
  it('have the normal tail of the library', () => {
    fc.assert(
      fc.property(fc.double({ min: -7, max: 7, noNaN: true }), (z) => {
        const exact = normalCdf(-z, 0, 1);
        expect(Math.abs(upperTail(z) - exact)).toBeLessThanOrEqual(2e-7 * exact + 1e-15);
      }),
    );
  });

  it('have logarithms and tabled tails close to the exact ones', () => {
    fc.assert(
      fc.property(fc.double({ min: 1e-12, max: 1e12, noNaN: true }), (x) => {
        expect(Math.abs(ln(x) - Math.log(x))).toBeLessThan(1e-10);
      }),
    );
    fc.assert(
      fc.property(fc.double({ min: -5.9, max: 5.9, noNaN: true }), (z) => {
        expect(Math.abs(tabledTail(z) / upperTail(z) - 1)).toBeLessThan(1e-4);
      }),
    );
  });

  it('keep log odds within bounds', () => {
    expect(logitOf(0, 1)).toBe(-MAX_LOGIT);
    expect(logitOf(1, 0)).toBe(MAX_LOGIT);
    expect(logistic(logitOf(0.3, 0.7))).toBeCloseTo(0.3, 12);
  });

  it('have logarithms and decays of small counts and of large ones', () => {
    expect([logOfCount(7), logOfCount(100_000)]).toEqual([Math.log(7), Math.log(100_000)]);
    expect(decayOf(45)(45)).toBe(0.5);
    expect(decayOf(1.5)(100_000)).toBe(0);
  });
});
