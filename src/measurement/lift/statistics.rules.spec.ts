import fc from 'fast-check';
import { seeded } from '../../shared/index.js';
import {
  adjusted,
  alwaysValidInterval,
  alwaysValidPValue,
  armOf,
  armOfShare,
  differenceOf,
  falseDiscoveryRates,
  fixedInterval,
  fixedPValue,
  relativeDifferenceOf,
  sampleRatioPValue,
  shrunk,
  type Arm,
  type Moments,
} from './statistics.rules.js';

const known = (shoppers: number, sum: number, sumOfSquares: number): Arm =>
  armOf({ shoppers, sum, sumOfSquares, sumBefore: 0, sumOfSquaresBefore: 0, sumOfProducts: 0 })!;

// The published tests of gbstats.
const A = known(3_407, 1_396.87, 52_377.9767);
const B = known(3_461, 2_422.7, 134_698.29);

describe('the difference of two arms', () => {
  it('is that of gbstats, absolute', () => {
    const found = differenceOf(B, A);
    expect(found.difference).toBeCloseTo(0.29, 5);
    expect(found.standardError).toBeCloseTo(0.12478, 5);
    expect(fixedInterval(found).low).toBeCloseTo(0.04538, 5);
    expect(fixedInterval(found).high).toBeCloseTo(0.53462, 5);
    expect(fixedPValue(found)).toBeCloseTo(0.02016, 5);
  });

  it('is that of gbstats, as a share', () => {
    const found = relativeDifferenceOf(B, A)!;
    expect(found.difference).toBeCloseTo(0.70732, 5);
    expect(found.standardError).toBeCloseTo(0.37879, 5);
    expect(fixedInterval(found).low).toBeCloseTo(-0.03526, 5);
    expect(fixedInterval(found).high).toBeCloseTo(1.44989, 5);
    expect(fixedPValue(found)).toBeCloseTo(0.06191, 5);
  });

  it('is that of gbstats for proportions', () => {
    const found = relativeDifferenceOf(armOfShare(30, 16)!, armOfShare(28, 14)!)!;
    expect(found.difference).toBeCloseTo(0.06667, 5);
    expect(fixedInterval(found).low).toBeCloseTo(-0.47767, 4);
    expect(fixedInterval(found).high).toBeCloseTo(0.61101, 4);
    expect(fixedPValue(found)).toBeCloseTo(0.80707, 4);
  });

  it('is nought, and certain, where nothing varies', () => {
    const same = differenceOf(known(10, 0, 0), known(12, 0, 0));
    expect(fixedInterval(same)).toEqual({ low: 0, high: 0 });
    expect([fixedPValue(same), alwaysValidPValue(same)]).toEqual([1, 1]);
    expect(relativeDifferenceOf(known(10, 0, 0), known(12, 0, 0))).toBeUndefined();
  });
});

describe('the always-valid interval', () => {
  it('is that of gbstats', () => {
    const a = known(3_000, 1_396.87, 52_377.9767);
    const found = relativeDifferenceOf(B, a)!;
    expect(found.difference).toBeCloseTo(0.50336, 5);
    expect(found.standardError).toBeCloseTo(0.33341, 5);
    const { low, high } = alwaysValidInterval(found, { tunedTo: 1_000 });
    expect(low).toBeCloseTo(-0.55844, 4);
    expect(high).toBeCloseTo(1.56516, 4);
    const usual = alwaysValidInterval(found);
    expect((usual.high - usual.low) / 2).toBeCloseTo(1.01308, 4);
  });

  it('is that of gbstats for proportions', () => {
    const found = relativeDifferenceOf(armOfShare(3_461, 2_422)!, armOfShare(3_000, 1_396)!)!;
    expect(found.difference).toBeCloseTo(0.50386, 5);
    expect(alwaysValidInterval(found).low).toBeCloseTo(0.40098, 4);
    expect(alwaysValidInterval(found).high).toBeCloseTo(0.60675, 4);
  });

  it('leaves out nought exactly where its p-value is below 0.05, and is wider than the fixed one', () => {
    fc.assert(
      fc.property(
        fc.record({
          shoppers: fc.integer({ min: 4, max: 1_000_000 }),
          difference: fc.double({ min: -5, max: 5, noNaN: true }),
          standardError: fc.double({ min: 1e-3, max: 10, noNaN: true }),
        }),
        (estimate) => {
          const found = { ...estimate, degreesOfFreedom: estimate.shoppers };
          const { low, high } = alwaysValidInterval(found);
          const p = alwaysValidPValue(found);
          if (Math.abs(p - 0.05) > 1e-9) expect(low > 0 || high < 0).toBe(p < 0.05);
          expect(high - low).toBeGreaterThan(2 * 1.95 * found.standardError);
        },
      ),
    );
  });

  it('raises few false alarms for somebody who looks a hundred times, where the fixed one raises many', () => {
    let [fixed, always] = [0, 0];
    const runs = 100;
    for (let run = 0; run < runs; run += 1) {
      const roll = seeded(run + 1);
      const sums = [0, 0];
      let [fixedAlarm, alwaysAlarm] = [false, false];
      for (let look = 1; look <= 100; look += 1) {
        // The sum of 20 shoppers who buy or not, one in two; enough for the tails that matter here.
        for (let each = 0; each < 20; each += 1) for (const arm of [0, 1]) if (roll() < 0.5) sums[arm]! += 1;
        const found = differenceOf(armOfShare(look * 20, sums[0]!)!, armOfShare(look * 20, sums[1]!)!);
        fixedAlarm ||= fixedPValue(found) < 0.05;
        alwaysAlarm ||= alwaysValidPValue(found) < 0.05;
      }
      if (fixedAlarm) fixed += 1;
      if (alwaysAlarm) always += 1;
    }
    expect(fixed / runs).toBeGreaterThan(0.2);
    expect(always / runs).toBeLessThan(0.05);
  });
});

describe('what the time before explains', () => {
  const shoppersOf = (seed: number, lift: number): [before: number, after: number][] => {
    const roll = seeded(seed);
    return Array.from({ length: 4_000 }, () => {
      const before = 100 * roll();
      return [before, before + lift + 20 * (roll() - 0.5)];
    });
  };
  const momentsOf = (shoppers: [number, number][]): Moments => ({
    shoppers: shoppers.length,
    sum: shoppers.reduce((sum, [, y]) => sum + y, 0),
    sumOfSquares: shoppers.reduce((sum, [, y]) => sum + y * y, 0),
    sumBefore: shoppers.reduce((sum, [x]) => sum + x, 0),
    sumOfSquaresBefore: shoppers.reduce((sum, [x]) => sum + x * x, 0),
    sumOfProducts: shoppers.reduce((sum, [x, y]) => sum + x * y, 0),
  });

  it('narrows the interval by what the correlation says, and keeps the difference', () => {
    const [treated, control] = [momentsOf(shoppersOf(1, 2)), momentsOf(shoppersOf(2, 0))];
    const found = adjusted(treated, control)!;
    // Var before 833, noise 33: rho squared .96.
    expect(found.explained).toBeCloseTo(833 / (833 + 33.3), 1);
    const difference = differenceOf(found.treated, found.control);
    expect(difference.standardError).toBeLessThan(0.2);
    expect(Math.abs(difference.difference - 2)).toBeLessThan(4 * difference.standardError);
  });

  it('changes nothing where nothing was before', () => {
    const without = { sumBefore: 0, sumOfSquaresBefore: 0, sumOfProducts: 0 };
    const treated = { ...momentsOf(shoppersOf(3, 2)), ...without };
    const control = { ...momentsOf(shoppersOf(4, 0)), ...without };
    const found = adjusted(treated, control)!;
    expect(found.explained).toBe(0);
    expect(found.treated).toEqual(armOf(treated));
  });

  it('cannot be said of an arm of one', () => {
    const many = momentsOf(shoppersOf(5, 0));
    expect(adjusted({ ...many, shoppers: 1 }, many)).toBeUndefined();
  });
});

describe('the sample ratio', () => {
  it('alarms at the published example', () => {
    expect(sampleRatioPValue(4_850, 5_000, 2_500)).toBeCloseTo(0.0027, 5);
    expect(sampleRatioPValue(5_000, 5_000, 2_500)).toBe(1);
  });

  it('is broken where somebody was held out who could not be', () => {
    expect(sampleRatioPValue(3, 0, 0)).toBe(0);
    expect(sampleRatioPValue(0, 0, 0)).toBe(1);
  });
});

describe('many offers at once', () => {
  const estimate = (difference: number, standardError: number) => ({
    shoppers: 1_000,
    difference,
    standardError,
    degreesOfFreedom: 998,
  });

  it('draws what is little known to the common mean, and leaves what is well known', () => {
    const [lucky, sure] = shrunk([estimate(30, 20), estimate(10, 1), estimate(0, 1), estimate(5, 1)]);
    expect(lucky).toBeLessThan(10);
    expect(sure).toBeGreaterThan(9);
  });

  it('draws all to one where they differ no more than chance does', () => {
    const all = shrunk([estimate(1, 10), estimate(2, 10), estimate(3, 10)]);
    for (const each of all) expect(each).toBeCloseTo(2, 10);
  });

  it('leaves two alone: what they have in common cannot be told', () => {
    expect(shrunk([estimate(1, 1), estimate(9, 1)])).toEqual([1, 9]);
  });

  it('gives rates of false discovery as Benjamini and Hochberg do', () => {
    const rates = falseDiscoveryRates([0.01, 0.04, 0.03, 0.005]);
    [0.02, 0.04, 0.04, 0.02].forEach((rate, i) => expect(rates[i]).toBeCloseTo(rate, 10));
    expect(falseDiscoveryRates([])).toEqual([]);
  });
});
