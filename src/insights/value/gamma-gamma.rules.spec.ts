import { expectedSpend, fitGammaGamma, logLikelihoodOfGammaGamma } from './gamma-gamma.rules.js';

/** As fitted to the CDNOW sample. */
const cdnow = { p: 6.25, q: 3.74, v: 15.44 };

describe('Gamma-Gamma', () => {
  it('expects of the first CDNOW shoppers what the paper does', () => {
    expect(expectedSpend(cdnow, 2, 22.35)).toBeCloseTo(24.65, 0);
    expect(Math.abs(expectedSpend(cdnow, 2, 22.35) - 24.65)).toBeLessThan(0.1);
    expect(Math.abs(expectedSpend(cdnow, 1, 11.77) - 18.91)).toBeLessThan(0.1);
    // Who never bought again is expected to spend as all do.
    expect(Math.abs(expectedSpend(cdnow, 0, 0) - 35.17)).toBeLessThan(0.1);
  });

  it('counts equal shoppers', () => {
    const one = { purchases: 3, mean: 20, count: 1 };
    const twice = logLikelihoodOfGammaGamma([{ ...one, count: 2 }], cdnow);
    expect(twice).toBeCloseTo(2 * logLikelihoodOfGammaGamma([one], cdnow), 9);
  });

  it('is not fitted to a handful', () => {
    expect(fitGammaGamma([{ purchases: 1, mean: 5, count: 9 }])).toBeUndefined();
  });

  it('does not take nothing for a spend', () => {
    expect(() => fitGammaGamma([{ purchases: 1, mean: 0, count: 1 }])).toThrow('no spend');
  });

  it('has no mean where the tail is too heavy, and then takes the shopper’s own', () => {
    expect(expectedSpend({ p: 1, q: 0.5, v: 1 }, 0, 7)).toBe(7);
  });
});
