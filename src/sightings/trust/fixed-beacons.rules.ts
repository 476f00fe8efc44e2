import type { BeaconId, StoreId } from '../../shared/index.js';
import type { TimedHearing } from '../timing.rules.js';

/** What gateways heard, by what can be made of it. */
export interface Sorted {
  /** May be carried by a shopper. */
  mobile: TimedHearing[];
  /** The store's own fixed beacons: signs of their health, of no shopper. */
  fixed: TimedHearing[];
  /** Fixed beacons of other stores: moved, copied, or a gateway hangs in the wrong shop. They count for nothing. */
  misplaced: TimedHearing[];
}

/**
 * Sorts out the fixed beacons. One that stands in a layout is never a shopper's, also where somebody claims to carry
 * it: whoever did so would be in that shop for ever.
 *
 * @param storeOf where a beacon has its place
 */
export function sortFixed(
  hearings: readonly TimedHearing[],
  storeOf: (beaconId: BeaconId) => StoreId | undefined,
): Sorted {
  const sorted: Sorted = { mobile: [], fixed: [], misplaced: [] };
  for (const hearing of hearings) {
    const place = placeOf(hearing.beaconIds, storeOf);
    if (place === undefined) sorted.mobile.push(hearing);
    else if (place === hearing.storeId) sorted.fixed.push(hearing);
    else sorted.misplaced.push(hearing);
  }
  return sorted;
}

function placeOf(
  beaconIds: readonly BeaconId[],
  storeOf: (beaconId: BeaconId) => StoreId | undefined,
): StoreId | undefined {
  for (const beaconId of beaconIds) {
    const storeId = storeOf(beaconId);
    if (storeId !== undefined) return storeId;
  }
  return undefined;
}
