import fc from 'fast-check';
import type { Sighting } from '../../sightings/index.js';
import { packed, unpacked } from './packed-sightings.js';

const at = fc.integer({ min: 1.7e12, max: 1.9e12 });
const name = fc.string({ minLength: 1, maxLength: 40 });
const level = fc.integer({ min: -12_700, max: -100 }).map((parts) => parts / 100);
const anchor = fc.oneof(
  fc.record({ kind: fc.constant('gateway' as const), gatewayId: name }),
  fc.record({ kind: fc.constant('beacon' as const), beaconId: name }),
);
const sighting = fc
  .record(
    {
      shopperId: name,
      storeId: name,
      anchor,
      rssiDbm: level,
      measuredPowerDbm: level,
      observedAt: at,
      receivedAt: at,
    },
    { requiredKeys: ['shopperId', 'storeId', 'anchor', 'rssiDbm', 'observedAt', 'receivedAt'] },
  )
  .map((each) => each as unknown as Omit<Sighting, 'sightingId'>);

describe('packed sightings', () => {
  it('are read as they were written, but for their ids', () => {
    fc.assert(
      fc.property(fc.array(sighting), (sightings) => {
        const written = sightings.map((each, place) => ({ ...each, sightingId: String(place) }));
        const read = unpacked(packed(written)).map(({ sightingId: _, ...each }) => each);
        expect(read).toEqual(sightings);
      }),
    );
  });

  it('of another format are none', () => {
    expect(unpacked(Buffer.from('{"of":"another build"}'))).toEqual([]);
  });
});
