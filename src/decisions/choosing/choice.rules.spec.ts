import fc from 'fast-check';
import { DEFAULT_POLICY, type ContactPolicy } from '../../limits/index.js';
import { seeded, type Facts, type OfferId } from '../../shared/index.js';
import type { Considered, World } from '../decision.js';
import { chosenFrom, ranked } from './choice.rules.js';
import { FIRST_ECONOMICS, type Worth } from './worth.rules.js';

const byValue: ContactPolicy = { ...DEFAULT_POLICY, ranking: 'incrementalValue' };
const world = (policy: ContactPolicy): World =>
  ({ policy, live: {}, economics: FIRST_ECONOMICS }) as unknown as World;
const facts = (buysTea: number): Facts =>
  ({
    at: Date.parse('2026-11-29T10:00:00Z'),
    shopper: {
      activity: { visits: 6 },
      replenishment: new Map([
        ['tea', { state: { purchases: 6 }, prior: { visitShare: 0.05, visitStrength: 6 } }],
      ]),
      foresight: { purchaseProbability: () => buysTea, nextPurchase: () => undefined },
      mainBrands: new Map(),
    },
  }) as unknown as Facts;

/** An offer about tea of this price; the margin is three tenths of it. */
function about(name: string, price: number, more: { reward?: object; priority?: number } = {}): Considered {
  const product = { productId: 'tea', category: 'tea', price: { amount: price, currency: 'EUR' } };
  const offer = {
    offerId: name as OfferId,
    revision: 1,
    document: { name, kind: 'message', priority: 50, reward: { type: 'none' }, ...more },
    target: {
      categories: new Set(['tea']),
      productIds: new Set(['tea']),
      products: [product],
      typical: new Map(),
    },
  };
  return { offer, reasons: [], score: 0.5, lead: { product, from: [] } } as unknown as Considered;
}
const discount = { reward: { type: 'percentOff', value: 15 } };
const names = (list: readonly Considered[]): string[] => list.map(({ offer }) => offer.offerId);
const codes = (list: readonly Considered[]): string[][] =>
  list.map(({ reasons }) => reasons.map(({ code }) => code));

describe('the order of what may be made', () => {
  it('is by value under incrementalValue, whatever the priority, and the score is the value', () => {
    const given = [about('cheap', 100, { priority: 90 }), about('dear', 900, { priority: 10 })];
    const order = ranked(given, facts(0.1), world(byValue));
    expect(names(order)).toEqual(['dear', 'cheap']);
    expect(order[0]!.score).toBe(order[0]!.worth!.value);
  });

  it('is by priority, then need, then age under priority', () => {
    const given = [
      { ...about('b', 900), score: 0.2 },
      { ...about('d', 100), score: 0.9 },
      about('c', 100, { priority: 60 }),
      { ...about('a', 100), score: 0.2 },
    ];
    const order = ranked(given, facts(0.1), world(DEFAULT_POLICY));
    expect(names(order)).toEqual(['c', 'd', 'a', 'b']);
    expect(order.map(({ score }) => score)).toEqual([0.5, 0.9, 0.2, 0.2]);
  });

  it('tells what fell short of the policy before what could not be made at all', () => {
    const impossible = {
      ...about('z', 900, { priority: 100 }),
      reasons: [{ code: 'muted' as const, detail: '' }],
    };
    const order = ranked([impossible, about('wasted', 300, discount)], facts(0.9), world(byValue));
    expect(names(order)).toEqual(['wasted', 'z']);
    expect(codes(order)).toEqual([['would-buy-anyway'], ['muted']]);
    expect(order[1]!.score).toBeUndefined();
  });
});

describe('the bounds of the policy', () => {
  it('keep a discount from who would buy anyway, and say with which figures', () => {
    const [wasted] = ranked([about('wasted', 300, discount)], facts(0.9), world(byValue));
    expect(wasted!.reasons[0]!.detail).toMatch(
      /^buys on this visit with 90\.0 % anyway, with 91\.\d % if offered: worth -\d+\.\d, with a margin of 90\.0 and a cost of 45\.0$/,
    );
  });

  it('spare what costs nothing, and everything under priority', () => {
    expect(codes(ranked([about('reminder', 300)], facts(0.99), world(byValue)))).toEqual([[]]);
    expect(codes(ranked([about('wasted', 300, discount)], facts(0.9), world(DEFAULT_POLICY)))).toEqual([[]]);
  });

  it.each([
    [1_000, ['below-minimum-value']],
    [{ amount: 1_000, currency: 'EUR' }, ['below-minimum-value']],
    [{ amount: 1_000, currency: 'CHF' }, []],
    [0, []],
    [-5, []],
  ])('ask for at least %j, under every ranking', (minimumValue, expected) => {
    for (const policy of [DEFAULT_POLICY, byValue]) {
      const [only] = ranked([about('a', 300)], facts(0.1), world({ ...policy, minimumValue }));
      expect(only!.reasons.map(({ code }) => code)).toEqual(expected);
    }
  });

  it('keep out what loses money where 0 is asked', () => {
    const losing = about('losing', 300, { reward: { type: 'percentOff', value: 50 } });
    expect(codes(ranked([losing], facts(0.001), world(byValue)))).toEqual([[]]);
    expect(codes(ranked([losing], facts(0.001), world({ ...byValue, minimumValue: 0 })))).toEqual([
      ['below-minimum-value'],
    ]);
  });
});

describe('the choice', () => {
  const worth = (value: number): Worth => ({
    organic: 0.1,
    response: 0.1,
    taken: 0.19,
    margin: 100,
    cost: 0,
    value,
    need: 0,
    currency: 'EUR',
  });
  const open = (values: readonly number[]): Considered[] =>
    values.map((value, at) => ({
      ...about(`o${String(at).padStart(2, '0')}`, 300),
      worth: worth(value),
      score: value,
    }));
  const values = fc.array(fc.double({ min: -200, max: 200, noNaN: true }), { minLength: 1, maxLength: 25 });

  it('is the first under priority, for certain', () => {
    fc.assert(
      fc.property(values, fc.string(), (given, seed) => {
        const list = open(given);
        expect(chosenFrom(list, DEFAULT_POLICY, seeded(seed))).toBe(list[0]);
        expect(list.map(({ propensity }) => propensity)).toEqual(given.map((_, at) => Number(at === 0)));
      }),
    );
  });

  it('is of the ten best under incrementalValue, with propensities that add up to 1 and keep the floor', () => {
    fc.assert(
      fc.property(values, fc.string(), (given, seed) => {
        const list = open(given);
        const chosen = chosenFrom(list, byValue, seeded(seed));
        const possible = list.filter(({ propensity = 0 }) => propensity > 0);
        expect(possible.reduce((sum, { propensity = 0 }) => sum + propensity, 0)).toBeCloseTo(1, 9);
        expect(possible).toHaveLength(Math.min(10, given.length));
        for (const { propensity } of possible) expect(propensity).toBeGreaterThanOrEqual(0.02 - 1e-12);
        expect(possible).toContain(chosen);
        expect(chosenFrom(open(given), byValue, seeded(seed)).offer.offerId).toBe(chosen.offer.offerId);
      }),
    );
  });

  it('is the best with the first share of chance', () => {
    const list = open([1, 50, 3]);
    expect(chosenFrom(list, byValue, () => 0)).toBe(list[1]);
  });

  it('leaves more to chance the smaller gamma is', () => {
    const [careful, curious] = [100_000, 1].map((gamma) => {
      const list = open([10, 5]);
      chosenFrom(list, { ...byValue, exploration: { gamma, minimumPropensity: 0.01 } }, () => 0);
      return list[1]!.propensity!;
    });
    expect(careful).toBe(0.01);
    expect(curious).toBeCloseTo(1 / 2.05, 9);
  });
});
