import { MINUTE_MS, type Instant, type StoreId } from '../../shared/index.js';

export interface TravelParameters {
  /**
   * Nobody gets from one store to another in less. Stores have no coordinates, so it is one time for all: a minute from
   * the last strong hearing in one shop is enough for the next door of a mall, and for no other street. Longer: stops
   * more beacons that are heard or copied in two places; later arrival next door.
   */
  minimumTravelMs: number;
}

export const defaultTravel: TravelParameters = { minimumTravelMs: MINUTE_MS };

/** Where and when a shopper was last known to be. */
export interface Whereabouts {
  storeId: StoreId;
  at: Instant;
}

/**
 * Whether a shopper known in one store can be where something else says.
 *
 * What says so counts: a radio may hear a copied or forgotten tag, or through the wall of the neighbours. A check-in is
 * made by the person, so it is believed, however quick they were; it only has to be the later one.
 *
 * Times may lie in any order. A hearing from before `from.at` in another store contradicts it as well.
 */
export function canHaveTravelled(
  from: Whereabouts,
  to: Whereabouts,
  by: 'sighting' | 'checkin',
  { minimumTravelMs }: TravelParameters = defaultTravel,
): boolean {
  if (from.storeId === to.storeId) return true;
  const travelMs = to.at - from.at;
  return by === 'checkin' ? travelMs >= 0 : travelMs >= minimumTravelMs;
}
