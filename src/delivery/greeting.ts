import { Injectable } from '@nestjs/common';
import type { OfferForApp } from '../decisions/index.js';
import { Clock, Log } from '../platform/index.js';
import { DeliveriesRepository, type Delivery } from './deliveries.repository.js';
import { Receipts } from './receipts.js';
import { Phones } from './sockets/phones.js';
import type { ShopperSocket } from './sockets/protocol.js';

/** What an app that comes in has missed: decided before a crash, or while it was away. */
@Injectable()
export class Greeting {
  constructor(
    private readonly repository: DeliveriesRepository,
    private readonly phones: Phones,
    private readonly receipts: Receipts,
    private readonly clock: Clock,
    private readonly log: Log,
  ) {}

  /** Emits what the shopper still has open and no app has acknowledged, oldest first. Never fails. */
  async greet(socket: ShopperSocket): Promise<void> {
    const emitted = noteOffers(socket);
    try {
      const waiting = await this.repository.unacknowledged(socket.data.shopperId, this.clock.now());
      const missed = waiting.filter(({ deliveryId }) => !emitted.ids.has(deliveryId));
      emitted.stop();
      await Promise.all(missed.map((delivery) => this.#emit(socket, delivery)));
    } catch (error) {
      // Nothing is lost: the wallet has them, and so has the next greeting.
      this.log.warn({ event: 'greeting.failed', error });
    } finally {
      emitted.stop();
    }
  }

  async #emit(socket: ShopperSocket, { deliveryId, offer, expiresAt }: Delivery): Promise<void> {
    const emittedAt = this.clock.now();
    if (emittedAt >= expiresAt || !socket.connected) return;
    const reached = await this.phones.offerTo(socket, offer);
    const acknowledgedAt = reached === 'acknowledged' ? this.clock.now() : undefined;
    this.receipts.add({ deliveryId, emittedAt, acknowledgedAt });
  }
}

/** Which offers go out to the socket by other ways in the meantime: they are not to come twice. */
function noteOffers(socket: ShopperSocket): { ids: ReadonlySet<string>; stop: () => void } {
  const ids = new Set<string>();
  const note = (event: string, offer: OfferForApp): void => {
    if (event === 'offer') ids.add(offer.deliveryId);
  };
  socket.onAnyOutgoing(note);
  return { ids, stop: () => void socket.offAnyOutgoing(note) };
}
