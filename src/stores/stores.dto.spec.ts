import { faultsOf } from '../platform/index.js';
import { storeDocument } from './stores.dto.js';

const zone = { zoneId: 'coffee', name: 'Coffee', kind: 'aisle' };
const minimal = {
  name: 'Main Street',
  timeZone: 'Europe/Paris',
  currency: 'EUR',
  zones: [zone],
  gateways: [],
  beacons: [],
};
const full = {
  ...minimal,
  openingHours: [{ daysOfWeek: [1, 7], from: '22:00', to: '06:00' }],
  floorPlan: { widthMetres: 20.5, heightMetres: 10, imageUrl: 'https://example.org/plan.png' },
  zones: [
    {
      ...zone,
      categories: [],
      polygon: [
        [0, 0],
        [4, 0],
        [4, 3.5],
      ],
    },
  ],
  gateways: [
    { gatewayId: 'g1', hardwareId: 'AC:23:3F:C0:AB:01', zoneId: 'coffee', position: { x: 1, y: 2, z: 3 } },
  ],
  beacons: [{ beaconId: 'mac:0000000000b1', position: { x: 1, y: 2 }, measuredPowerDbm: -59.5 }],
  survey: [{ x: 1, y: 2, gatewayId: 'g1', meanRssiDbm: -70.25, samples: 12 }],
};

function faultIn(document: unknown): string[] {
  const result = storeDocument.safeParse(document);
  return result.success
    ? []
    : faultsOf(result.error, document, '').map(({ path, code }) => `${path} ${code}`);
}

describe('the document of a store', () => {
  it.each([
    ['the least there must be', minimal],
    ['everything there can be', full],
  ])('is kept as it came: %s', (_, document) => {
    expect(storeDocument.parse(document)).toEqual(document);
  });

  it.each([
    ['a field nobody knows', { ...minimal, storeId: 's1' }, 'storeId unknown-field'],
    ['no zones', { ...minimal, zones: undefined }, 'zones required'],
    ['another kind of zone', { ...minimal, zones: [{ ...zone, kind: 'hall' }] }, 'zones[0].kind not-allowed'],
    [
      'two corners',
      {
        ...minimal,
        zones: [
          {
            ...zone,
            polygon: [
              [0, 0],
              [1, 1],
            ],
          },
        ],
      },
      'zones[0].polygon out-of-range',
    ],
    [
      'a corner at infinity',
      {
        ...minimal,
        zones: [
          {
            ...zone,
            polygon: [
              [0, 0],
              [1, Infinity],
              [1, 1],
            ],
          },
        ],
      },
      'zones[0].polygon[1][1] wrong-type',
    ],
    ['a zone of the time that is none', { ...minimal, timeZone: 'Mars/Olympus' }, 'timeZone invalid'],
    ['a currency in lower case', { ...minimal, currency: 'eur' }, 'currency invalid-format'],
    [
      'an eighth day',
      { ...minimal, openingHours: [{ daysOfWeek: [8], from: '09:00', to: '20:00' }] },
      'openingHours[0].daysOfWeek[0] out-of-range',
    ],
    [
      'half past 25',
      { ...minimal, openingHours: [{ daysOfWeek: [], from: '25:30', to: '20:00' }] },
      'openingHours[0].from invalid-format',
    ],
    [
      'a beacon of no known kind',
      { ...minimal, beacons: [{ beaconId: 'fob-1' }] },
      'beacons[0].beaconId invalid-format',
    ],
    [
      'a gateway in no zone',
      { ...minimal, gateways: [{ gatewayId: 'g1', zoneId: 'tea' }] },
      'gateways[0].zoneId unknown-zone',
    ],
    ['a zone twice', { ...minimal, zones: [zone, zone] }, 'zones[1].zoneId duplicate'],
    [
      'a script for a picture',
      { ...minimal, floorPlan: { widthMetres: 1, heightMetres: 1, imageUrl: 'javascript:alert(1)' } },
      'floorPlan.imageUrl invalid-format',
    ],
    ['text that cannot be kept', { ...minimal, name: 'a\0b' }, 'name invalid'],
    [
      'more than 500 zones',
      { ...minimal, zones: Array.from({ length: 501 }, (_, index) => ({ ...zone, zoneId: `z${index}` })) },
      'zones out-of-range',
    ],
  ])('is refused with %s', (_, document, fault) => {
    expect(faultIn(document)).toEqual([fault]);
  });
});
