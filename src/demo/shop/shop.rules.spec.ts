import { DAY_MS } from '../../shared/index.js';
import { basketOf, lineFor, takesCoupon } from './basket.rules.js';
import { historyOf } from './history.rules.js';
import { demoStore, demoZones, middleOf } from './layout.rules.js';
import { becauseOf, demoOffers, productLedTo } from './offers.rules.js';
import { consentsOf, demoPeople, shopperOf } from './people.rules.js';
import { demoProducts, goodOf, OWN_BRAND, productIdOf } from './products.rules.js';

const ID = /^[A-Za-z0-9._:-]{1,64}$/;
const beganAt = Date.parse('2026-11-22T10:00:00Z');
const people = demoPeople();
const products = demoProducts();
const prices = new Map(products.map((product) => [product.productId, product]));
const histories = people.map((person) => historyOf(person, prices, beganAt));

describe('the range of the demo shop', () => {
  it('has about 150 products with ids of their own', () => {
    expect(products.length).toBeGreaterThan(140);
    expect(new Set(products.map(({ productId }) => productId)).size).toBe(products.length);
    expect(products.every(({ productId }) => ID.test(productId))).toBe(true);
  });

  it('has an own brand for every group, cheaper than all that it stands in for', () => {
    for (const own of products.filter(({ ownBrand }) => ownBrand)) {
      const others = products.filter(
        ({ equivalenceGroup, ownBrand }) => equivalenceGroup === own.equivalenceGroup && !ownBrand,
      );
      expect(others.length).toBeGreaterThan(0);
      expect(others.every(({ price }) => price.amount > own.price.amount)).toBe(true);
    }
  });

  it('carries no unknown goods', () => {
    expect(() => goodOf('anvils')).toThrow('anvils');
  });
});

describe('the layout of the demo shop', () => {
  it('sells every category somewhere', () => {
    const sold = new Set(demoZones.flatMap(({ categories }) => categories));
    expect(products.filter(({ category }) => !sold.has(category))).toEqual([]);
  });

  it('has a gateway in each zone, in the zone’s middle', () => {
    expect(demoStore()['gateways']).toHaveLength(demoZones.length);
    for (const zone of demoZones) {
      const { x, y } = middleOf(zone);
      expect(x > zone.from.x && x < zone.to.x && y > zone.from.y && y < zone.to.y).toBe(true);
    }
  });
});

describe('the clientele of the demo shop', () => {
  it('is the same at every start', () => {
    expect(demoPeople()).toEqual(people);
  });

  it('wears fobs that differ, by id and by address', () => {
    const fobs = people.map(({ beacon }) => beacon);
    expect(new Set(fobs.map(({ beaconId }) => beaconId)).size).toBe(people.length);
    expect(new Set(fobs.map(({ mac }) => mac)).size).toBe(people.length);
  });

  it('holds some who have said no, and says all of it', () => {
    const refused = (purpose: 'location' | 'profiling') =>
      people.filter(({ consents }) => !consents[purpose]);
    expect(refused('location').length).toBeGreaterThan(0);
    expect(refused('profiling').length).toBeGreaterThan(0);
    expect(people.flatMap(consentsOf)).toHaveLength(people.length * 4);
    expect(shopperOf(people[0]!)).toMatchObject({
      shopperId: 'cm-001',
      carries: [people[0]!.beacon.beaconId],
    });
  });

  it('plays both parts of both scenes', () => {
    const filters = people.flatMap(({ habits }) => habits.filter(({ group }) => group === 'filters'));
    const cornflakes = people.flatMap(({ habits }) => habits.filter(({ group }) => group === 'cornflakes'));
    expect(
      filters.filter(({ lastDaysAgo, everyDays }) => lastDaysAgo > everyDays * 0.9).length,
    ).toBeGreaterThan(20);
    expect(people.filter(({ boughtFiltersOnline }) => boughtFiltersOnline).length).toBeGreaterThan(5);
    expect(cornflakes.filter(({ brand }) => brand === OWN_BRAND).length).toBeGreaterThan(20);
    expect(cornflakes.filter(({ brand }) => brand !== OWN_BRAND).length).toBeGreaterThan(20);
  });
});

describe('the purchases before the demo began', () => {
  it('reach back at least eight months and end before it', () => {
    for (const history of histories) {
      const times = history.map(({ purchasedAt }) => Date.parse(purchasedAt));
      expect(Math.min(...times)).toBeLessThan(beganAt - 200 * DAY_MS);
      expect(Math.max(...times)).toBeLessThan(beganAt);
    }
  });

  it('have ids of their own and known products', () => {
    const all = histories.flat();
    expect(new Set(all.map(({ purchaseId }) => purchaseId)).size).toBe(all.length);
    expect(all.every(({ lines }) => lines.every(({ productId }) => prices.has(productId)))).toBe(true);
  });

  it('are the same for the same beginning', () => {
    expect(historyOf(people[3]!, prices, beganAt)).toEqual(histories[3]);
  });

  it('end with filters bought online yesterday for those who did so', () => {
    people.forEach(({ boughtFiltersOnline }, index) => {
      const online = histories[index]!.filter(({ channel }) => channel === 'online');
      expect(online).toHaveLength(boughtFiltersOnline ? 1 : 0);
      if (online[0] !== undefined) expect(Date.parse(online[0].purchasedAt)).toBe(beganAt - DAY_MS);
    });
  });
});

describe('the offers of the demo', () => {
  it('speak of products that there are, with a limit for each shopper, under the demo’s tag', () => {
    for (const offer of demoOffers()) {
      const target = (offer['target'] ?? {}) as { toProductIds?: string[] };
      expect((target.toProductIds ?? []).every((id) => prices.has(id))).toBe(true);
      expect(offer).toMatchObject({ tags: ['demo'], limits: { perShopper: [{ max: 1 }] } });
    }
  });

  it.each([
    ['Coffee filters running out', 0.831, 'coffee filters due (dueProbability 0.83)'],
    ['Our own cornflakes', 0, 'buys a national brand, not our own'],
    ['Welcome, gold members', 0, 'gold member, just came in'],
    ['A bottle for gold members', 0, 'gold member, lingers there'],
    ['Till three is free', undefined, 'for everybody who passes'],
    ['Somebody’s own offer', undefined, 'Somebody’s own offer'],
  ])('%s is explained', (name, score, words) => {
    expect(becauseOf(name, score)).toBe(words);
  });

  it('lead to what a coupon needs in the basket', () => {
    const habits = [{ group: 'filters', brand: 'Papyr', everyDays: 30, lastDaysAgo: 30 }];
    expect(productLedTo('Coffee filters running out', habits)).toBe(productIdOf('filters', 'Papyr'));
    expect(productLedTo('Our own cornflakes', [])).toBe(productIdOf('cornflakes', OWN_BRAND));
    expect(productLedTo('Coffee filters running out', [])).toBeUndefined();
    expect(productLedTo('Somebody’s own offer', habits)).toBeUndefined();
  });
});

describe('what is bought while the demo runs', () => {
  it('never uses up what the reminders are about', () => {
    const bought = people.flatMap((person) =>
      Array.from({ length: 50 }, (_, visit) => basketOf(person, visit, prices) ?? []).flat(),
    );
    const reminded = new Set(['coffee', 'coffee filters', 'milk', 'dishwashing', 'cereals']);
    expect(bought.length).toBeGreaterThan(0);
    expect(bought.filter(({ productId }) => reminded.has(prices.get(productId)!.category))).toEqual([]);
    expect(lineFor(undefined)).toBeUndefined();
  });

  it('takes a coupon to the till now and then, and half of the people never', () => {
    const taken = people.map(
      (person) =>
        Array.from({ length: 100 }, (_, visit) => takesCoupon(person, visit)).filter(Boolean).length,
    );
    expect(taken.filter((times) => times === 0)).toHaveLength(people.length / 2);
    expect(Math.max(...taken)).toBeLessThan(40);
  });
});
