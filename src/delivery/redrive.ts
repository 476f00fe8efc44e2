import { Injectable } from '@nestjs/common';
import { Clock, type Handled } from '../platform/index.js';
import type { DurableEvents } from '../shared/index.js';
import { DeliveriesRepository, type Delivery } from './deliveries.repository.js';
import { PushJobs } from './push/push-jobs.js';
import { Receipts } from './receipts.js';
import { Phones, type Reached } from './sockets/phones.js';

/** Drives again what no app has acknowledged: whoever granted it died, or lost Redis, or found nobody. */
@Injectable()
export class Redrive {
  constructor(
    private readonly repository: DeliveriesRepository,
    private readonly phones: Phones,
    private readonly receipts: Receipts,
    private readonly pushes: PushJobs,
    private readonly clock: Clock,
  ) {}

  /**
   * Handles `offer.granted`, due when whoever granted it has had its time to deliver. What went out to a socket is
   * not sent there again: an app that lost it with its connection is greeted with it when it comes back. The event
   * stays until the push is over too.
   */
  async granted({ deliveryId }: DurableEvents['offer.granted']): Promise<Handled> {
    const delivery = await this.repository.find(deliveryId);
    if (delivery === undefined || delivery.closedAt !== null || delivery.acknowledgedAt !== null)
      return 'done';
    if (this.clock.now() >= delivery.expiresAt) return 'done';
    if (delivery.emittedAt === null && (await this.#emit(delivery)) === 'acknowledged') return 'done';
    return this.pushes.ensure(deliveryId, this.clock.now());
  }

  async #emit({ deliveryId, shopperId, offer, patienceMs }: Delivery): Promise<Reached> {
    const emittedAt = this.clock.now();
    const reached = await this.phones.offer(shopperId, offer, patienceMs);
    if (reached === 'nobody') return reached;
    const acknowledgedAt = reached === 'acknowledged' ? this.clock.now() : undefined;
    this.receipts.add({ deliveryId, emittedAt, acknowledgedAt });
    return reached;
  }
}
