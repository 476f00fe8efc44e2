import fc from 'fast-check';
import { seeded } from '../../shared/index.js';
import { drawnFrom, propensitiesOf } from './squarecb.rules.js';

const values = fc.array(fc.double({ min: -3, max: 3, noNaN: true }), { minLength: 1, maxLength: 30 });
const exploration = fc.record({
  gamma: fc.double({ min: 1, max: 1e6, noNaN: true }),
  minimumPropensity: fc.double({ min: 0.01, max: 0.05, noNaN: true }),
});

describe('the propensities of SquareCB', () => {
  it('are the inverse gaps, and the rest for the best', () => {
    // 1 / (3 + 10 · .1), 1 / (3 + 10 · .7)
    const [first, best, last] = propensitiesOf([0.4, 0.5, -0.2], { gamma: 10, minimumPropensity: 0.01 });
    expect(first).toBeCloseTo(0.25, 12);
    expect(last).toBeCloseTo(0.1, 12);
    expect(best).toBeCloseTo(0.65, 12);
  });

  it('share alike what is worth the same, and leave one alone its own', () => {
    expect(propensitiesOf([2, 2], { gamma: 1_000, minimumPropensity: 0.02 })).toEqual([0.5, 0.5]);
    expect(propensitiesOf([-7], { gamma: 1_000, minimumPropensity: 0.02 })).toEqual([1]);
  });

  it('add up to 1, keep the floor, and are highest for the best', () => {
    fc.assert(
      fc.property(values, exploration, (given, how) => {
        const propensities = propensitiesOf(given, how);
        expect(propensities.reduce((sum, each) => sum + each, 0)).toBeCloseTo(1, 9);
        const floor = Math.min(how.minimumPropensity, 1 / given.length);
        for (const each of propensities) expect(each).toBeGreaterThanOrEqual(floor - 1e-12);
        const best = given.indexOf(Math.max(...given));
        expect(propensities[best]).toBeGreaterThanOrEqual(Math.max(...propensities) - 1e-12);
      }),
    );
  });

  it('are what chance takes them by, and the same chance takes the same', () => {
    const propensities = propensitiesOf([1, 0.9, 0.5], { gamma: 20, minimumPropensity: 0.05 });
    const roll = seeded(7);
    const taken = [0, 0, 0];
    const draws = 20_000;
    for (let draw = 0; draw < draws; draw += 1) {
      const at = drawnFrom(propensities, roll);
      taken[at] = (taken[at] ?? 0) + 1;
    }
    taken.forEach((count, at) => {
      expect(Math.abs(count / draws - propensities[at]!)).toBeLessThan(0.015);
    });
    expect(drawnFrom(propensities, seeded('d-1'))).toBe(drawnFrom(propensities, seeded('d-1')));
    expect(drawnFrom([0.3, 0.7 - 1e-9], () => 1 - 1e-12)).toBe(1);
  });
});
