import fc from 'fast-check';
import type { BeaconId } from '../../shared/index.js';
import { computeEid } from './eid.rules.js';
import { blocksToSearch, offsetOf, REACH_SECONDS, searchKey, sought } from './search.rules.js';

const NOW = 1_800_000_000_000;
const NOW_SECONDS = NOW / 1_000;
const key = Buffer.from('0102030405060708090a111213141516', 'hex');
const heardAt = (rotationExponent: number, beaconSeconds: number): BeaconId =>
  `eid:${computeEid({ key, rotationExponent }, beaconSeconds)}` as BeaconId;

describe('the wider search', () => {
  // Fast rotations have 100,000 identifiers a day: those below 2^4 s are left to the example.
  const exponent = fc.integer({ min: 4, max: 15 });
  const believed = fc.integer({ min: -1_000_000, max: 1_000_000 });

  it('finds a beacon whose clock is off by up to a day, and its clock to half a window', () => {
    const off = fc.integer({ min: -REACH_SECONDS, max: REACH_SECONDS });
    fc.assert(
      fc.property(exponent, believed, off, (rotationExponent, clockOffsetSeconds, offBy) => {
        const trueOffset = clockOffsetSeconds + offBy;
        const eid = heardAt(rotationExponent, NOW_SECONDS + trueOffset);
        const found = searchKey({ key, rotationExponent }, sought([eid]), { now: NOW, clockOffsetSeconds });
        expect(found?.eid).toBe(eid);
        const offset = offsetOf(found?.window ?? 0, rotationExponent, NOW);
        expect(Math.abs(offset - trueOffset)).toBeLessThanOrEqual(2 ** rotationExponent / 2);
      }),
    );
  });

  it('finds none that is off by more than a day and a window', () => {
    const beyond = fc.tuple(fc.constantFrom(-1, 1), fc.integer({ min: 0, max: 1_000_000 }));
    fc.assert(
      fc.property(exponent, believed, beyond, (rotationExponent, clockOffsetSeconds, [side, more]) => {
        const offBy = side * (REACH_SECONDS + 2 ** rotationExponent + more);
        const eid = heardAt(rotationExponent, NOW_SECONDS + clockOffsetSeconds + offBy);
        const found = searchKey({ key, rotationExponent }, sought([eid]), { now: NOW, clockOffsetSeconds });
        expect(found).toBeUndefined();
      }),
    );
  });

  it('finds it among others, also where the identifier changes each second', () => {
    const eid = heardAt(0, NOW_SECONDS - REACH_SECONDS);
    const others = ['eid:0000000000000000', `${eid.slice(0, -8)}00000000`] as BeaconId[];
    const eids = sought([...others, eid]);
    expect(searchKey({ key, rotationExponent: 0 }, eids, { now: NOW, clockOffsetSeconds: 0 })).toEqual({
      eid,
      window: NOW_SECONDS - REACH_SECONDS,
    });
  });

  it('is not led astray by a stranger that begins alike', () => {
    const alike = `${heardAt(10, NOW_SECONDS).slice(0, -8)}00000000` as BeaconId;
    const search = { now: NOW, clockOffsetSeconds: 0 };
    expect(searchKey({ key, rotationExponent: 10 }, sought([alike]), search)).toBeUndefined();
  });

  it.each([
    [0, 172_801],
    [10, 171],
    [15, 7],
  ])('costs a key of 2^%i s %i blocks', (rotationExponent, blocks) => {
    expect(blocksToSearch(rotationExponent)).toBe(blocks);
  });
});
