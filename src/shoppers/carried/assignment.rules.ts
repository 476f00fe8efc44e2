import type { BeaconId, ShopperId } from '../../shared/index.js';

/** A tag named with the shopper, rather than one that a device of theirs advertises. */
export const PROFILE = 'profile';

export interface Carried {
  beaconId: BeaconId;
  shopperId: ShopperId;
  /** `profile`, or the device that advertises it. */
  source: string;
}

/** From now on the shopper carries exactly these from this source. */
export interface Claim {
  shopperId: ShopperId;
  source: string;
  beaconIds: readonly BeaconId[];
}

/** What must be written: beacons nobody carries any more, and those with a new carrier or source. */
export interface CarrierChange {
  released: BeaconId[];
  taken: Carried[];
}

/** The source of a device's own advertising; the prefix keeps a device called `profile` apart. */
export function deviceSource(deviceId: string): string {
  return `device:${deviceId}`;
}

/**
 * Works claims off in their order. One that names a beacon carried by another shopper at that moment is refused
 * as a whole; the others stand. A tag named with the profile belongs to the profile, also where the shopper's
 * own device advertises it.
 *
 * @returns the change, and for each refused claim, by its place, the beacon that was taken
 */
export function assign(
  claims: readonly Claim[],
  carriedNow: readonly Carried[],
): { change: CarrierChange; refused: Map<number, BeaconId> } {
  const before = new Map(carriedNow.map((carried) => [carried.beaconId, carried]));
  const after = new Map(before);
  const refused = new Map<number, BeaconId>();
  claims.forEach((claim, index) => {
    const { shopperId, source, beaconIds } = claim;
    const taken = beaconIds.find((beaconId) => (after.get(beaconId)?.shopperId ?? shopperId) !== shopperId);
    if (taken !== undefined) {
      refused.set(index, taken);
      return;
    }
    for (const held of [...after.values()]) {
      if (held.shopperId === shopperId && held.source === source) after.delete(held.beaconId);
    }
    for (const beaconId of beaconIds) {
      if (source === PROFILE || !after.has(beaconId)) after.set(beaconId, { beaconId, shopperId, source });
    }
  });
  return { change: difference(before, after), refused };
}

function difference(
  before: ReadonlyMap<BeaconId, Carried>,
  after: ReadonlyMap<BeaconId, Carried>,
): CarrierChange {
  return {
    released: [...before.keys()].filter((beaconId) => !after.has(beaconId)),
    taken: [...after.values()].filter((carried) => {
      const was = before.get(carried.beaconId);
      return was?.shopperId !== carried.shopperId || was.source !== carried.source;
    }),
  };
}
