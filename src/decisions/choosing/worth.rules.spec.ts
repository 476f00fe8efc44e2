import type { Product } from '../../catalogue/index.js';
import type { LiveOffer } from '../../offers/index.js';
import type { Facts, Foresight, MainBrand } from '../../shared/index.js';
import { FIRST_ECONOMICS, worthOf, wouldBuyAnyway, type Economics, type Worth } from './worth.rules.js';

const NOW = Date.parse('2026-11-29T10:00:00Z');
const euros = (amount: number) => ({ amount, currency: 'EUR' });

interface Shopper {
  /** How likely a visit brings each category. */
  buys?: Record<string, number>;
  main?: MainBrand;
}
const facts = ({ buys = {}, main }: Shopper = {}): Facts => {
  const history = {
    state: { purchases: 6, lastPurchasedAt: NOW, visitsAtFirst: 1, sumLogGap: 0, sumLogGapSquared: 0 },
    prior: { logGapMean: 3, logGapBetween: 0.8, logGapWithin: 0.5, visitShare: 0.05, visitStrength: 6.5 },
  };
  const foresight: Foresight = {
    purchaseProbability: (category) => buys[category],
    nextPurchase: () => undefined,
  };
  return {
    at: NOW,
    shopper: {
      activity: { visits: 6 },
      replenishment: new Map(Object.keys(buys).map((category) => [category, history])),
      foresight,
      mainBrands: new Map(main === undefined ? [] : [['flakes', main]]),
    },
  } as unknown as Facts;
};
const product = (name: string, price: number, more: object = {}): Product =>
  ({
    productId: name,
    name,
    brand: name,
    ownBrand: false,
    category: 'cornflakes',
    price: euros(price),
    ...more,
  }) as Product;

function offer(reward: object, target: object, kind = 'message'): LiveOffer {
  const named = { productIds: [], categories: [], toProductIds: [], fromBrand: null };
  return {
    offerId: 'o',
    document: { kind, reward, target: { ...named, ...(target as { document?: object }).document } },
    target: {
      categories: new Set(['cornflakes']),
      productIds: new Set(),
      products: [],
      typical: new Map(),
      ...target,
    },
  } as unknown as LiveOffer;
}
const one = product('tea', 300, { category: 'tea' });
const ofTea = (reward: object, goods: Product = one): LiveOffer =>
  offer(reward, { products: [goods], productIds: new Set([goods.productId]), categories: new Set(['tea']) });
/** With nobody in need and nothing learned, one in about 12 follows: logit(.1) - .3. */
const RESPONSE = 1 / (1 + Math.exp(Math.log(9) + 0.3));
const worth = (
  given: LiveOffer,
  shopper: Shopper,
  goods: Product = one,
  economics: Economics = FIRST_ECONOMICS,
): Worth => worthOf(given, { product: goods, from: [] }, 0, facts(shopper), economics);

describe('what an offer is worth', () => {
  it('is (p1 - p0) · margin - p1 · cost', () => {
    const found = worth(ofTea({ type: 'percentOff', value: 10 }), { buys: { tea: 0.2 } });
    const taken = 0.2 + 0.8 * RESPONSE;
    expect(found).toMatchObject({ margin: 90, cost: 30, currency: 'EUR' });
    expect(found.organic).toBeCloseTo(0.2, 12);
    expect(found.taken).toBeCloseTo(taken, 12);
    expect(found.value).toBeCloseTo((taken - 0.2) * 90 - taken * 30, 9);
  });

  it('takes the margin from the unit cost where it is known, else from the share of the settings', () => {
    const none = ofTea({ type: 'none' });
    const dear = { ...one, unitCost: euros(280) };
    expect(worth(ofTea({ type: 'none' }, dear), {}, dear).margin).toBe(20);
    expect(worth(none, {}, one, { ...FIRST_ECONOMICS, marginShare: 0.5 }).margin).toBe(150);
  });

  it.each([
    [{ type: 'percentOff', value: 15 }, 45],
    [{ type: 'percentOff', value: 15, maxDiscount: euros(20) }, 20],
    [{ type: 'percentOff', value: 15, maxDiscount: { amount: 20, currency: 'CHF' } }, 0],
    [{ type: 'amountOff', value: euros(100) }, 100],
    [{ type: 'amountOff', value: euros(500) }, 300],
    [{ type: 'amountOff', value: { amount: 100, currency: 'CHF' } }, 0],
    [{ type: 'points', value: 50 }, 25],
    [{ type: 'none' }, 0],
  ])('costs for %j %d', (reward, cost) => {
    expect(worth(ofTea(reward), {}, one, { ...FIRST_ECONOMICS, pointValue: 0.5 }).cost).toBe(cost);
  });

  it('costs for a gift what the house pays for it', () => {
    const gift = (more: object): LiveOffer => {
      const given = ofTea({ type: 'gift', value: 'mug' });
      return { ...given, target: { ...given.target, gift: product('mug', 500, more) } };
    };
    expect(worth(gift({ unitCost: euros(120) }), {}).cost).toBe(120);
    expect(worth(gift({}), {}).cost).toBe(350);
  });

  it('of several categories counts who buys any of them, each weighing as likely as it is bought', () => {
    const given = offer(
      { type: 'none' },
      {
        document: { categories: ['tea', 'jam', 'unpriced'] },
        typical: new Map([
          ['tea', { price: euros(300) }],
          ['jam', { price: euros(200), costShare: 0.9 }],
        ]),
      },
    );
    const found = worth(given, { buys: { tea: 0.3, jam: 0.1, unpriced: 0.1 } });
    expect(found.organic).toBeCloseTo(1 - 0.7 * 0.9 * 0.9, 12);
    expect(found.margin).toBeCloseTo((0.3 * 90 + 0.1 * 20) / 0.5, 9);
  });

  it('of what was never bought counts on one visit in 1,000', () => {
    expect(worth(ofTea({ type: 'none' }), {}).organic).toBeCloseTo(0.001, 12);
  });

  it('is nothing where the offer is about nothing in particular', () => {
    const given = offer({ type: 'none' }, { categories: new Set() });
    expect(worthOf(given, { from: [] }, 0, facts(), FIRST_ECONOMICS)).toMatchObject({
      organic: 0,
      margin: 0,
      value: 0,
    });
  });

  it('of a switch brings the margin of what is led to less that of what would have been bought else', () => {
    const national = product('Crunch', 329, { unitCost: euros(279) });
    const own = product('House', 199, { ownBrand: true, unitCost: euros(99) });
    const given = offer({ type: 'none' }, { products: [own], productIds: new Set(['House']) }, 'brandSwitch');
    const main = { brand: 'Crunch', ownBrand: false, units: 9, share: 0.9, ownBrandShare: 0.1 };
    const shopper = facts({ buys: { cornflakes: 0.5 }, main });
    const inGroup = { ...own, equivalenceGroup: 'flakes' };
    const found = worthOf(given, { product: inGroup, from: [national] }, 0, shopper, FIRST_ECONOMICS);
    // Bought anyway: a tenth of .5; of the rest .45 / .95 would have bought the national brand, which earns 50.
    expect(found.organic).toBeCloseTo(0.05, 12);
    expect(found.margin).toBeCloseTo(100 - (50 * 0.45) / 0.95, 9);
    expect(found.value).toBeCloseTo(0.95 * RESPONSE * found.margin, 9);
  });
});

describe('what would be bought anyway', () => {
  const anyway = (reward: object, buys: number): boolean =>
    wouldBuyAnyway(worth(ofTea(reward), { buys: { tea: buys } }));

  it.each([
    ['a discount for who buys at nearly every visit', { type: 'percentOff', value: 15 }, 0.9, true],
    ['one above the margin, for the same', { type: 'percentOff', value: 50 }, 0.9, true],
    ['a discount for who hardly buys', { type: 'percentOff', value: 15 }, 0.01, false],
    [
      'one above the margin for who hardly buys: it loses, but not because they would have bought',
      { type: 'percentOff', value: 50 },
      0.01,
      false,
    ],
    ['a reminder, which costs nothing', { type: 'none' }, 0.99, false],
    ['points that cost something', { type: 'points', value: 50 }, 0.9, true],
  ])('%s', (_, reward, buys, expected) => {
    expect(anyway(reward, buys)).toBe(expected);
  });

  it('begins where what is given away outweighs what is brought', () => {
    const figures = { response: 0.1, margin: 90, need: 0, currency: 'EUR' };
    const at = (organic: number, cost: number): Worth => {
      const taken = organic + (1 - organic) * 0.1;
      return { ...figures, organic, taken, cost, value: (taken - organic) * 90 - taken * cost };
    };
    // (1 - p0) · .1 · 45 = p0 · 45 at p0 = 1 / 11
    expect(wouldBuyAnyway(at(1 / 11 - 0.001, 45))).toBe(false);
    expect(wouldBuyAnyway(at(1 / 11 + 0.001, 45))).toBe(true);
  });
});
