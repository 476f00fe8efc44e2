import { FieldRegistry } from '../rules/index.js';
import { localTime, type Facts, type ShopperId, type StoreId, type ZoneId } from '../shared/index.js';
import { storeFields } from './fields.js';

const at = Date.parse('2026-11-22T08:05:00Z');
const facts: Facts = {
  at,
  on: 'zoneEntered',
  local: localTime(at, 'Europe/Paris'),
  storeId: 's1' as StoreId,
  visitSeconds: 90,
  zone: { zoneId: 'coffee' as ZoneId, kind: 'aisle', categories: ['coffee', 'tea'] },
  dwellSeconds: 20,
  shopper: {
    shopperId: 'p1' as ShopperId,
    attributes: {},
    consents: { location: true, profiling: true, push: true, clienteling: true },
    preferences: { mutedCategories: [] },
    activity: { visits: 0 },
    replenishment: new Map(),
    mainBrands: new Map(),
  },
};
const registry = new FieldRegistry(storeFields);

describe('what a rule may ask about place and time', () => {
  it.each([
    ['store.id', 's1'],
    ['zone.id', 'coffee'],
    ['zone.kind', 'aisle'],
    ['zone.categories', ['coffee', 'tea']],
    ['zone.dwellSeconds', 20],
    ['visit.seconds', 90],
    ['time.hour', 9],
    ['time.weekday', 7],
    ['time.clock', '09:05'],
    ['time.date', '2026-11-22'],
  ])('%s', (field, value) => {
    expect(registry.get(field).read(facts, {})).toEqual(value);
  });

  it.each(['zone.id', 'zone.kind', 'zone.categories', 'zone.dwellSeconds', 'visit.seconds'])(
    '%s is not known between zones',
    (field) => {
      const { zone: _, dwellSeconds: __, visitSeconds: ___, ...between } = facts;
      expect(registry.get(field).read(between, {})).toBeUndefined();
    },
  );
});
