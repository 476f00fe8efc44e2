import type { BeaconId, GatewayId, ShopperId, StoreId } from '../../shared/index.js';
import type { Sighting } from '../../sightings/index.js';
import { Deferred } from './deferred.js';

const [ada, bob] = ['ada', 'bob'] as ShopperId[] as [ShopperId, ShopperId];
const at = 1_790_000_000_000;

function heard(rssiDbm: number, shopperId = ada, part: Partial<Sighting> = {}): Sighting {
  return {
    shopperId,
    storeId: 'market' as StoreId,
    anchor: { kind: 'gateway', gatewayId: `gateway${rssiDbm}` as GatewayId },
    rssiDbm,
    observedAt: at + rssiDbm,
    receivedAt: at,
    sightingId: `gateway${rssiDbm}`,
    ...part,
  };
}

const sorted = (sightings: readonly Sighting[] = []): Sighting[] =>
  sightings.toSorted((a, b) => a.rssiDbm - b.rssiDbm);

describe('what waits', () => {
  it('is gathered by shopper since the first, and taken once', () => {
    const deferred = new Deferred();
    const byPhone = heard(-55.5, ada, {
      anchor: { kind: 'beacon', beaconId: 'mac:01' as BeaconId },
      measuredPowerDbm: -59,
      sightingId: 'mac:01',
    });
    deferred.add(ada, [heard(-70), byPhone], 10);
    deferred.add(bob, [heard(-40, bob)], 15);
    deferred.add(ada, [heard(-60)], 20);
    expect(deferred.sightings).toBe(4);
    const taken = deferred.take(ada);
    expect(taken?.since).toBe(10);
    expect(sorted(taken?.sightings)).toEqual([heard(-70), heard(-60), byPhone]);
    expect(deferred.take(ada)).toBeUndefined();
    expect(deferred.sightings).toBe(1);
  });

  it('is due when it has waited long enough', () => {
    const deferred = new Deferred();
    deferred.add(ada, [heard(-70)], 10);
    deferred.add(bob, [heard(-60, bob)], 20);
    expect([...deferred.takeSince(19).keys()]).toEqual([ada]);
    expect(deferred.has(ada)).toBe(false);
    expect(deferred.shopperIds).toEqual([bob]);
  });

  it('is due once, also of who was taken meanwhile and waits again', () => {
    const deferred = new Deferred();
    deferred.add(ada, [heard(-70)], 10);
    deferred.add(bob, [heard(-60, bob)], 20);
    deferred.take(ada);
    deferred.add(ada, [heard(-50)], 30);
    expect([...deferred.takeSince(20).keys()]).toEqual([bob]);
    expect(deferred.takeSince(29).size).toBe(0);
    expect(deferred.takeSince(30).get(ada)?.sightings).toEqual([heard(-50)]);
    expect(deferred.takeSince(Infinity).size).toBe(0);
  });

  it('is due in its time, of however many came and went before', () => {
    const deferred = new Deferred();
    const nameOf = (number: number): ShopperId => `s${number}` as ShopperId;
    const due: (readonly ShopperId[])[] = [];
    for (let number = 0; number < 10_000; number += 1) {
      deferred.add(nameOf(number), [heard(-60, nameOf(number))], number);
      if (number % 4 === 0) deferred.take(nameOf(number));
      due.push([...deferred.takeSince(number - 3).keys()]);
    }
    expect(due).toEqual(due.map((_, number) => (number % 4 === 3 || number < 3 ? [] : [nameOf(number - 3)])));
    expect(deferred.sightings).toBe(3);
  });

  it('waits since when it came, also where it was put back', () => {
    const deferred = new Deferred();
    expect(deferred.oldest).toBe(Infinity);
    deferred.add(ada, [heard(-70)], 10);
    const { sightings, since } = deferred.take(ada)!;
    deferred.add(bob, [heard(-60, bob)], 20);
    deferred.add(ada, [heard(-50)], 30);
    deferred.add(ada, sightings, since);
    expect(deferred.oldest).toBe(10);
    expect(deferred.take(ada)?.sightings).toHaveLength(2);
  });

  it('comes back whole, of however many, while places are given up and taken again', () => {
    const deferred = new Deferred();
    const names = Array.from({ length: 3_000 }, (_, number) => `s${number}` as ShopperId);
    for (const round of [1, 2, 3]) {
      for (const name of names) deferred.add(name, [heard(-round, name), heard(-round - 3, name)], round);
      for (const name of names.filter((_, number) => number % 3 === round - 1)) {
        const expected = Array.from({ length: round }, (_, before) => [-before - 1, -before - 4]).flat();
        expect(sorted(deferred.take(name)?.sightings)).toEqual(
          sorted(expected.map((dbm) => heard(dbm, name))),
        );
      }
    }
    expect(deferred.sightings).toBe(2 * (3 * 3_000 - 1_000 - 2_000 - 3_000));
  });
});
