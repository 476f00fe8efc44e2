import fc from 'fast-check';
import type { ShopperId, StoreId } from '../../shared/index.js';
import { modesOf, traitsOf, type Bought, type TraitFacts } from './traits.rules.js';

const NORTH = 'north' as StoreId;
const SOUTH = 'south' as StoreId;
const at = (time: string): number => Date.parse(time);

const nothing: TraitFacts = {
  shopper_id: 'ada' as ShopperId,
  time_zone: null,
  acquisition: null,
  created_at: 5,
  bought: null,
  priced_units: 0,
  reduced_units: 0,
  coupon_units: 0,
  paid: 0,
  reduced_paid: 0,
  grouped_units: 0,
  own_brand_units: 0,
  loyal_groups: 0,
  interactions: null,
  referrals: 0,
  referred: null,
  browsed: null,
  offers: { rewarded: 0, rewardedOpened: 0, plain: 0, plainOpened: 0 },
};
const calendar = {
  zoneOf: (storeId: StoreId) => (storeId === NORTH ? 'Pacific/Auckland' : undefined),
  holidays: new Set(['12-25', '2026-04-05']),
};
const sum = (counts: readonly number[]): number => counts.reduce((total, count) => total + count, 0);

describe('the traits of a shopper', () => {
  it('of whom nothing is known are empty, and acquired by signing up', () => {
    const traits = traitsOf(nothing, calendar);
    expect(traits).toMatchObject({ purchases: 0, stores: [], loyalGroups: 0, interactions: {}, browsed: [] });
    expect(traits.acquired).toEqual({ at: 5, by: 'signup' });
    expect(traits).not.toHaveProperty('reduced');
    expect(traits).not.toHaveProperty('ownBrandShare');
    expect(sum(traits.weekdays) + sum(traits.hours)).toBe(0);
  });

  it('count days and hours by the clock of the store, else the shopper’s own, else UTC', () => {
    // Sunday 23:30 in UTC is Monday 11:30 in Auckland in June.
    const late = at('2026-06-07T23:30:00Z');
    const inNorth = traitsOf({ ...nothing, bought: [[late, NORTH, 0]] }, calendar);
    expect([inNorth.weekdays[0], inNorth.hours[11]]).toEqual([1, 1]);
    const inSouth = traitsOf({ ...nothing, bought: [[late, SOUTH, 0]], time_zone: 'Asia/Tokyo' }, calendar);
    expect([inSouth.weekdays[0], inSouth.hours[8]]).toEqual([1, 1]);
    const online = traitsOf({ ...nothing, bought: [[late, null, 1]] }, calendar);
    expect([online.weekdays[6], online.hours[23], online.online]).toEqual([1, 1, 1]);
  });

  it('hold the hour that daylight saving leaves out or repeats', () => {
    const paris = { ...calendar, zoneOf: () => 'Europe/Paris' };
    const bought = [
      '2026-03-29T00:59:00Z',
      '2026-03-29T01:00:00Z',
      '2026-10-25T00:30:00Z',
      '2026-10-25T01:30:00Z',
    ];
    const { hours } = traitsOf({ ...nothing, bought: bought.map((time) => [at(time), NORTH, 0]) }, paris);
    expect([hours[1], hours[2], hours[3]]).toEqual([1, 2, 1]);
  });

  it('know holidays of each year and of one, by the date of the store', () => {
    const bought: Bought[] = [
      '2025-12-24T12:00:00Z',
      '2024-12-25T12:00:00Z',
      '2026-04-05T08:00:00Z',
      '2027-04-05T08:00:00Z',
    ].map((time) => [at(time), NORTH, 0]);
    // In Auckland the first is Christmas already, and the second is over.
    expect(traitsOf({ ...nothing, bought }, calendar).holidays).toBe(2);
  });

  it('are shares to the per mille, and none where the till tells no price', () => {
    const priced = { priced_units: 3, reduced_units: 1, coupon_units: 0, paid: 1_000, reduced_paid: 250 };
    const traits = traitsOf({ ...nothing, ...priced, grouped_units: 8, own_brand_units: 2 }, calendar);
    expect(traits.reduced).toEqual({ units: 0.333, spend: 0.25, couponUnits: 0 });
    expect(traits.ownBrandShare).toBe(0.25);
    expect(traitsOf({ ...nothing, ...priced, paid: 0 }, calendar).reduced).not.toHaveProperty('spend');
  });

  it('take the acquisition from the profile', () => {
    const acquisition = { at: '2026-02-03', by: 'purchase' as const, channel: 'kiosk' };
    expect(traitsOf({ ...nothing, acquisition }, calendar).acquired).toEqual({
      at: at('2026-02-03T00:00:00Z'),
      by: 'purchase',
      channel: 'kiosk',
    });
  });

  it('do not depend on the order of purchases, and count each once', () => {
    const purchase = fc.tuple(
      fc.integer({ min: at('2024-01-01T00:00:00Z'), max: at('2026-12-31T00:00:00Z') }),
      fc.constantFrom(NORTH, SOUTH, null),
      fc.constantFrom<0 | 1>(0, 1),
    );
    fc.assert(
      fc.property(fc.array(purchase, { maxLength: 60 }), fc.integer(), (bought, seed) => {
        const traits = traitsOf({ ...nothing, bought }, calendar);
        const shuffled = [...bought].sort((a, b) => ((a[0] ^ seed) % 97) - ((b[0] ^ seed) % 97));
        expect(traitsOf({ ...nothing, bought: shuffled }, calendar)).toEqual(traits);
        expect(sum(traits.weekdays)).toBe(bought.length);
        expect(sum(traits.hours)).toBe(bought.length);
        expect(sum(traits.stores.map(([, count]) => count))).toBe(
          bought.filter(([, storeId]) => storeId !== null).length,
        );
        const modes = modesOf(traits.weekdays);
        expect(modes === undefined).toBe(bought.length === 0);
        if (modes !== undefined) expect(modes.share * modes.places.length).toBeLessThanOrEqual(1 + 1e-12);
      }),
    );
  });
});

describe('the places that hold the most', () => {
  it('are all of those that are alike', () => {
    expect(modesOf([1, 3, 0, 3])).toEqual({ places: [1, 3], share: 3 / 7 });
    expect(modesOf([0, 2])).toEqual({ places: [1], share: 1 });
    expect(modesOf([0, 0])).toBeUndefined();
    expect(modesOf([])).toBeUndefined();
  });
});
