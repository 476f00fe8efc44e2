import fc from 'fast-check';
import type { Rule } from '../../rules/index.js';
import type { Facts } from '../../shared/index.js';
import { Funnel, scaled, stepsOf } from './audience.rules.js';

const leaf: Rule = { field: 'a', operator: 'notNull' };

describe('the steps of an audience', () => {
  it('are the members of an and, else the rule as a whole', () => {
    expect(stepsOf({ combinator: 'and', rules: [leaf, leaf] })).toEqual([leaf, leaf]);
    const whole: Rule[] = [
      leaf,
      { combinator: 'or', rules: [leaf, leaf] },
      { combinator: 'and', not: true, rules: [leaf] },
      { combinator: 'and', rules: [] },
    ];
    for (const rule of whole) expect(stepsOf(rule)).toEqual([rule]);
  });
});

describe('a funnel', () => {
  it('never widens, and ends with those who pass all steps', () => {
    fc.assert(
      fc.property(fc.array(fc.array(fc.boolean(), { minLength: 3, maxLength: 3 })), (shoppers) => {
        const funnel = new Funnel([0, 1, 2].map((place) => (facts: Facts) => answers(facts)[place]!));
        for (const shopper of shoppers) funnel.add({ shopper } as never);
        const { remaining } = funnel;
        expect(funnel.asked).toBe(shoppers.length);
        expect([...remaining].sort((a, b) => b - a)).toEqual(remaining);
        expect(remaining[2]).toBe(shoppers.filter((each) => each.every(Boolean)).length);
      }),
    );
  });

  const answers = (facts: Facts): boolean[] => facts.shopper as never;
});

describe('a count from a sample', () => {
  it('is exact where everybody was asked', () => {
    expect(scaled(30, 100, 100)).toEqual({ count: 30, margin: 0 });
    expect(scaled(0, 0, 0)).toEqual({ count: 0, margin: 0 });
    expect(scaled(1, 1, 1)).toEqual({ count: 1, margin: 0 });
  });

  it('is scaled by its share, with the margin of a simple random sample', () => {
    // 1.96 · √(.25/50000 · 950000/999999) · 1000000 = 4271.7
    expect(scaled(25_000, 50_000, 1_000_000)).toEqual({ count: 500_000, margin: 4_272 });
  });
});
