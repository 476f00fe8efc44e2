import { FieldRegistry } from '../rules/index.js';
import { DAY_MS, type Facts, type ShopperId, type ShopperView, type StoreId } from '../shared/index.js';
import { insightFields } from './fields.js';
import { defaultPrior, estimate, foldPurchases } from './replenishment/replenishment.rules.js';

const NOW = Date.UTC(2026, 5, 30, 12);
const weekly = [28, 21, 14, 7].map((ago) => NOW - ago * DAY_MS);
const coffee = { state: foldPurchases(weekly, weekly)!, prior: defaultPrior() };

const regular: ShopperView = {
  shopperId: 'ada' as ShopperId,
  attributes: {},
  consents: { location: true, profiling: true, push: false, clienteling: false },
  preferences: { mutedCategories: [] },
  activity: { visits: 4, firstVisitAt: weekly[0]!, lastVisitAt: weekly[3]! },
  replenishment: new Map([['coffee', coffee]]),
  mainBrands: new Map([['cornflakes', { brand: 'Kellogg’s', ownBrand: false, units: 7 }]]),
};
const stranger: ShopperView = {
  ...regular,
  consents: { ...regular.consents, profiling: false },
  activity: { visits: 0 },
  replenishment: new Map(),
  mainBrands: new Map(),
};

const registry = new FieldRegistry(insightFields);
function read(field: string, of: Record<string, string> = {}, shopper = regular) {
  const facts = { at: NOW, on: 'zoneEntered', storeId: 's1' as StoreId, local: {}, shopper } as Facts;
  return registry.get(field).read(facts, of);
}

describe('what a rule may ask about habits', () => {
  it('reads the estimate at the moment of the decision, with the shopper’s own rhythm of visits', () => {
    const expected = estimate(coffee, 4, 7, NOW);
    const of = { category: 'coffee' };
    expect(read('replenishment.dueProbability', of)).toBe(expected.dueProbability);
    expect(read('replenishment.purchaseProbability', of)).toBe(expected.purchaseProbability);
    expect(read('replenishment.daysUntilDue', of)).toBe(expected.daysUntilDue);
    expect(read('replenishment.intervalDays', of)).toBe(expected.intervalDays);
    expect(read('replenishment.lapsed', of)).toBe(false);
    expect(read('replenishment.daysSinceLast', of)).toBe(7);
    expect(read('replenishment.purchases', of)).toBe(4);
  });

  it('knows nothing of a category never bought but that it was bought zero times', () => {
    const of = { category: 'tea' };
    for (const { field, parameters } of insightFields) {
      if (parameters?.[0]?.name !== 'category') continue;
      expect(read(field, of)).toBe(field === 'replenishment.purchases' ? 0 : undefined);
    }
  });

  it('reads what lies together as it reads each thing alone', () => {
    const named = insightFields.flatMap(({ field, among }) =>
      among === undefined ? [] : [{ field, among }],
    );
    expect(named.map(({ field }) => field)).toEqual([
      'replenishment.daysSinceLast',
      'replenishment.purchases',
    ]);
    for (const shopper of [regular, stranger]) {
      const facts = { at: NOW + DAY_MS, shopper } as Facts;
      for (const { field, among } of named) {
        for (const category of ['coffee', 'tea']) {
          const together = among.of(among.things(facts).get(category), facts);
          expect(together).toBe(registry.get(field).read(facts, { [among.parameter]: category }));
        }
      }
    }
  });

  it('tells the main brand of an equivalence group', () => {
    expect(read('purchases.mainBrand', { equivalenceGroup: 'cornflakes' })).toBe('Kellogg’s');
    expect(read('purchases.buysOwnBrand', { equivalenceGroup: 'cornflakes' })).toBe(false);
    expect(read('purchases.mainBrand', { equivalenceGroup: 'yoghurt' })).toBeUndefined();
  });

  it('counts shopping days', () => {
    expect(read('visits.count')).toBe(4);
    expect(read('visits.daysSinceLast')).toBe(7);
  });

  it('knows nothing at all without the consent to profiling', () => {
    for (const { field } of insightFields) {
      expect(read(field, { category: 'coffee', equivalenceGroup: 'cornflakes' }, stranger)).toBeUndefined();
    }
  });
});
