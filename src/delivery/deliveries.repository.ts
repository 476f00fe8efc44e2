import { Injectable } from '@nestjs/common';
import type { OfferForApp } from '../decisions/index.js';
import { Database, lockShoppers, timestamp, type Queryable } from '../platform/index.js';
import type { DeliveryId, Instant, OfferId, ShopperId } from '../shared/index.js';

/** An offer on its way to a shopper. */
export interface Delivery {
  deliveryId: DeliveryId;
  shopperId: ShopperId;
  offer: OfferForApp;
  createdAt: Instant;
  expiresAt: Instant;
  emittedAt: Instant | null;
  acknowledgedAt: Instant | null;
  closedAt: Instant | null;
  patienceMs: number;
}

/** When an offer went out to a socket, and when the app first said that it has it. */
export interface Receipt {
  deliveryId: DeliveryId;
  emittedAt: Instant;
  acknowledgedAt: Instant | undefined;
}

/** What is withdrawn together: all that is open of an offer, or of a shopper. */
export type Withdrawable = { offerId: OfferId } | { shopperId: ShopperId };

const COLUMNS = `delivery_id AS "deliveryId", shopper_id AS "shopperId", offer, created_at AS "createdAt",
  expires_at AS "expiresAt", emitted_at AS "emittedAt", acknowledged_at AS "acknowledgedAt", closed_at AS "closedAt",
  patience_ms AS "patienceMs"`;
/** More than the caps of any sane policy leave open. */
const MOST_WAITING = 100;

@Injectable()
export class DeliveriesRepository {
  constructor(private readonly database: Database) {}

  async find(deliveryId: DeliveryId): Promise<Delivery | undefined> {
    const [row] = await this.database.query<Delivery>(
      `SELECT ${COLUMNS} FROM deliveries WHERE delivery_id = $1`,
      [deliveryId],
    );
    return row;
  }

  /** What is open and valid and no app has acknowledged, oldest first. */
  unacknowledged(shopperId: ShopperId, now: Instant): Promise<Delivery[]> {
    return this.database.query(
      `SELECT ${COLUMNS} FROM deliveries
       WHERE shopper_id = $1 AND closed_at IS NULL AND acknowledged_at IS NULL AND expires_at > $2
       ORDER BY created_at, delivery_id LIMIT $3`,
      [shopperId, timestamp(now), MOST_WAITING],
    );
  }

  /** Many receipts in one statement; the first of each kind stands. */
  async keepReceipts(receipts: readonly Receipt[]): Promise<void> {
    const sql = `WITH given AS (
         SELECT delivery_id, min(emitted_at) AS emitted_at, min(acknowledged_at) AS acknowledged_at
         FROM unnest($1::uuid[], $2::timestamptz[], $3::timestamptz[]) AS row (delivery_id, emitted_at, acknowledged_at)
         GROUP BY delivery_id
       ), locked AS (
         SELECT delivery_id FROM deliveries WHERE delivery_id = ANY($1) ORDER BY delivery_id FOR UPDATE
       )
       UPDATE deliveries SET
         emitted_at = coalesce(deliveries.emitted_at, given.emitted_at),
         acknowledged_at = coalesce(deliveries.acknowledged_at, given.acknowledged_at)
       FROM locked JOIN given USING (delivery_id) WHERE deliveries.delivery_id = locked.delivery_id`;
    const values = [
      receipts.map(({ deliveryId }) => deliveryId),
      receipts.map(({ emittedAt }) => timestamp(emittedAt)),
      receipts.map(({ acknowledgedAt }) => (acknowledgedAt === undefined ? null : timestamp(acknowledgedAt))),
    ];
    // A transaction for its retries: withdrawals lock the same rows.
    await this.database.transaction((tx) => tx.run(sql, values));
  }

  /**
   * Closes what is open, with its coupons, for some shoppers at a time: whoever grants to them or redeems for them
   * waits, or is waited for.
   *
   * @returns what was withdrawn; undefined when there is nothing left
   */
  withdraw(
    what: Withdrawable,
    now: Instant,
    limit: number,
  ): Promise<Pick<Delivery, 'deliveryId' | 'shopperId'>[] | undefined> {
    const [column, id] = 'offerId' in what ? ['offer_id', what.offerId] : ['shopper_id', what.shopperId];
    const open = `${column} = $1 AND closed_at IS NULL AND expires_at > $2`;
    return this.database.transaction(async (tx) => {
      const shoppers = await tx.query<{ shopper_id: ShopperId }>(
        `SELECT DISTINCT shopper_id FROM deliveries WHERE ${open} LIMIT $3`,
        [id, timestamp(now), limit],
      );
      if (shoppers.length === 0) return undefined;
      const shopperIds = shoppers.map(({ shopper_id }) => shopper_id);
      await lockShoppers(tx, shopperIds);
      const closing = await tx.query<{ delivery_id: DeliveryId }>(
        `SELECT delivery_id FROM deliveries WHERE ${open} AND shopper_id = ANY($3)`,
        [id, timestamp(now), shopperIds],
      );
      return withdrawAll(
        tx,
        closing.map(({ delivery_id }) => delivery_id),
        now,
      );
    });
  }
}

/** Coupons before deliveries, as redemptions lock them. */
async function withdrawAll(
  tx: Queryable,
  deliveryIds: readonly DeliveryId[],
  now: Instant,
): Promise<Pick<Delivery, 'deliveryId' | 'shopperId'>[]> {
  await tx.run(
    `UPDATE coupons SET withdrawn_at = $2
     WHERE decision_id IN (SELECT decision_id FROM deliveries WHERE delivery_id = ANY($1::uuid[]))
       AND withdrawn_at IS NULL`,
    [deliveryIds, timestamp(now)],
  );
  return tx.query(
    `UPDATE deliveries SET closed_at = $2, closed_as = 'withdrawn'
     WHERE delivery_id = ANY($1::uuid[]) AND closed_at IS NULL
     RETURNING delivery_id AS "deliveryId", shopper_id AS "shopperId"`,
    [deliveryIds, timestamp(now)],
  );
}
