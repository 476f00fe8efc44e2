import fc from 'fast-check';
import { batch, readBatch } from './sightings.dto.js';

const beaconId = 'mac:c3000012ab34';
const good = { gatewayId: 'g1', beaconId, rssiDbm: -60, observedAt: '2026-11-22T10:00:00.250Z' };
const codesOf = (...sightings: unknown[]): string[] =>
  readBatch({ sightings }).rejected.map(({ code }) => code);
const problemOf = (body: unknown): unknown => {
  try {
    return readBatch(body);
  } catch (problem) {
    return problem;
  }
};

describe('a body of sightings', () => {
  it('is read with its times as instants', () => {
    const {
      sentAt,
      good: items,
      rejected,
    } = readBatch({ sentAt: '2026-11-22T10:00:01Z', sightings: [good] });
    expect(sentAt).toBe(Date.parse('2026-11-22T10:00:01Z'));
    expect(items).toEqual([{ index: 0, ...good, observedAt: Date.parse(good.observedAt) }]);
    expect(rejected).toEqual([]);
    expect(readBatch({ sightings: [] })).toEqual({ good: [], rejected: [] });
  });

  it('keeps the good items and names the bad ones by place', () => {
    const { good: items, rejected } = readBatch({ sightings: [good, 7, { ...good, beaconId: 'x' }, good] });
    expect(items.map(({ index }) => index)).toEqual([0, 3]);
    expect(items[1]?.observedAt).toBe(Date.parse(good.observedAt));
    expect(rejected).toMatchObject([
      { index: 1, code: 'wrong-type' },
      { index: 2, code: 'invalid-format' },
    ]);
  });

  it.each([
    ['no level', { rssiDbm: undefined }, 'required'],
    ['a level in words', { rssiDbm: '-60' }, 'wrong-type'],
    ['the level that iOS gives for unknown', { rssiDbm: 0 }, 'rssi-unknown'],
    ['the level that Bluetooth gives for unknown', { rssiDbm: 127 }, 'rssi-unknown'],
    ['a positive level', { rssiDbm: 12 }, 'out-of-range'],
    ['a level below all radios', { rssiDbm: -128 }, 'out-of-range'],
    ['no beacon', { beaconId: undefined }, 'required'],
    ['a beacon in upper case', { beaconId: 'mac:C3000012AB34' }, 'invalid-format'],
    ['a time without zone', { observedAt: '2026-11-22T10:00:00' }, 'invalid-format'],
    ['a time as a number', { observedAt: 1_795_341_600 }, 'wrong-type'],
    ['a field nobody knows', { rssi: -60 }, 'unknown-field'],
  ])('refuses an item with %s', (_, over, code) => {
    expect(codesOf({ ...good, ...over })).toEqual([code]);
  });

  it.each([
    ['a list', [good], 'invalid-request'],
    ['nothing', undefined, 'invalid-request'],
    ['no sightings', {}, 'invalid-request'],
    ['a field nobody knows', { sightings: [], gatewayId: 'g1' }, 'unknown-field'],
    ['a time of sending that is none', { sentAt: 'now', sightings: [] }, 'invalid-request'],
    ['too many', { sightings: Array(1_001).fill(good) }, 'too-many-items'],
  ])('is refused as a whole when it is %s', (_, body, code) => {
    expect(problemOf(body)).toMatchObject({ status: 400, code });
  });

  it('is judged alike by the quick check and by the slow one', () => {
    const odd = fc.oneof(fc.jsonValue(), fc.string(), fc.double(), fc.constant(undefined));
    const item = fc.record(
      {
        sightingId: fc.oneof(fc.string({ unit: 'grapheme' }), odd),
        gatewayId: fc.oneof(fc.constantFrom('g1', 'g 1'), odd),
        beaconId: fc.oneof(fc.constantFrom(beaconId, 'eid:0102030405060708', 'mac:xyz'), odd),
        rssiDbm: fc.oneof(fc.integer({ min: -130, max: 3 }), odd),
        measuredPowerDbm: fc.oneof(fc.integer({ min: -130, max: 130 }), odd),
        observedAt: fc.oneof(fc.constantFrom(good.observedAt, '2026-02-30T10:00:00Z'), odd),
        extra: odd,
      },
      { requiredKeys: ['beaconId', 'rssiDbm'] },
    );
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.constant(good), item), { maxLength: 3 }), (sightings) => {
        const body = JSON.parse(JSON.stringify({ sightings })) as { sightings: unknown[] };
        const { good: items, rejected } = readBatch(body);
        expect(rejected.length === 0).toBe(batch.safeParse(body).success);
        expect(items.length + rejected.length).toBe(body.sightings.length);
      }),
    );
  });
});
