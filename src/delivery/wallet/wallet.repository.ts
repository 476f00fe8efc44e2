import { Injectable } from '@nestjs/common';
import type { OfferForApp } from '../../decisions/index.js';
import { Database, timestamp } from '../../platform/index.js';
import type { DeliveryId, Instant, ShopperId } from '../../shared/index.js';
import { keepRating } from '../feedback/ratings.js';
import type { OfferEvent } from './wallet.dto.js';

/** An offer in the wallet, as kept. */
export interface WalletRow {
  deliveryId: DeliveryId;
  offer: OfferForApp;
  createdAt: Instant;
  opened: boolean;
  saved: boolean;
}

export interface RecordedEvent extends Omit<OfferEvent, 'at'> {
  deliveryId: DeliveryId;
  /** Absent: as good as any other of its kind. */
  saidAt: Instant | undefined;
  receivedAt: Instant;
}

/** What shoppers hold, and what they said about it. */
@Injectable()
export class WalletRepository {
  constructor(private readonly database: Database) {}

  /** Open and valid, newest first, after a place in that order. */
  open(
    shopperId: ShopperId,
    now: Instant,
    after: { createdAt: Instant; deliveryId: string } | undefined,
    limit: number,
  ): Promise<WalletRow[]> {
    return this.database.query(
      `SELECT d.delivery_id AS "deliveryId", d.offer, d.created_at AS "createdAt",
              coalesce(e.opened, false) AS opened, coalesce(e.saved, false) AS saved
       FROM deliveries d
       LEFT JOIN LATERAL (SELECT bool_or(type = 'opened') AS opened, bool_or(type = 'saved') AS saved
                          FROM delivery_events WHERE delivery_id = d.delivery_id) e ON true
       WHERE d.shopper_id = $1 AND d.closed_at IS NULL AND d.expires_at > $2
         AND ($3::timestamptz IS NULL OR (d.created_at, d.delivery_id) < ($3, $4::uuid))
       ORDER BY d.created_at DESC, d.delivery_id DESC LIMIT $5`,
      [
        shopperId,
        timestamp(now),
        after === undefined ? null : timestamp(after.createdAt),
        after?.deliveryId ?? null,
        limit,
      ],
    );
  }

  /**
   * Records what a shopper did with an offer; the same again changes nothing. Whatever was done with it, the app
   * has it; dismissed, it leaves the wallet.
   *
   * @returns false where the shopper has no such delivery
   */
  recordEvent(shopperId: ShopperId, event: RecordedEvent): Promise<boolean> {
    const { deliveryId, type, rating = null, comment = null, saidAt, receivedAt } = event;
    return this.database.transaction(async (tx) => {
      // Locked, so that of two alike that say no time the second sees the first.
      const owned = await tx.run(
        'SELECT FROM deliveries WHERE delivery_id = $1 AND shopper_id = $2 FOR UPDATE',
        [deliveryId, shopperId],
      );
      if (owned === 0) return false;
      const isNew = await tx.run(
        `INSERT INTO delivery_events (delivery_id, type, at, rating, comment, recorded_at)
         SELECT $1, $2, $3, $4::integer, $5::text, $6
         WHERE $7 OR NOT EXISTS (
           SELECT FROM delivery_events WHERE delivery_id = $1 AND type = $2
             AND rating IS NOT DISTINCT FROM $4 AND comment IS NOT DISTINCT FROM $5)
         ON CONFLICT DO NOTHING`,
        [
          deliveryId,
          type,
          timestamp(saidAt ?? receivedAt),
          rating,
          comment,
          timestamp(receivedAt),
          saidAt !== undefined,
        ],
      );
      if (isNew > 0 && rating !== null && type === 'rated') {
        await keepRating(tx, {
          deliveryId,
          shopperId,
          rating,
          comment: event.comment,
          at: saidAt ?? receivedAt,
        });
      }
      await tx.run(
        `UPDATE deliveries SET
           acknowledged_at = coalesce(acknowledged_at, $2),
           closed_as = CASE WHEN $3 AND closed_at IS NULL THEN 'dismissed' ELSE closed_as END,
           closed_at = CASE WHEN $3 THEN coalesce(closed_at, $2) ELSE closed_at END
         WHERE delivery_id = $1 AND (acknowledged_at IS NULL OR ($3 AND closed_at IS NULL))`,
        [deliveryId, timestamp(receivedAt), type === 'dismissed'],
      );
      return true;
    });
  }
}
