import { Injectable } from '@nestjs/common';
import { Clock, Outbox, Published, type Queryable } from '../platform/index.js';
import type { OfferId } from '../shared/index.js';

/** The published document that every change of an offer raises. */
export const OFFERS = 'offers';

/** What others must hear of a changed offer. */
@Injectable()
export class OfferAnnouncements {
  constructor(
    private readonly outbox: Outbox,
    private readonly published: Published,
    private readonly clock: Clock,
  ) {}

  /** In the transaction that stops it: open deliveries are withdrawn, also when this process dies now. */
  async stopped(tx: Queryable, offerId: OfferId): Promise<void> {
    await this.outbox.write(tx, [{ id: this.clock.newId(), event: 'offer.stopped', payload: { offerId } }]);
  }

  /** After the commit. */
  async made(): Promise<void> {
    this.outbox.filled();
    await this.published.announce(OFFERS);
  }
}
