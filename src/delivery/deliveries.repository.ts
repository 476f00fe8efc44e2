import { Injectable } from '@nestjs/common';
import type { OfferForApp } from '../decisions/index.js';
import { releaseReservations } from '../limits/index.js';
import { Clock, Database, lockShoppers, Outbox, timestamp, type Queryable } from '../platform/index.js';
import type { DecisionId, DeliveryId, Instant, OfferId, ShopperId } from '../shared/index.js';

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

/** When an offer was durable, when it went out to a socket, and when the app first said that it has it. */
export interface Receipt {
  deliveryId: DeliveryId;
  committedAt?: Instant | undefined;
  emittedAt?: Instant | undefined;
  acknowledgedAt?: Instant | undefined;
}

/** What is withdrawn together: all that is open of an offer, or of a shopper. */
export type Withdrawable = { offerId: OfferId } | { shopperId: ShopperId };

const COLUMNS = `delivery_id AS "deliveryId", shopper_id AS "shopperId", offer, created_at AS "createdAt",
  expires_at AS "expiresAt", emitted_at AS "emittedAt", acknowledged_at AS "acknowledgedAt", closed_at AS "closedAt",
  patience_ms AS "patienceMs"`;
/** Nothing that an offer made outlives it by more than the longest expiry, a week. */
const ENDED = `
  SELECT offer_id FROM offers
  JOIN offer_revisions USING (offer_id)
  WHERE revision = live_revision AND status <> 'archived'
    AND (document #>> '{schedule,endsAt}')::timestamptz BETWEEN $1::timestamptz - interval '8 days' AND $1
    AND EXISTS (SELECT FROM deliveries
                WHERE deliveries.offer_id = offers.offer_id AND closed_at IS NULL AND expires_at > $1)`;
/** More than the caps of any sane policy leave open. */
const MOST_WAITING = 100;

@Injectable()
export class DeliveriesRepository {
  constructor(
    private readonly database: Database,
    private readonly outbox: Outbox,
    private readonly clock: Clock,
  ) {}

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
         SELECT delivery_id, min(emitted_at) AS emitted_at, min(acknowledged_at) AS acknowledged_at,
           min(committed_at) AS committed_at
         FROM unnest($1::uuid[], $2::timestamptz[], $3::timestamptz[], $4::timestamptz[])
           AS row (delivery_id, emitted_at, acknowledged_at, committed_at)
         GROUP BY delivery_id
       ), locked AS (
         SELECT delivery_id FROM deliveries WHERE delivery_id = ANY($1) ORDER BY delivery_id FOR UPDATE
       )
       UPDATE deliveries SET
         emitted_at = coalesce(deliveries.emitted_at, given.emitted_at),
         acknowledged_at = coalesce(deliveries.acknowledged_at, given.acknowledged_at),
         committed_at = coalesce(deliveries.committed_at, given.committed_at)
       FROM locked JOIN given USING (delivery_id) WHERE deliveries.delivery_id = locked.delivery_id`;
    const values = [
      receipts.map(({ deliveryId }) => deliveryId),
      receipts.map(({ emittedAt }) => known(emittedAt)),
      receipts.map(({ acknowledgedAt }) => known(acknowledgedAt)),
      receipts.map(({ committedAt }) => known(committedAt)),
    ];
    // A transaction for its retries: withdrawals lock the same rows.
    await this.database.transaction((tx) => tx.run(sql, values));
  }

  /** Offers whose schedule has run out while some of what they made is open. */
  async ended(now: Instant): Promise<OfferId[]> {
    const rows = await this.database.query<{ offer_id: OfferId }>(ENDED, [timestamp(now)]);
    return rows.map(({ offer_id }) => offer_id);
  }

  /**
   * Closes what is open, with its coupons, for some shoppers at a time: whoever grants to them or redeems for them
   * waits, or is waited for.
   *
   * @returns what was withdrawn; undefined when there is nothing left
   */
  withdraw(
    what: Withdrawable,
    reason: string,
    now: Instant,
    limit: number,
  ): Promise<Withdrawal[] | undefined> {
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
      const closing = await tx.query<{ delivery_id: DeliveryId; decision_id: DecisionId }>(
        `SELECT delivery_id, decision_id FROM deliveries WHERE ${open} AND shopper_id = ANY($3)`,
        [id, timestamp(now), shopperIds],
      );
      // A withdrawn coupon costs nothing any more. Counters are locked before coupons.
      const decisionIds = closing.map(({ decision_id }) => decision_id);
      await releaseReservations(tx, decisionIds, 'expired');
      const withdrawn = await withdrawAll(
        tx,
        closing.map(({ delivery_id }) => delivery_id),
        now,
      );
      await this.#retract(tx, withdrawn, reason);
      return withdrawn;
    });
  }

  /** In the same transaction, so that it is also taken off the screen when this process dies now. */
  async #retract(tx: Queryable, withdrawn: readonly Withdrawal[], reason: string): Promise<void> {
    await this.outbox.write(
      tx,
      withdrawn
        .filter(({ pushed }) => pushed)
        .map(({ deliveryId }) => ({
          id: this.clock.newId(),
          event: 'delivery.withdrawn' as const,
          payload: { deliveryId, reason },
        })),
    );
  }
}

function known(at: Instant | undefined): Date | null {
  return at === undefined ? null : timestamp(at);
}

/** What is taken back of whom. */
interface Withdrawal extends Pick<Delivery, 'deliveryId' | 'shopperId'> {
  /** A phone shows it, or may. */
  pushed: boolean;
}

/** Coupons before deliveries, as redemptions lock them. */
async function withdrawAll(
  tx: Queryable,
  deliveryIds: readonly DeliveryId[],
  now: Instant,
): Promise<Withdrawal[]> {
  await tx.run(
    `UPDATE coupons SET withdrawn_at = $2
     WHERE decision_id IN (SELECT decision_id FROM deliveries WHERE delivery_id = ANY($1::uuid[]))
       AND withdrawn_at IS NULL`,
    [deliveryIds, timestamp(now)],
  );
  return tx.query(
    `UPDATE deliveries SET closed_at = $2, closed_as = 'withdrawn'
     WHERE delivery_id = ANY($1::uuid[]) AND closed_at IS NULL
     RETURNING delivery_id AS "deliveryId", shopper_id AS "shopperId",
       EXISTS (SELECT FROM pushes WHERE pushes.delivery_id = deliveries.delivery_id
               AND (state = 'accepted' OR maybe_delivered)) AS pushed`,
    [deliveryIds, timestamp(now)],
  );
}
