import { Injectable, type OnModuleInit } from '@nestjs/common';
import { Bus } from '../../platform/index.js';
import type { BeaconId } from '../../shared/index.js';
import { Departures } from '../../shoppers/index.js';
import { Stores } from '../../stores/index.js';
import { HealthNotes } from './health-notes.service.js';
import { HealthStore } from './health.store.js';

/** What health pages tell of the beacons of somebody who is erased: names of tags, as gateways heard them. */
@Injectable()
export class HealthDeparture implements OnModuleInit {
  constructor(
    private readonly departures: Departures,
    private readonly store: HealthStore,
    private readonly notes: HealthNotes,
    private readonly stores: Stores,
    private readonly bus: Bus,
  ) {}

  onModuleInit(): void {
    // Also of a tag that only changed hands: whose it was heard as is no longer so.
    this.bus.on('beacons.changed', ({ beaconIds }) => this.notes.forget(beaconIds as BeaconId[]));
    this.departures.step('health', async ({ beaconIds }) => {
      if (beaconIds.length === 0) return;
      this.notes.forget(beaconIds);
      for (const { storeId } of this.stores.all()) await this.store.erase(storeId, beaconIds);
    });
  }
}
