import type { BeaconId, GatewayId, StoreId, ZoneId } from '../shared/index.js';
import { indexOf, layoutOf, plainHardwareId } from './layout.rules.js';
import type { StoreDocument } from './stores.dto.js';

const document: StoreDocument = {
  name: 'Main Street',
  timeZone: 'Europe/Paris',
  currency: 'EUR',
  zones: [
    { zoneId: 'door' as ZoneId, name: 'Door', kind: 'entrance' },
    { zoneId: 'coffee' as ZoneId, name: 'Coffee', kind: 'aisle', categories: ['coffee'] },
  ],
  gateways: [{ gatewayId: 'g1' as GatewayId, hardwareId: 'AC:23', zoneId: 'coffee' as ZoneId }],
  beacons: [{ beaconId: 'mac:0000000000b1' as BeaconId, position: { x: 1, y: 2 }, measuredPowerDbm: -59 }],
};

describe('layoutOf', () => {
  const layout = layoutOf('s1' as StoreId, document);

  it('finds zones, gateways and beacons by id', () => {
    expect(layout.zones.get('coffee' as ZoneId)).toMatchObject({ kind: 'aisle', categories: ['coffee'] });
    expect(layout.gateways.get('g1' as GatewayId)).toEqual({ hardwareId: 'AC:23', zoneId: 'coffee' });
    expect(layout.beacons.get('mac:0000000000b1' as BeaconId)).toEqual({
      position: { x: 1, y: 2 },
      measuredPowerDbm: -59,
    });
  });

  it('has empty lists where the document has none', () => {
    expect(layout.openingHours).toEqual([]);
    expect(layout.zones.get('door' as ZoneId)?.categories).toEqual([]);
  });
});

describe('indexOf', () => {
  it('knows whose each gateway and beacon is', () => {
    const other = { ...document, gateways: [{ gatewayId: 'g2' as GatewayId }], beacons: [] };
    const index = indexOf(
      new Map([
        ['s1' as StoreId, layoutOf('s1' as StoreId, document)],
        ['s2' as StoreId, layoutOf('s2' as StoreId, other)],
      ]),
    );
    expect([...index.storeOfGateway]).toEqual([
      ['g1', 's1'],
      ['g2', 's2'],
    ]);
    expect([...index.storeOfBeacon]).toEqual([['mac:0000000000b1', 's1']]);
  });

  it('is empty without stores', () => {
    expect(indexOf(new Map())).toEqual({
      layouts: new Map(),
      storeOfGateway: new Map(),
      storeOfBeacon: new Map(),
    });
  });
});

describe('plainHardwareId', () => {
  it.each([
    ['AC:23:3F:C0:AB:01', 'ac233fc0ab01'],
    ['ac-23-3f-c0-ab-01', 'ac233fc0ab01'],
    ['ac233fc0ab01', 'ac233fc0ab01'],
    ['kitchen.node_2', 'kitchen.node_2'],
  ])('%s is %s', (given, plain) => {
    expect(plainHardwareId(given)).toBe(plain);
  });
});
