import { MINUTE_MS, SECOND_MS, type BeaconId, type Instant, type StoreId } from '../../shared/index.js';

/** Heard so often, the identifier of a beacon that stays, not of one that passes by. */
const TIMES_HEARD = 3;
const APART_MS = SECOND_MS;
/** Not looked for again so long: by then most beacons have another. */
const LAID_ASIDE_MS = 60 * MINUTE_MS;
const EIDS_A_STORE = 64;
const STORES = 1_000;
const LAID_ASIDE = 20_000;

interface Suspect {
  times: number;
  lastAt: Instant;
}

/**
 * Identifiers that nobody is known to make and that stores hear again and again. Bounded in every direction: the street
 * brings as many strangers as it likes, and each costs one search at most.
 */
export class Suspects {
  readonly #byStore = new Map<StoreId, Map<BeaconId, Suspect>>();
  /** Until when an identifier need not be looked for. */
  readonly #laidAside = new Map<BeaconId, Instant>();

  heard(storeId: StoreId, eid: BeaconId, now: Instant): void {
    if ((this.#laidAside.get(eid) ?? 0) > now) return;
    const suspects = this.#byStore.get(storeId) ?? new Map<BeaconId, Suspect>();
    this.#byStore.set(storeId, suspects);
    const suspect = suspects.get(eid) ?? { times: 0, lastAt: -Infinity };
    if (now - suspect.lastAt >= APART_MS) suspects.set(eid, { times: suspect.times + 1, lastAt: now });
    trim(suspects, EIDS_A_STORE);
    trim(this.#byStore, STORES);
  }

  /** The next store where something is worth a search, and what; it is not given out again. */
  next(now: Instant): { storeId: StoreId; eids: BeaconId[] } | undefined {
    for (const [storeId, suspects] of this.#byStore) {
      const eids = [...suspects].filter(([, { times }]) => times >= TIMES_HEARD).map(([eid]) => eid);
      if (eids.length === 0) continue;
      for (const eid of eids) {
        suspects.delete(eid);
        this.#laidAside.set(eid, now + LAID_ASIDE_MS);
      }
      trim(this.#laidAside, LAID_ASIDE);
      // To the end of the line: a busy store does not keep the others waiting.
      this.#byStore.delete(storeId);
      if (suspects.size > 0) this.#byStore.set(storeId, suspects);
      return { storeId, eids };
    }
    return undefined;
  }
}

/** The longest known go first. */
function trim(map: Map<unknown, unknown>, most: number): void {
  for (const key of map.keys()) {
    if (map.size <= most) return;
    map.delete(key);
  }
}
