import { Injectable } from '@nestjs/common';
import { Log } from '../platform/index.js';
import type { BeaconId, ShopperId, StoreId } from '../shared/index.js';
import { CarriedBeacons } from './carried/carried-beacons.js';
import { BeaconClocks } from './rotating/beacon-clocks.js';
import { EidTable, isEid } from './rotating/eid-table.js';
import { WiderSearch } from './rotating/wider-search.js';

/** What a store heard, and what came of it. */
export interface HeardInStore {
  storeId: StoreId;
  beaconIds: Iterable<BeaconId>;
  carriers: ReadonlyMap<BeaconId, ShopperId>;
  mayBeLocated: Pick<ReadonlySet<ShopperId>, 'has'>;
}

/** From what a gateway hears to the shopper: beacons that keep their name, and those that change it. */
@Injectable()
export class Recognition {
  constructor(
    private readonly carried: CarriedBeacons,
    private readonly table: EidTable,
    private readonly clocks: BeaconClocks,
    private readonly search: WiderSearch,
    private readonly log: Log,
  ) {}

  /**
   * Who carries these beacons; one that nobody carries is missing. An `eid:` that a registered key makes now is that
   * key's, whoever else names it; any other is looked up as it stands.
   */
  async shopperOf(beaconIds: readonly BeaconId[]): Promise<Map<BeaconId, ShopperId>> {
    const eids = beaconIds.filter(isEid);
    if (eids.length === 0) return this.carried.shopperOf(beaconIds);
    const entries = await this.table.find(eids);
    const nameOf = (beaconId: BeaconId): BeaconId => entries.get(beaconId)?.name ?? beaconId;
    const carriers = await this.carried.shopperOf(beaconIds.map(nameOf));
    const shoppers = new Map<BeaconId, ShopperId>();
    for (const beaconId of beaconIds) {
      const shopperId = carriers.get(nameOf(beaconId));
      if (shopperId !== undefined) shoppers.set(beaconId, shopperId);
    }
    return shoppers;
  }

  /**
   * Takes from what was heard what it teaches of the clocks of rotating identities: of shoppers who may be located, and
   * of what nobody is known to carry. In the background; never waits, never fails.
   */
  learn({ storeId, beaconIds, carriers, mayBeLocated }: HeardInStore): void {
    const known: BeaconId[] = [];
    const unknown: BeaconId[] = [];
    for (const beaconId of beaconIds) {
      if (!isEid(beaconId)) continue;
      const shopperId = carriers.get(beaconId);
      if (shopperId === undefined) unknown.push(beaconId);
      else if (mayBeLocated.has(shopperId)) known.push(beaconId);
    }
    if (unknown.length > 0) this.search.suspect(storeId, unknown);
    if (known.length === 0) return;
    this.table.find(known).then(
      (entries) => this.clocks.note(storeId, entries.values()),
      (error: unknown) => this.log.debug({ event: 'beacon-clocks.unnoted', error }),
    );
  }
}
