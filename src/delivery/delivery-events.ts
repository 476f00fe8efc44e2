import { Injectable, type OnModuleInit } from '@nestjs/common';
import { Outbox } from '../platform/index.js';
import { Retractions } from './push/retractions.service.js';
import { Redrive } from './redrive.js';
import { Withdrawals } from './withdrawals.service.js';

/** The durable events that this room handles. */
@Injectable()
export class DeliveryEvents implements OnModuleInit {
  constructor(
    private readonly redrive: Redrive,
    private readonly withdrawals: Withdrawals,
    private readonly retractions: Retractions,
    private readonly outbox: Outbox,
  ) {}

  onModuleInit(): void {
    this.outbox.handle('offer.granted', (payload) => this.redrive.granted(payload));
    this.outbox.handle('offer.stopped', (payload) => this.withdrawals.stopped(payload));
    this.outbox.handle('delivery.withdrawn', (payload) => this.retractions.withdrawn(payload));
    this.outbox.handle('presence.ended', (payload) => this.withdrawals.presenceEnded(payload));
  }
}
