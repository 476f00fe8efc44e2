import type { BeaconId, GatewayId, StoreId } from '../../shared/index.js';
import type { TimedHearing } from '../timing.rules.js';
import { sortFixed } from './fixed-beacons.rules.js';

const [here, there] = ['s1' as StoreId, 's2' as StoreId];
const heard = (...beaconIds: string[]): TimedHearing => ({
  index: 0,
  storeId: here,
  anchor: { kind: 'gateway', gatewayId: 'g1' as GatewayId },
  beaconIds: beaconIds as BeaconId[],
  rssiDbm: -60,
  at: 0,
});
const places = new Map([
  ['mac:0000000000b1', here],
  ['mac:0000000000b2', there],
] as [BeaconId, StoreId][]);

describe('a beacon that a gateway hears', () => {
  it.each([
    ['stands in this store', ['mac:0000000000b1'], 'fixed'],
    ['stands in this store under its second name', ['eid:00', 'mac:0000000000b1'], 'fixed'],
    ['stands in another store', ['mac:0000000000b2'], 'misplaced'],
    ['stands nowhere', ['mac:0000000000b3'], 'mobile'],
  ] as const)('%s: %s', (_, names, kind) => {
    const hearing = heard(...names);
    const none = { mobile: [], fixed: [], misplaced: [] };
    expect(sortFixed([hearing], (beaconId) => places.get(beaconId))).toEqual({ ...none, [kind]: [hearing] });
  });
});
