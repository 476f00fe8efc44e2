import { Injectable } from '@nestjs/common';
import { Database, timestamp } from '../../platform/index.js';
import type { Instant, ShopperId, StoreId } from '../../shared/index.js';

export interface FeedbackRow {
  id: string;
  kind: 'text' | 'rating';
  shopperId: ShopperId;
  offerId: string | null;
  deliveryId: string | null;
  storeId: StoreId | null;
  categories: string[] | null;
  rating: number | null;
  text: string | null;
  about: string | null;
  at: Instant;
}

export interface FeedbackFilter {
  kind?: 'text' | 'rating' | undefined;
  offerId?: string | undefined;
  shopperId?: ShopperId | undefined;
  mostStars?: number | undefined;
  /** Undefined: all. A word to the shop belongs to no store, and is for those who see all. */
  storeIds: readonly StoreId[] | undefined;
  from?: Instant | undefined;
  to?: Instant | undefined;
  after: { at: Instant; id: string } | undefined;
  limit: number;
}

const SAID = `
  SELECT feedback_id AS id, 'text' AS kind, shopper_id, NULL::uuid AS offer_id, NULL::uuid AS delivery_id,
    NULL AS store_id, NULL::text[] AS categories, NULL::integer AS rating, text, about, at FROM feedback
  UNION ALL
  SELECT delivery_id, 'rating', shopper_id, offer_id, delivery_id, store_id, categories, rating, comment, NULL, at
  FROM offer_ratings`;

/** What shoppers said to the shop, and of its offers. */
@Injectable()
export class FeedbackRepository {
  constructor(private readonly database: Database) {}

  async add(entry: {
    feedbackId: string;
    shopperId: ShopperId;
    text: string;
    about: string | undefined;
    at: Instant;
  }): Promise<void> {
    await this.database.run(
      'INSERT INTO feedback (feedback_id, shopper_id, text, about, at) VALUES ($1, $2, $3, $4, $5)',
      [entry.feedbackId, entry.shopperId, entry.text, entry.about ?? null, timestamp(entry.at)],
    );
  }

  /** Newest first. */
  list({ after, limit, ...filter }: FeedbackFilter): Promise<FeedbackRow[]> {
    const { kind, offerId, shopperId, mostStars, storeIds, from, to } = filter;
    return this.database.query<FeedbackRow>(
      `SELECT id, kind, shopper_id AS "shopperId", offer_id AS "offerId", delivery_id AS "deliveryId",
         store_id AS "storeId", categories, rating, text, about, at
       FROM (${SAID}) AS said
       WHERE ($1::text IS NULL OR kind = $1) AND ($2::uuid IS NULL OR offer_id = $2)
         AND ($3::text IS NULL OR shopper_id = $3) AND ($4::integer IS NULL OR rating <= $4)
         AND ($5::text[] IS NULL OR store_id = ANY($5))
         AND ($6::timestamptz IS NULL OR at >= $6) AND ($7::timestamptz IS NULL OR at < $7)
         AND ($8::timestamptz IS NULL OR (at, id) < ($8, $9::uuid))
       ORDER BY at DESC, id DESC LIMIT $10`,
      [
        kind ?? null,
        offerId ?? null,
        shopperId ?? null,
        mostStars ?? null,
        storeIds ?? null,
        from === undefined ? null : timestamp(from),
        to === undefined ? null : timestamp(to),
        after === undefined ? null : timestamp(after.at),
        after?.id ?? null,
        limit,
      ],
    );
  }
}
