import { FieldRegistry } from '../../rules/index.js';
import {
  DAY_MS,
  localTime,
  type Facts,
  type ShopperId,
  type ShopperTraits,
  type ShopperView,
  type StoreId,
} from '../../shared/index.js';
import { defaultPrior, foldPurchases } from '../replenishment/replenishment.rules.js';
import { habitFields } from './habit-fields.js';
import { interactionFields } from './interaction-fields.js';

const NOW = Date.UTC(2026, 5, 30, 12);
const ago = (days: number): number => NOW - days * DAY_MS;

const traits: ShopperTraits = {
  purchases: 10,
  online: 2,
  holidays: 1,
  weekdays: [0, 0, 0, 0, 4, 4, 2],
  hours: Array.from({ length: 24 }, (_, hour) => (hour === 17 ? 10 : 0)),
  stores: [
    ['north' as StoreId, 4],
    ['south' as StoreId, 4],
  ],
  reduced: { units: 0.5, spend: 0.4, couponUnits: 0.1 },
  ownBrandShare: 0.3,
  loyalGroups: 2,
  interactions: { viewed: { count: 3, lastAt: ago(1.5) } },
  referrals: 1,
  referred: ['bob' as ShopperId],
  browsed: [
    { productId: 'tea-1', category: 'tea', at: NOW - 60_000 },
    { productId: 'soap-1', category: 'soap', at: ago(3) },
    { productId: 'unknown', at: ago(4) },
    { productId: 'old', category: 'wine', at: ago(31) },
  ],
  offers: { rewarded: 5, rewardedOpened: 3, plain: 4, plainOpened: 1 },
  acquired: { at: ago(40), by: 'purchase', channel: 'kiosk' },
};
const bought = [ago(2)];
const ada: ShopperView = {
  shopperId: 'ada' as ShopperId,
  attributes: {},
  consents: { location: true, profiling: true, push: false, clienteling: false },
  preferences: { mutedCategories: [] },
  activity: { visits: 10, firstVisitAt: ago(35), lastVisitAt: ago(2) },
  replenishment: new Map([['soap', { state: foldPurchases(bought, bought)!, prior: defaultPrior() }]]),
  mainBrands: new Map([
    ['flakes', { brand: 'A', ownBrand: false, units: 9, share: 0.9, ownBrandShare: 0.1 }],
  ]),
  traits,
};
const registry = new FieldRegistry(habitFields, interactionFields);

function read(field: string, shopper = ada, of: Record<string, string> = {}, visitSeconds = 0) {
  const facts: Facts = {
    at: NOW,
    on: 'zoneEntered',
    storeId: 'north' as StoreId,
    local: localTime(NOW, 'UTC'),
    visitSeconds,
    shopper,
  };
  return registry.get(field).read(facts, of);
}

describe('what a rule may ask about habits', () => {
  it.each([
    ['affinity.ownBrandShare', 0.3],
    ['affinity.loyalGroups', 2],
    ['price.reducedUnitShare', 0.5],
    ['price.reducedSpendShare', 0.4],
    ['price.couponUnitShare', 0.1],
    ['habits.purchases', 10],
    ['habits.weekdays', ['5', '6']],
    ['habits.weekdayShare', 0.4],
    ['habits.hours', ['17']],
    ['habits.hourShare', 1],
    ['habits.holidayShare', 0.1],
    ['habits.stores', ['north', 'south']],
    ['habits.storeShare', 0.4],
    ['habits.onlineShare', 0.2],
    ['acquisition.by', 'purchase'],
    ['acquisition.channel', 'kiosk'],
    ['acquisition.daysSince', 40],
    ['acquisition.daysSinceFirstPurchase', 35],
    ['interactions.viewed', 3],
    ['interactions.daysSinceViewed', 1],
    ['interactions.shared', 0],
    ['interactions.daysSinceShared', undefined],
    ['referrals.count', 1],
    ['referrals.shoppers', ['bob']],
    ['openings.count', 4],
    ['openings.rewardedShare', 0.75],
    ['openings.plainShown', 4],
  ])('%s is %p', (field, value) => expect(read(field)).toEqual(value));

  it('tells the shares of brands in a group', () => {
    const of = { equivalenceGroup: 'flakes' };
    expect(read('affinity.mainBrandShare', ada, of)).toBe(0.9);
    expect(read('affinity.ownBrandShareOfGroup', ada, of)).toBe(0.1);
    expect(read('affinity.mainBrandShare', ada, { equivalenceGroup: 'other' })).toBeUndefined();
  });

  it('knows what was looked at before this visit, in a month, and not bought since', () => {
    expect(read('browsed.products')).toEqual(['tea-1', 'soap-1', 'unknown']);
    expect(read('browsed.count')).toBe(3);
    // Soap was bought after it was looked at, if another one.
    expect(read('browsed.categories')).toEqual(['tea']);
    expect(read('browsed.products', ada, {}, 120)).toEqual(['soap-1', 'unknown']);
  });

  it('has no share of nothing', () => {
    const nothing = { ...ada, traits: { ...traits, purchases: 0, weekdays: [], hours: [], stores: [] } };
    for (const field of ['habits.weekdays', 'habits.weekdayShare', 'habits.storeShare', 'habits.onlineShare'])
      expect(read(field, nothing)).toBeUndefined();
    const offers = { rewarded: 0, rewardedOpened: 0, plain: 0, plainOpened: 0 };
    expect(read('openings.rewardedShare', { ...ada, traits: { ...traits, offers } })).toBeUndefined();
  });

  it('knows nothing before the traits are worked out', () => {
    const { traits: _, ...early } = ada;
    const stranger = { ...early, mainBrands: new Map(), activity: { visits: 0 } };
    const of = { equivalenceGroup: 'flakes', category: 'tea' };
    for (const { field } of [...habitFields, ...interactionFields])
      expect(read(field, stranger, of)).toBeUndefined();
  });
});

describe('a category that is never bought', () => {
  const regular = { visits: 20, firstVisitAt: ago(190), lastVisitAt: ago(10) };
  const never = (activity: ShopperView['activity'], category = 'wine') =>
    read('affinity.neverBought', { ...ada, activity }, { category });

  it('is judged only once there is enough history', () => {
    expect(never(regular)).toBe(true);
    expect(never({ ...regular, visits: 19 })).toBeUndefined();
    expect(never({ ...regular, firstVisitAt: ago(189) })).toBeUndefined();
    expect(never({ visits: 0 })).toBeUndefined();
  });

  it('is not one that was bought, however little is known', () => {
    expect(never(regular, 'soap')).toBe(false);
    expect(never({ visits: 1 }, 'soap')).toBe(false);
  });

  it('is not judged without consent, or of who buys more categories than a view holds', () => {
    const unprofiled = { ...ada, activity: regular, consents: { ...ada.consents, profiling: false } };
    expect(read('affinity.neverBought', unprofiled, { category: 'wine' })).toBeUndefined();
    const soap = ada.replenishment.get('soap')!;
    const replenishment = new Map(Array.from({ length: 400 }, (_, place) => [`c-${place}`, soap] as const));
    expect(
      read('affinity.neverBought', { ...ada, activity: regular, replenishment }, { category: 'x' }),
    ).toBeUndefined();
  });
});
