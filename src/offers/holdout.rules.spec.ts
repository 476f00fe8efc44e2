import fc from 'fast-check';
import type { ShopperId } from '../shared/index.js';
import { isHeldOut } from './holdout.rules.js';

const SHOPPERS = Array.from({ length: 20_000 }, (_, index) => `shopper-${index}` as ShopperId);
const heldOut = (scope: string, share: number): Set<ShopperId> =>
  new Set(SHOPPERS.filter((shopper) => isHeldOut(scope, shopper, share)));

describe('holdouts', () => {
  it('keep everybody whom they hold while their share grows, and let nobody in whom they free', () => {
    fc.assert(
      fc.property(
        fc.string({ minLength: 1 }),
        fc.string({ minLength: 1 }),
        fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 2, maxLength: 8 }),
        (scope, shopper, shares) => {
          const answers = [...shares]
            .sort((a, b) => a - b)
            .map((share) => isHeldOut(scope, shopper as ShopperId, share));
          // Once held, held at every larger share.
          expect(answers.indexOf(true) === -1 || answers.lastIndexOf(false) < answers.indexOf(true)).toBe(
            true,
          );
        },
      ),
    );
  });

  it('hold nobody at 0, everybody at 1, and as many as their share says between', () => {
    expect(heldOut('universal', 0).size).toBe(0);
    expect(heldOut('universal', 1).size).toBe(SHOPPERS.length);
    for (const share of [0.01, 0.1, 0.5]) {
      // Within four standard deviations.
      const spread = 4 * Math.sqrt(SHOPPERS.length * share * (1 - share));
      expect(Math.abs(heldOut('universal', share).size - SHOPPERS.length * share)).toBeLessThan(spread);
    }
  });

  it('are independent of one another: each scope salts the hash anew', () => {
    const [all, one, other] = [
      'universal',
      '0190b0b0-0000-7000-8000-000000000001',
      '0190b0b0-0000-7000-8000-000000000002',
    ].map((scope) => heldOut(scope, 0.2));
    for (const [a, b] of [
      [all!, one!],
      [one!, other!],
    ] as const) {
      const both = [...a].filter((shopper) => b.has(shopper)).length;
      const spread = 4 * Math.sqrt(SHOPPERS.length * 0.04 * 0.96);
      expect(Math.abs(both - SHOPPERS.length * 0.04)).toBeLessThan(spread);
    }
  });
});
