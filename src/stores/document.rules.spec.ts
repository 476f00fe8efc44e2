import fc from 'fast-check';
import { contradictionsIn, type Linked } from './document.rules.js';

const empty: Linked = { zones: [], gateways: [], beacons: [] };
const ids = fc.uniqueArray(fc.stringMatching(/^[a-z]{1,4}$/));

describe('contradictionsIn', () => {
  it('finds nothing in an empty store', () => {
    expect(contradictionsIn(empty)).toEqual([]);
  });

  it.each([
    ['zones', 'zoneId'],
    ['gateways', 'gatewayId'],
    ['beacons', 'beaconId'],
  ] as const)('names the second of two %s with one id, and where the first is', (list, key) => {
    const document = { ...empty, [list]: [{ [key]: 'a' }, { [key]: 'b' }, { [key]: 'a' }] };
    expect(contradictionsIn(document)).toEqual([
      { path: [list, 2, key], code: 'duplicate', detail: `a is already ${list}[0]` },
    ]);
  });

  it.each(['gateways', 'beacons'] as const)('names the %s that stand in no zone of the document', (list) => {
    const key = list === 'gateways' ? 'gatewayId' : 'beaconId';
    const document = {
      ...empty,
      zones: [{ zoneId: 'coffee' }],
      [list]: [{ [key]: 'a', zoneId: 'coffee' }, { [key]: 'b' }, { [key]: 'c', zoneId: 'Coffee' }],
    };
    expect(contradictionsIn(document)).toEqual([
      { path: [list, 2, 'zoneId'], code: 'unknown-zone', detail: 'Coffee is not among the zones' },
    ]);
  });

  it('finds every fault at once, in the order of the document', () => {
    const document = {
      zones: [{ zoneId: 'z' }, { zoneId: 'z' }],
      gateways: [{ gatewayId: 'g', zoneId: 'x' }, { gatewayId: 'g' }],
      beacons: [{ beaconId: 'b', zoneId: 'y' }],
    };
    expect(contradictionsIn(document).map(({ path }) => path.join('.'))).toEqual([
      'zones.1.zoneId',
      'gateways.1.gatewayId',
      'gateways.0.zoneId',
      'beacons.0.zoneId',
    ]);
  });

  it('lets the same id be a zone, a gateway and a beacon', () => {
    fc.assert(
      fc.property(ids, (names) => {
        const document = {
          zones: names.map((zoneId) => ({ zoneId })),
          gateways: names.map((gatewayId) => ({ gatewayId, zoneId: gatewayId })),
          beacons: names.map((beaconId) => ({ beaconId, zoneId: beaconId })),
        };
        expect(contradictionsIn(document)).toEqual([]);
      }),
    );
  });
});
