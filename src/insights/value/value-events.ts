import { Injectable, type OnModuleInit } from '@nestjs/common';
import { Bus, Clock, Outbox } from '../../platform/index.js';
import { LifetimeValues } from './lifetime-values.service.js';

/** Has each recorded purchase counted in the shopper's value, and the value gone with the consent to `profiling`. */
@Injectable()
export class ValueEvents implements OnModuleInit {
  constructor(
    private readonly values: LifetimeValues,
    private readonly outbox: Outbox,
    private readonly bus: Bus,
    private readonly clock: Clock,
  ) {}

  onModuleInit(): void {
    this.outbox.handle('purchase.recorded', async ({ shopperId }) => {
      await this.values.settle([shopperId], this.clock.now());
      this.bus.emit('shopper.changed', { shopperId });
      return 'done';
    });
    this.outbox.handle('consent.withdrawn', async ({ shopperId, purpose }) => {
      if (purpose === 'profiling') await this.values.settle([shopperId], this.clock.now());
      return 'done';
    });
  }
}
