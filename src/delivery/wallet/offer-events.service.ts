import { Injectable } from '@nestjs/common';
import { Bus, notFound, Outbox, parse } from '../../platform/index.js';
import type { DeliveryId, Instant, ShopperId } from '../../shared/index.js';
import { socketOfferEvent, type OfferEvent } from './wallet.dto.js';
import { WalletRepository } from './wallet.repository.js';

/** What shoppers do with their offers, by HTTP or socket, in any order and as often as it comes. */
@Injectable()
export class OfferEvents {
  constructor(
    private readonly repository: WalletRepository,
    private readonly outbox: Outbox,
    private readonly bus: Bus,
  ) {}

  /** @throws Problem 404 where the shopper has no such delivery */
  async record(
    shopperId: ShopperId,
    deliveryId: DeliveryId,
    { at, ...event }: OfferEvent,
    receivedAt: Instant,
  ): Promise<{ ok: true }> {
    // A phone's clock may be ahead: nothing was done before it could be told.
    const saidAt = at === undefined ? undefined : Math.min(at, receivedAt);
    if (!(await this.repository.recordEvent(shopperId, { ...event, deliveryId, saidAt, receivedAt }))) {
      throw notFound('offer');
    }
    // What was said of it counts in the next decision.
    if (event.type === 'rated') this.bus.emit('shopper.changed', { shopperId });
    await this.outbox.settle([deliveryId]);
    return { ok: true };
  }

  /**
   * @param body as it came, unchecked
   * @throws Problem 400, 404
   */
  recordFromSocket(shopperId: ShopperId, body: unknown, receivedAt: Instant): Promise<{ ok: true }> {
    const { deliveryId, ...event } = parse(socketOfferEvent, body);
    return this.record(shopperId, deliveryId, event, receivedAt);
  }
}
