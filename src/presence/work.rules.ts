import type { Instant, StoreId } from '../shared/index.js';
import type { CheckIn, Sighting } from '../sightings/index.js';
import type { StoreLayout } from '../stores/index.js';
import type { PresenceChange } from './changes.js';
import type { Fix } from './location/calibration.rules.js';
import { advance, checkIn, type Advanced } from './presence.rules.js';
import type { Presence } from './state.js';
import type { PresenceContext } from './visit.rules.js';

/** What waits to be worked into one shopper's presence. With nothing in it, it is a look for absence. */
export interface Work {
  sightings: Sighting[];
  checkIns: CheckIn[];
  /** The shopper may no longer be sensed: end the presence without a word. */
  forget: boolean;
  /** What came in of a visit under way, and waited: where that is over meanwhile, nothing begins anew by it. */
  onlyIfPresent: boolean;
}

/** A store as presence needs it. */
export interface Place {
  layout: StoreLayout;
  context: PresenceContext;
}

// A process may hear of a store a moment after the others.
const UNKNOWN_STORE_MS = 30_000;

/** No work but a look whether the shopper is still there. */
export function isLook({ sightings, checkIns, forget }: Work): boolean {
  return sightings.length === 0 && checkIns.length === 0 && !forget;
}

/**
 * Works all of it in: sightings store by store in the order of their times, then check-ins, or else the mere passing of
 * time. What comes from stores that `placeOf` does not know is left out.
 */
export function workIn(
  presence: Presence | undefined,
  work: Work,
  now: Instant,
  placeOf: (storeId: StoreId) => Place | undefined,
): Advanced {
  if (work.forget)
    return { presence: undefined, changes: [], fixes: [], impossible: 0, nextLookAt: undefined };
  let present = presence;
  let nextLookAt = presence && now + UNKNOWN_STORE_MS;
  const changes: PresenceChange[] = [];
  const fixes: Fix[] = [];
  let impossible = 0;
  const step = (storeId: StoreId, take: (place: Place) => Advanced): void => {
    const place = placeOf(storeId);
    if (place === undefined) return;
    const taken = take(place);
    present = taken.presence;
    nextLookAt = taken.nextLookAt;
    changes.push(...taken.changes);
    fixes.push(...taken.fixes);
    impossible += taken.impossible;
  };
  const sightings = work.onlyIfPresent && presence === undefined ? [] : work.sightings;
  for (const [storeId, heard] of byStore(sightings)) {
    step(storeId, ({ layout, context }) => advance(present, heard, layout, now, context));
  }
  for (const checkin of work.checkIns) {
    step(checkin.storeId, ({ layout, context }) => checkIn(present, checkin, layout, now, context));
  }
  if (presence !== undefined && isLook(work)) {
    step(presence.storeId, ({ layout, context }) => advance(present, [], layout, now, context));
  }
  return { presence: present, changes, fixes, impossible, nextLookAt };
}

/** Stores in the order in which each was first heard. */
function byStore(sightings: readonly Sighting[]): Iterable<[StoreId, readonly Sighting[]]> {
  const [first] = sightings;
  if (first === undefined) return [];
  if (sightings.every(({ storeId }) => storeId === first.storeId)) return [[first.storeId, sightings]];
  const stores = new Map<StoreId, Sighting[]>();
  for (const sighting of sightings.toSorted((a, b) => a.observedAt - b.observedAt)) {
    const heard = stores.get(sighting.storeId);
    if (heard === undefined) stores.set(sighting.storeId, [sighting]);
    else heard.push(sighting);
  }
  return stores;
}
