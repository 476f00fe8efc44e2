import fc from 'fast-check';
import type { BeaconId, ShopperId } from '../../shared/index.js';
import { assign, deviceSource, PROFILE, type Carried, type Claim } from './assignment.rules.js';

const tag = (name: string): BeaconId => name as BeaconId;
const carried = (beaconId: string, shopperId: string, source = PROFILE): Carried => ({
  beaconId: tag(beaconId),
  shopperId: shopperId as ShopperId,
  source,
});
const claim = (shopperId: string, beaconIds: string[], source = PROFILE): Claim => ({
  shopperId: shopperId as ShopperId,
  source,
  beaconIds: beaconIds.map(tag),
});

describe('claims to carried beacons', () => {
  it('replace what the shopper carried from that source, and nothing else', () => {
    const now = [carried('old', 'ada'), carried('keep', 'ada'), carried('phone', 'ada', 'device:p')];
    expect(assign([claim('ada', ['keep', 'new'])], now).change).toEqual({
      released: ['old'],
      taken: [carried('new', 'ada')],
    });
  });

  it('are refused as a whole when another carries one of them', () => {
    const { change, refused } = assign([claim('ada', ['free', 'bobs'])], [carried('bobs', 'bob')]);
    expect(change).toEqual({ released: [], taken: [] });
    expect(refused).toEqual(new Map([[0, 'bobs']]));
  });

  it('are worked off in order: what one lays down the next may take', () => {
    const now = [carried('fob', 'ada')];
    expect(assign([claim('ada', []), claim('bob', ['fob'])], now).change).toEqual({
      released: [],
      taken: [carried('fob', 'bob')],
    });
    expect(assign([claim('bob', ['fob']), claim('ada', [])], now).refused.size).toBe(1);
  });

  it('of the profile win over those of the own device, and not the other way round', () => {
    const device = deviceSource('p');
    const profile = assign([claim('ada', ['tag'])], [carried('tag', 'ada', device)]);
    expect(profile.change.taken).toEqual([carried('tag', 'ada')]);
    expect(assign([claim('ada', ['tag'], device)], [carried('tag', 'ada')]).change.taken).toEqual([]);
  });

  it('leave a beacon with one shopper, and repeated change nothing more', () => {
    const name = fc.constantFrom('a', 'b', 'c', 'd');
    const claims = fc.array(
      fc.record({ who: fc.constantFrom('ada', 'bob'), what: fc.uniqueArray(name, { maxLength: 3 }) }),
      { minLength: 1, maxLength: 1 },
    );
    fc.assert(
      fc.property(claims, fc.uniqueArray(name), (made, bobs) => {
        const now = bobs.map((beaconId) => carried(beaconId, 'bob'));
        const asked = made.map(({ who, what }) => claim(who, what));
        const { change } = assign(asked, now);
        const gone = new Set([...change.released, ...change.taken.map(({ beaconId }) => beaconId)]);
        const after = [...now.filter(({ beaconId }) => !gone.has(beaconId)), ...change.taken];
        expect(assign(asked, after).change).toEqual({ released: [], taken: [] });
      }),
    );
  });
});
