import { Injectable } from '@nestjs/common';
import { Clock, decodeCursor, notFound, pageFrom, type Page } from '../../platform/index.js';
import { toRfc3339, type ShopperId } from '../../shared/index.js';
import { Shoppers } from '../../shoppers/index.js';
import type { Feedback } from './wallet.dto.js';
import { WalletRepository, type WalletRow } from './wallet.repository.js';

/** The offers that a shopper holds, whether or not a socket ever brought them. */
@Injectable()
export class Wallet {
  constructor(
    private readonly repository: WalletRepository,
    private readonly shoppers: Shoppers,
    private readonly clock: Clock,
  ) {}

  /** Until they expire, are redeemed, dismissed or withdrawn; newest first. */
  async list(
    shopperId: ShopperId,
    { limit, cursor }: { limit: number; cursor?: string | undefined },
  ): Promise<Page<object>> {
    const after = decodeCursor(cursor, 2);
    const rows = await this.repository.open(
      shopperId,
      this.clock.now(),
      after && { createdAt: Number(after[0]), deliveryId: String(after[1]) },
      limit + 1,
    );
    return pageFrom(rows, limit, ({ createdAt, deliveryId }) => [createdAt, deliveryId], itemOf);
  }

  /** @throws Problem 404 for a token of somebody whom the shop does not know (any more) */
  async takeFeedback(shopperId: ShopperId, { text, about }: Feedback): Promise<object> {
    if (!(await this.shoppers.exists([shopperId])).has(shopperId)) throw notFound('shopper');
    const feedbackId = this.clock.newId();
    const at = this.clock.now();
    await this.repository.addFeedback({ feedbackId, shopperId, text, about, at });
    return { feedbackId, at: toRfc3339(at) };
  }
}

function itemOf({ offer, createdAt, opened, saved }: WalletRow): object {
  return { ...offer, createdAt: toRfc3339(createdAt), opened, saved };
}
