import { Injectable } from '@nestjs/common';
import type { Queryable } from '../../platform/index.js';
import type { ShopperId } from '../../shared/index.js';
import { CarriedBeacons } from '../carried/carried-beacons.js';
import { MergeRepository, type Pair } from './merge.repository.js';
import { Merges } from './merges.js';

/** The steps of a merge: this room's own first, then those that others gave. */
@Injectable()
export class OwnRows {
  constructor(
    private readonly repository: MergeRepository,
    private readonly carried: CarriedBeacons,
    private readonly merges: Merges,
  ) {}

  async move(tx: Queryable, pair: Pair): Promise<Record<string, number>> {
    return {
      purchases: await this.repository.purchases(tx, pair),
      interactions: await this.repository.interactions(tx, pair),
      devices: await this.repository.devices(tx, pair),
      beacons: await this.carried.handOver(tx, pair),
      profiles: await this.repository.profile(tx, pair),
      ...(await this.merges.run(tx, pair)),
    };
  }

  /** After the commit: every process asks anew who carries what. */
  announceBeacons(of: ShopperId): Promise<void> {
    return this.carried.announceAllOf(of);
  }
}
