import type { BeaconId, StoreId } from '../../shared/index.js';
import { Suspects } from './suspects.js';

const store = (n: number): StoreId => `s${n}` as StoreId;
const eid = (n: number): BeaconId => `eid:${n.toString(16).padStart(16, '0')}` as BeaconId;
const HOUR_MS = 3_600_000;

function hear(suspects: Suspects, at: StoreId, what: BeaconId, times: number, from = 0): void {
  for (let time = 0; time < times; time += 1) suspects.heard(at, what, from + time * 1_000);
}

describe('identifiers that nobody is known to make', () => {
  it('are worth a search once a store has heard them three times, a second apart', () => {
    const suspects = new Suspects();
    for (let ms = 0; ms < 900; ms += 1) suspects.heard(store(1), eid(1), ms);
    hear(suspects, store(1), eid(2), 2);
    expect(suspects.next(0)).toBeUndefined();
    hear(suspects, store(1), eid(1), 3);
    expect(suspects.next(0)).toEqual({ storeId: 's1', eids: [eid(1)] });
  });

  it('are given out once in an hour, however often they are heard', () => {
    const suspects = new Suspects();
    hear(suspects, store(1), eid(1), 3);
    expect(suspects.next(5_000)?.eids).toEqual([eid(1)]);
    hear(suspects, store(1), eid(1), 100, 6_000);
    expect(suspects.next(200_000)).toBeUndefined();
    hear(suspects, store(1), eid(1), 3, 5_000 + HOUR_MS);
    expect(suspects.next(10_000 + HOUR_MS)?.eids).toEqual([eid(1)]);
  });

  it('of one store do not keep those of another waiting', () => {
    const suspects = new Suspects();
    hear(suspects, store(1), eid(1), 3);
    hear(suspects, store(2), eid(2), 3);
    expect(suspects.next(0)?.storeId).toBe('s1');
    hear(suspects, store(1), eid(3), 3);
    expect(suspects.next(0)?.storeId).toBe('s2');
    expect(suspects.next(0)?.storeId).toBe('s1');
  });

  it('are bounded for a store, the oldest going first', () => {
    const suspects = new Suspects();
    for (let n = 0; n < 1_000; n += 1) hear(suspects, store(1), eid(n), 3);
    const eids = suspects.next(0)?.eids;
    expect(eids).toHaveLength(64);
    expect(eids?.at(-1)).toBe(eid(999));
  });
});
