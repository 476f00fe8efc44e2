import type { BeaconId, ShopperId } from '../../shared/index.js';
import { HELD_MS, heldField, KNOWN_MS, knownField, readField, shardOf, SHARDS } from './carriers.rules.js';

const ada = 'shop:ada' as ShopperId;

describe('an identity in Redis', () => {
  it('is known until its time is over', () => {
    const field = knownField(ada, 1_000);
    expect(readField(field, 1_000)).toEqual({ kind: 'known', shopperId: ada });
    expect(readField(field, 1_000 + KNOWN_MS)).toEqual({ kind: 'unknown' });
  });

  it('is held while it changes', () => {
    expect(readField(heldField(1_000), 1_001)).toEqual({ kind: 'held' });
    expect(readField(heldField(1_000), 1_000 + HELD_MS)).toEqual({ kind: 'unknown' });
  });

  it.each([null, undefined, '', 'nonsense', '99999999999999'])('is unknown when the field is %p', (field) => {
    expect(readField(field, 1_000)).toEqual({ kind: 'unknown' });
  });

  it('lies in one of the shards, always the same', () => {
    const beacon = 'mac:0123456789ab' as BeaconId;
    expect(shardOf(beacon)).toBe(shardOf(beacon));
    expect(shardOf(beacon)).toBeLessThan(SHARDS);
  });
});
