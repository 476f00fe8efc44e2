import { Injectable, type OnModuleInit } from '@nestjs/common';
import { Bus } from '../../platform/index.js';
import { CarriersStore } from '../carried/carriers.store.js';
import { Departures } from './departures.js';

/** What is remembered of who carries what, and the credentials, sockets and warm views that hang on the shopper. */
@Injectable()
export class CarriersDeparture implements OnModuleInit {
  constructor(
    private readonly departures: Departures,
    private readonly carriers: CarriersStore,
    private readonly bus: Bus,
  ) {}

  onModuleInit(): void {
    this.departures.step('identities', async ({ shopperIds, beaconIds }) => {
      await this.carriers.erase(beaconIds);
      this.bus.emit('beacons.changed', { beaconIds: [...beaconIds] });
      for (const shopperId of shopperIds) {
        this.bus.emit('credential.revoked', { credential: `shopper:${shopperId}` });
        this.bus.emit('shopper.changed', { shopperId });
      }
    });
  }
}
