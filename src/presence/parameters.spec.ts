import type { StoreId } from '../shared/index.js';
import type { StoreLayout } from '../stores/index.js';
import { defaultParameters, parametersOf } from './parameters.js';

const layout: StoreLayout = {
  storeId: 's' as StoreId,
  name: 'S',
  timeZone: 'UTC',
  currency: 'EUR',
  openingHours: [],
  zones: new Map(),
  gateways: new Map(),
  beacons: new Map(),
};

it('is as usual where a store says nothing', () => {
  expect(parametersOf(layout)).toBe(defaultParameters);
  expect(parametersOf({ ...layout, presence: {} })).toEqual(defaultParameters);
});

it('takes what a store sets, seconds as milliseconds, and leaves the rest', () => {
  const presence = { zoneAbsenceSeconds: 20, minimumTravelSeconds: 9, moveShare: 0.8, tagDeviationDb: 4 };
  expect(parametersOf({ ...layout, presence })).toEqual({
    ...defaultParameters,
    zoneAbsenceMs: 20_000,
    minimumTravelMs: 9_000,
    moveShare: 0.8,
    tagDeviationDb: 4,
  });
});

it('reads a layout once', () => {
  const tuned = { ...layout, presence: { walkingSpeedMetresPerSecond: 1 } };
  expect(parametersOf(tuned)).toBe(parametersOf(tuned));
});
