import { Injectable, type OnModuleInit } from '@nestjs/common';
import { Departures } from '../shoppers/index.js';
import { PresenceService } from './presence.service.js';
import { PresenceTraces } from './presence-traces.store.js';

/** Live presence of somebody who is erased. */
@Injectable()
export class PresenceDeparture implements OnModuleInit {
  constructor(
    private readonly departures: Departures,
    private readonly presence: PresenceService,
    private readonly traces: PresenceTraces,
  ) {}

  onModuleInit(): void {
    this.departures.step('presence', async ({ shopperIds }) => {
      for (const shopperId of shopperIds) {
        // Through this process' own batches first: what waits there must not be written after.
        await this.presence.forget(shopperId);
        await this.traces.erase(shopperId);
      }
    });
  }
}
