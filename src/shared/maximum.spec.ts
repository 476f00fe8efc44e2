import fc from 'fast-check';
import { highestIn } from './maximum.js';

describe('the highest place of one hill', () => {
  it('is found to the share of the range that the steps leave', () => {
    fc.assert(
      fc.property(
        fc.double({ min: -5, max: 5, noNaN: true }),
        fc.integer({ min: 5, max: 30 }),
        (top, steps) => {
          const found = highestIn([-5, 5], steps, (at) => -((at - top) ** 2));
          expect(Math.abs(found - top)).toBeLessThanOrEqual(10 * 0.6181 ** steps + 1e-6);
        },
      ),
    );
  });
  it('asks no more often than it says', () => {
    let asked = 0;
    highestIn([-1, 1], 7, (at) => {
      asked += 1;
      return -at * at;
    });
    expect(asked).toBe(9);
  });
});
