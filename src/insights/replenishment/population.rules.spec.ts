import fc from 'fast-check';
import { gaussian, seeded } from '../../shared/random.js';
import type { Roll } from '../../shared/random.js';
import { DAY_MS } from '../../shared/time.js';
import { accumulate, finish, fitPopulation } from './population.rules.js';
import type { CategoryObservation, PopulationTally } from './population.rules.js';
import { defaultPrior, estimate, foldPurchases } from './replenishment.rules.js';

/** A shopper whose ln gaps are normal about the shopper's own mean: sums only, without rounding to days. */
function rhythm(
  category: string,
  mean: number,
  within: number,
  gaps: number,
  roll: Roll,
): CategoryObservation {
  const logs = Array.from({ length: gaps }, () => mean + within * gaussian(roll));
  const sumLogGap = logs.reduce((sum, log) => sum + log, 0);
  return {
    category,
    visits: gaps * 4 + 1,
    state: {
      purchases: gaps + 1,
      firstPurchasedAt: 0,
      lastPurchasedAt: 500 * DAY_MS,
      visitsAtFirst: 1,
      sumLogGap,
      sumLogGapSquared: logs.reduce((sum, log) => sum + log * log, 0),
    },
  };
}

/** A shopper who buys on a visit with a probability drawn from Beta(a, b), both whole numbers. */
function visitor(category: string, a: number, b: number, visits: number, roll: Roll): CategoryObservation {
  const gamma = (shape: number): number =>
    Array.from({ length: shape }, () => -Math.log(1 - roll())).reduce((sum, wait) => sum + wait, 0);
  const x = gamma(a);
  const probability = x / (x + gamma(b));
  const bought = Array.from({ length: visits }, () => roll()).filter((chance) => chance < probability).length;
  return {
    category,
    visits: visits + 1,
    state: {
      purchases: bought + 1,
      firstPurchasedAt: 0,
      lastPurchasedAt: bought * DAY_MS,
      visitsAtFirst: 1,
      sumLogGap: 0,
      sumLogGapSquared: 0,
    },
  };
}

const anyObservation: fc.Arbitrary<CategoryObservation> = fc
  .record({
    category: fc.constantFrom('milk', 'eggs', 'salt'),
    gaps: fc.array(fc.integer({ min: 1, max: 300 }), { maxLength: 20 }),
    visitsBetween: fc.integer({ min: 0, max: 6000 }),
  })
  .map(({ category, gaps, visitsBetween }) => {
    const days = [0];
    for (const gap of gaps) days.push(days.at(-1)! + gap);
    const purchases = days.map((day) => day * DAY_MS);
    return { category, state: foldPurchases(purchases, purchases)!, visits: days.length + visitsBetween };
  });

describe('fitting the clientele', () => {
  it('learns nothing from nobody', () => {
    expect(fitPopulation([]).size).toBe(0);
  });

  it('finds mean and deviations of the gaps again', () => {
    const roll = seeded('rhythms');
    const priors = fitPopulation(
      Array.from({ length: 4000 }, (_, i) =>
        rhythm('coffee', 3.2 + 0.6 * gaussian(roll), 0.4, 1 + (i % 9), roll),
      ),
    );
    const coffee = priors.get('coffee')!;
    expect(Math.abs(coffee.logGapMean - 3.2)).toBeLessThan(0.03);
    expect(Math.abs(coffee.logGapBetween - 0.6)).toBeLessThan(0.03);
    expect(Math.abs(coffee.logGapWithin - 0.4)).toBeLessThan(0.01);
  });

  it('finds shares and strength of the visits again, one strength over categories', () => {
    const roll = seeded('visits');
    const priors = fitPopulation([
      ...Array.from({ length: 2000 }, () => visitor('milk', 4, 6, 40, roll)),
      ...Array.from({ length: 2000 }, () => visitor('salt', 1, 9, 40, roll)),
    ]);
    expect(Math.abs(priors.get('milk')!.visitShare - 0.4)).toBeLessThan(0.02);
    expect(Math.abs(priors.get('salt')!.visitShare - 0.1)).toBeLessThan(0.02);
    expect(Math.abs(priors.get('milk')!.visitStrength / 10 - 1)).toBeLessThan(0.1);
    expect(priors.get('salt')!.visitStrength).toBe(priors.get('milk')!.visitStrength);
  });

  it('counts each shopper once, so that frequent buyers do not shorten the mean', () => {
    const roll = seeded('once');
    const often = Array.from({ length: 200 }, () => rhythm('bread', Math.log(3), 0.2, 100, roll));
    const seldom = Array.from({ length: 200 }, () => rhythm('bread', Math.log(27), 0.2, 2, roll));
    expect(Math.exp(fitPopulation([...often, ...seldom]).get('bread')!.logGapMean)).toBeCloseTo(9, 0);
  });

  it('leans on the default when one shopper is all there is', () => {
    const month = Array.from({ length: 6 }, (_, i) => i * 30 * DAY_MS);
    const state = foldPurchases(month, month)!;
    const prior = fitPopulation([{ category: 'filters', state, visits: 6 }]).get('filters')!;
    expect(Math.abs(prior.logGapMean - defaultPrior().logGapMean)).toBeLessThan(0.1);
    expect(Math.abs(prior.logGapWithin - defaultPrior().logGapWithin)).toBeLessThan(0.1);
    const due = estimate({ state, prior }, 6, undefined, month.at(-1)! + 31 * DAY_MS);
    expect(due.dueProbability).toBeGreaterThanOrEqual(0.7);
  });

  it('leans a small category on the others', () => {
    const roll = seeded('small');
    const many = Array.from({ length: 500 }, () => rhythm('milk', Math.log(6), 0.3, 10, roll));
    const priors = fitPopulation([...many, rhythm('capers', Math.log(90), 0.3, 2, roll)]);
    const capers = Math.exp(priors.get('capers')!.logGapMean);
    expect(capers).toBeGreaterThan(6);
    expect(capers).toBeLessThan(30);
    expect(priors.get('capers')!.logGapWithin).toBeCloseTo(priors.get('milk')!.logGapWithin, 1);
  });

  it('gives usable priors of any histories, in whatever order they come', () => {
    fc.assert(
      fc.property(fc.array(anyObservation, { minLength: 1, maxLength: 30 }), (observations) => {
        const tally: PopulationTally = new Map();
        for (const observation of [...observations].reverse()) accumulate(tally, observation);
        const backwards = finish(tally);
        const priors = fitPopulation(observations);
        expect(new Set(priors.keys())).toEqual(new Set(observations.map(({ category }) => category)));
        for (const [category, prior] of priors) {
          for (const [name, value] of Object.entries(prior)) {
            expect(value).toBeCloseTo(backwards.get(category)![name as keyof typeof prior], 6);
          }
          expect(Number.isFinite(prior.logGapMean)).toBe(true);
          expect(prior.logGapBetween).toBeGreaterThanOrEqual(0.1);
          expect(prior.logGapWithin).toBeGreaterThanOrEqual(0.1);
          expect(prior.visitShare).toBeGreaterThan(0);
          expect(prior.visitShare).toBeLessThan(1);
          expect(prior.visitStrength).toBeGreaterThanOrEqual(1);
        }
      }),
      { numRuns: 60 },
    );
  });
});
