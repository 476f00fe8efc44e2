import type { ShopperId } from '../../shared/index.js';
import type { Sighting } from '../../sightings/index.js';
import { Deferred } from './deferred.js';

const [ada, bob] = ['ada', 'bob'] as ShopperId[] as [ShopperId, ShopperId];
const heard = (sightingId: string): Sighting => ({ sightingId }) as unknown as Sighting;

describe('what waits', () => {
  it('is gathered by shopper since the first, and taken once', () => {
    const deferred = new Deferred();
    deferred.add(ada, { sightings: [heard('1')], since: 10 });
    deferred.add(ada, { sightings: [heard('2')], since: 20 });
    expect(deferred.sightings).toBe(2);
    expect(deferred.take(ada)).toEqual({ sightings: [heard('1'), heard('2')], since: 10 });
    expect(deferred.take(ada)).toBeUndefined();
    expect(deferred.sightings).toBe(0);
  });

  it('is due when it has waited long enough', () => {
    const deferred = new Deferred();
    deferred.add(ada, { sightings: [heard('1')], since: 10 });
    deferred.add(bob, { sightings: [heard('2')], since: 20 });
    expect([...deferred.takeSince(19).keys()]).toEqual([ada]);
    expect(deferred.has(ada)).toBe(false);
    expect(deferred.shopperIds).toEqual([bob]);
  });

  it('waits since when it came, also where it was put back', () => {
    const deferred = new Deferred();
    expect(deferred.oldest).toBe(Infinity);
    deferred.add(ada, { sightings: [heard('1')], since: 10 });
    const taken = deferred.take(ada)!;
    deferred.add(bob, { sightings: [heard('2')], since: 20 });
    deferred.add(ada, taken);
    expect(deferred.oldest).toBe(10);
  });
});
