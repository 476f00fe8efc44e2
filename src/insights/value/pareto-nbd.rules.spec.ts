import fc from 'fast-check';
import {
  expectedPurchasesOfPareto,
  meanPurchasesOfPareto,
  probabilityActiveOfPareto,
} from './pareto-nbd.rules.js';

/** As fitted to the CDNOW sample. */
const cdnow = { r: 0.553, alpha: 10.578, s: 0.606, beta: 11.669 };
const fitted = { r: 0.55328, alpha: 10.5776, s: 0.60621, beta: 11.6679 };
const busy = { repeats: 26, lastWeeks: 30.86, ageWeeks: 31 };

describe('Pareto/NBD against published figures', () => {
  it('expects of a newcomer what BTYD does', () => {
    const published = [
      0.05077821, 0.09916088, 0.14542507, 0.1897993, 0.23247466, 0.27361274, 0.31335159, 0.35181024,
      0.38909211,
    ];
    published.forEach((expected, index) => {
      expect(Math.abs(meanPurchasesOfPareto(fitted, index + 1) - expected) / expected).toBeLessThan(0.01);
    });
  });

  it('expects of one shopper what BTYD does', () => {
    expect(Math.abs(expectedPurchasesOfPareto(cdnow, busy, 52) - 25.46)).toBeLessThan(0.01);
    expect(probabilityActiveOfPareto(cdnow, busy)).toBeCloseTo(0.9979, 4);
  });
});

describe('what holds always', () => {
  const positive = fc.double({ min: 0.05, max: 40, noNaN: true });
  const model = fc.record({ r: positive, alpha: positive, s: positive, beta: positive });
  const seen = fc
    .tuple(
      fc.integer({ min: 0, max: 2_000 }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      fc.integer({ min: 1, max: 500 }),
    )
    .map(([repeats, share, ageWeeks]) => ({
      repeats,
      lastWeeks: repeats === 0 ? 0 : share * ageWeeks,
      ageWeeks,
    }));

  it('is a probability, and a finite number of purchases, also beyond x = 300', () => {
    fc.assert(
      fc.property(model, seen, (each, of) => {
        const active = probabilityActiveOfPareto(each, of);
        expect(active).toBeGreaterThanOrEqual(0);
        expect(active).toBeLessThanOrEqual(1);
        const expected = expectedPurchasesOfPareto(each, of, 52);
        expect(expected).toBeGreaterThanOrEqual(0);
        expect(Number.isFinite(expected)).toBe(true);
      }),
    );
  });

  it('goes through s = 1 and α = β smoothly', () => {
    const at = (s: number, beta: number) => expectedPurchasesOfPareto({ ...cdnow, s, beta }, busy, 52);
    expect(at(1, 11)).toBeCloseTo((at(0.9999, 11) + at(1.0001, 11)) / 2, 5);
    expect(at(0.6, 10.578)).toBeCloseTo((at(0.6, 10.577) + at(0.6, 10.579)) / 2, 5);
  });
});
