import { Injectable } from '@nestjs/common';
import { Clock, decodeCursor, pageFrom, type Page } from '../../platform/index.js';
import { toRfc3339, type ShopperId } from '../../shared/index.js';
import { WalletRepository, type WalletRow } from './wallet.repository.js';

/** The offers that a shopper holds, whether or not a socket ever brought them. */
@Injectable()
export class Wallet {
  constructor(
    private readonly repository: WalletRepository,
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
}

function itemOf({ offer, createdAt, opened, saved }: WalletRow): object {
  return { ...offer, createdAt: toRfc3339(createdAt), opened, saved };
}
