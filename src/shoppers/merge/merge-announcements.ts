import { Injectable } from '@nestjs/common';
import { Bus, Clock, Outbox, type Queryable } from '../../platform/index.js';
import type { ShopperId } from '../../shared/index.js';
import type { Pair } from './merge.repository.js';
import { OwnRows } from './own-rows.js';

/** Tells the other rooms of a merge: durably what must be done, and at once what is remembered anywhere. */
@Injectable()
export class MergeAnnouncements {
  constructor(
    private readonly outbox: Outbox,
    private readonly bus: Bus,
    private readonly clock: Clock,
    private readonly rows: OwnRows,
  ) {}

  /** What is derived is folded anew for the one who stays, and dropped for the one who goes. */
  async write(tx: Queryable, { from, into }: Pair): Promise<void> {
    const fold = (shopperId: ShopperId) => ({
      id: this.clock.newId(),
      event: 'purchase.recorded' as const,
      payload: { shopperId, purchaseIds: [] },
    });
    await this.outbox.write(tx, [
      fold(from),
      fold(into),
      { id: this.clock.newId(), event: 'shopper.merged', payload: { from, into } },
    ]);
  }

  /** After the commit. Apps of the one who goes are let go; they come back as the one who stays. */
  async tell({ from, into }: Pair): Promise<void> {
    this.outbox.filled();
    await this.rows.announceBeacons(into);
    for (const shopperId of [from, into]) this.bus.emit('shopper.changed', { shopperId });
    this.bus.emit('credential.revoked', {
      credential: `shopper:${from}`,
    });
  }
}
