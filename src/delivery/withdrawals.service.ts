import { Injectable } from '@nestjs/common';
import { Clock, type Handled } from '../platform/index.js';
import type { DurableEvents } from '../shared/index.js';
import { DeliveriesRepository, type Withdrawable } from './deliveries.repository.js';
import { Phones } from './sockets/phones.js';
import type { Withdrawn } from './sockets/protocol.js';

/** As many shoppers as a group commit locks at once. */
const SHOPPERS_AT_ONCE = 200;

/** Takes offers back that are no longer to be had. */
@Injectable()
export class Withdrawals {
  constructor(
    private readonly repository: DeliveriesRepository,
    private readonly phones: Phones,
    private readonly clock: Clock,
  ) {}

  /** Handles `offer.stopped`: nothing open of it remains, opened and saved ones neither, for its coupon is void. */
  stopped({ offerId }: DurableEvents['offer.stopped']): Promise<Handled> {
    return this.#withdraw({ offerId }, 'stopped');
  }

  /** Of offers whose schedule has run out nothing open remains. */
  async ended(): Promise<void> {
    for (const offerId of await this.repository.ended(this.clock.now())) {
      await this.#withdraw({ offerId }, 'ended');
    }
  }

  /** Handles `presence.ended`: of a shopper who may no longer be sensed nothing open remains. */
  presenceEnded({ shopperId }: DurableEvents['presence.ended']): Promise<Handled> {
    return this.#withdraw({ shopperId }, 'consent-withdrawn');
  }

  async #withdraw(what: Withdrawable, reason: Withdrawn['reason']): Promise<Handled> {
    for (;;) {
      const withdrawn = await this.repository.withdraw(what, reason, this.clock.now(), SHOPPERS_AT_ONCE);
      if (withdrawn === undefined) return 'done';
      for (const { shopperId, deliveryId } of withdrawn) {
        this.phones.withdraw(shopperId, { deliveryId, reason });
      }
    }
  }
}
