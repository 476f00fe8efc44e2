import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import type { Decoded } from './decoder.js';
import { minew } from './minew.rules.js';

const RECEIVED_AT = Date.parse('2026-11-22T10:00:01Z');
const header = {
  timestamp: '2026-11-22T09:59:10.000Z',
  type: 'Gateway',
  mac: 'AC233FC0AA01',
  gatewayFree: 80,
};
const tag = {
  timestamp: '2026-11-22T10:00:00.250Z',
  type: 'iBeacon',
  mac: 'C3000012AB34',
  bleName: '',
  ibeaconUuid: 'F7826DA64FA24E988024BC5B71E0893E',
  ibeaconMajor: 7,
  ibeaconMinor: 65535,
  rssi: -61,
  ibeaconTxPower: -59,
  battery: 0,
};
const TAG_IDS = ['ibeacon:f7826da6-4fa2-4e98-8024-bc5b71e0893e:7:65535', 'mac:c3000012ab34'];

const decode = (payload: unknown): ReturnType<typeof minew.decode> =>
  minew.decode(Buffer.from(typeof payload === 'string' ? payload : JSON.stringify(payload)), {
    receivedAt: RECEIVED_AT,
  });
function decoded(payload: unknown): Decoded {
  const outcome = decode(payload);
  if (!outcome.ok) throw new Error(outcome.detail);
  return outcome.value;
}

describe('a Minew payload', () => {
  it('gives the gateway and what it heard, by place', () => {
    expect(decoded([header, tag])).toEqual({
      gatewayHardwareId: 'AC233FC0AA01',
      heard: [
        {
          index: 1,
          beaconIds: TAG_IDS,
          rssiDbm: -61,
          measuredPowerDbm: -59,
          observedAt: Date.parse('2026-11-22T10:00:00.250Z'),
        },
      ],
      refused: [],
    });
  });

  it('of old firmware has no gateway, and of new ones keys in any order and unknown ones', () => {
    const reordered = Object.fromEntries(Object.entries({ ...tag, bleNo: 3, bleName: false }).reverse());
    expect(decoded([reordered])).toMatchObject({ heard: [{ index: 0, beaconIds: TAG_IDS }], refused: [] });
    expect(decoded([reordered])).not.toHaveProperty('gatewayHardwareId');
  });

  it('may name a device twice: both count', () => {
    expect(decoded([header, tag, { ...tag, rssi: -70 }]).heard.map(({ rssiDbm }) => rssiDbm)).toEqual([
      -61, -70,
    ]);
  });

  it('leads unknown devices by their packet, and by their address alone where there is none', () => {
    const unknown = {
      ...tag,
      type: 'Unknown',
      rawData: '0201061AFF4C000215F7826DA64FA24E988024BC5B71E0893E0007FFFFC5',
    };
    const { heard } = decoded([
      unknown,
      { ...unknown, rawData: '' },
      { ...unknown, rawData: 'zz' },
      { ...tag, type: 'S1' },
    ]);
    expect(heard.map(({ beaconIds }) => beaconIds)).toEqual([
      TAG_IDS,
      ...Array<string[]>(3).fill(['mac:c3000012ab34']),
    ]);
    expect(heard[0]?.measuredPowerDbm).toBe(-59);
  });

  it('of an iBeacon without its fields is led by the packet, or by the address', () => {
    const { ibeaconUuid: _u, ibeaconMajor: _ma, ibeaconMinor: _mi, ...bare } = tag;
    const rawData = '0201061AFF4C000215F7826DA64FA24E988024BC5B71E0893E0007FFFFC5';
    expect(decoded([{ ...bare, rawData }, bare])).toMatchObject({
      heard: [{ beaconIds: TAG_IDS, measuredPowerDbm: -59 }, { beaconIds: ['mac:c3000012ab34'] }],
      refused: [],
    });
  });

  it.each([
    ['seconds', 1_795_341_600, 1_795_341_600_000],
    ['milliseconds', 1_795_341_600_250, 1_795_341_600_250],
    ['digits', '1795341600', 1_795_341_600_000],
    ['ISO without fraction', '2026-11-22T10:00:00Z', Date.parse('2026-11-22T10:00:00Z')],
    ['ISO with an offset', '2026-11-22T12:00:00+02:00', Date.parse('2026-11-22T10:00:00Z')],
    ['nothing', undefined, undefined],
    ['null', null, undefined],
  ])('tells the time as %s', (_, timestamp, observedAt) => {
    expect(decoded([{ ...tag, timestamp }]).heard[0]?.observedAt).toBe(observedAt);
  });

  it('in JSON-RAW names the gateway and devices by their address', () => {
    const row = { mac: tag.mac, no: 37, rssi: -60, timestamp: '2026-11-22T10:00:00Z' };
    const { gatewayHardwareId, heard } = decoded([{ gateway: 'AC233FC0AA01', locator: {} }, row]);
    expect(gatewayHardwareId).toBe('AC233FC0AA01');
    expect(heard).toMatchObject([{ index: 1, beaconIds: ['mac:c3000012ab34'], rssiDbm: -60 }]);
  });

  it('tells the battery of a tag where it is known', () => {
    expect(decoded([{ ...tag, battery: 87 }, tag]).telemetry).toEqual([
      { beaconIds: TAG_IDS, batteryPercent: 87 },
    ]);
  });

  it('may write its numbers as text', () => {
    const numbers = ['rssi', 'ibeaconMajor', 'ibeaconMinor', 'ibeaconTxPower', 'battery'] as const;
    const asText = Object.fromEntries(numbers.map((field) => [field, String(tag[field])]));
    expect(decoded([header, { ...tag, ...asText }])).toEqual(decoded([header, tag]));
    expect(decoded([{ ...tag, battery: '87' }]).telemetry).toMatchObject([{ batteryPercent: 87 }]);
  });

  it('that puts a battery where the power belongs leaves the power unknown', () => {
    expect(decoded([{ ...tag, ibeaconTxPower: 100 }]).heard[0]).not.toHaveProperty('measuredPowerDbm');
  });

  it.each([
    ['no object', 7, 'wrong-type'],
    ['no address', { ...tag, mac: undefined }, 'required'],
    ['another address', { ...tag, mac: 'C30000' }, 'invalid-format'],
    ['no level', { ...tag, rssi: undefined }, 'required'],
    ['a level in words', { ...tag, rssi: 'loud' }, 'wrong-type'],
    ['an unknown level', { ...tag, rssi: 127 }, 'rssi-unknown'],
    ['a level above all others', { ...tag, rssi: 12 }, 'out-of-range'],
    ['a time of no zone', { ...tag, timestamp: '2026-11-22 10:00:00' }, 'invalid-format'],
    ['half a UUID', { ...tag, ibeaconUuid: 'F782' }, 'invalid-format'],
    ['a major above 16 bits', { ...tag, ibeaconMajor: 65536 }, 'invalid-format'],
  ])('names a row with %s and keeps the others', (_, row, code) => {
    const { heard, refused } = decoded([header, row, tag]);
    expect(refused).toMatchObject([{ index: 1, code }]);
    expect(heard).toMatchObject([{ index: 2 }]);
  });

  it.each([
    ['no JSON', '[{"timestamp":', 'malformed-json'],
    ['nothing', '', 'malformed-json'],
    ['a recorder’s wrapper', { topic: '/gw/status', payload: [header, tag] }, 'malformed-payload'],
    ['more rows than a gateway hears', Array(10_001).fill(0), 'malformed-payload'],
  ])('of %s cannot be read', (_, payload, why) => {
    expect(decode(payload)).toMatchObject({ ok: false, why });
  });

  it('of any bytes and of any JSON is decoded or refused, never a fault', () => {
    const row = fc.record(
      {
        type: fc.oneof(fc.constantFrom('iBeacon', 'Unknown', 'Gateway'), fc.jsonValue()),
        mac: fc.oneof(fc.constant(tag.mac), fc.jsonValue()),
        rssi: fc.oneof(fc.integer({ min: -130, max: 130 }), fc.jsonValue()),
        timestamp: fc.oneof(fc.double(), fc.string(), fc.jsonValue()),
        rawData: fc.oneof(fc.stringMatching(/^[0-9A-F]*$/), fc.jsonValue()),
        ibeaconUuid: fc.oneof(fc.constant(tag.ibeaconUuid), fc.jsonValue()),
        ibeaconMajor: fc.oneof(fc.nat(70_000), fc.jsonValue()),
        ibeaconMinor: fc.oneof(fc.nat(70_000), fc.jsonValue()),
        ibeaconTxPower: fc.jsonValue(),
      },
      { requiredKeys: [] },
    );
    const rows = fc.array(fc.oneof(row, fc.jsonValue()), { maxLength: 8 });
    fc.assert(
      fc.property(rows, (list) => {
        const { heard, refused } = decoded(list);
        const headers = list.filter((each) => (each as { type?: unknown } | null)?.type === 'Gateway');
        expect(heard.length + refused.length).toBe(list.length - headers.length);
        for (const { beaconIds, rssiDbm } of heard) {
          expect(beaconIds.at(-1)).toMatch(/^mac:[0-9a-f]{12}$/);
          expect(rssiDbm).toBeGreaterThanOrEqual(-127);
          expect(rssiDbm).toBeLessThan(0);
        }
      }),
    );
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => void minew.decode(Buffer.from(bytes), { receivedAt: 0 })),
    );
    fc.assert(fc.property(fc.json(), (text) => void decode(text)));
  });
});

const captures = path.join(
  process.env['AISLECUE_SHARED'] ?? path.resolve('../shared'),
  'data/gateways/minew',
);
const captured = existsSync(captures) ? readdirSync(captures) : [];
const describeCaptures = captured.length > 0 ? describe : describe.skip;

describeCaptures('captured Minew payloads (skipped where ../shared is not there)', () => {
  it.each(captured)('%s is decoded to its last row', (file) => {
    const recorded = JSON.parse(readFileSync(path.join(captures, file), 'utf8')) as
      object[] | { payload: object[] };
    const rows = Array.isArray(recorded) ? recorded : recorded.payload;
    const { heard, refused, gatewayHardwareId } = decoded(rows);
    expect(refused).toEqual([]);
    expect(heard).toHaveLength(rows.length - (gatewayHardwareId === undefined ? 0 : 1));
    const told = rows.filter((row) => 'ibeaconUuid' in row).length;
    expect(heard.filter(({ beaconIds }) => beaconIds[0]?.startsWith('ibeacon:'))).toHaveLength(told);
  });
});
