import { timestamp, type Queryable } from '../../platform/index.js';
import type { DeliveryId, Instant, ShopperId } from '../../shared/index.js';
import { muteCategories } from '../../shoppers/index.js';

export interface Rating {
  deliveryId: DeliveryId;
  shopperId: ShopperId;
  rating: number;
  comment: string | undefined;
  /** When the shopper said so. */
  at: Instant;
}

/** One star for so many offers about a category is an answer. */
const MUTE_AFTER = 2;

/**
 * Keeps a rating as the one that stands for its delivery, unless a later one does, and mutes the categories that have
 * now got one star twice. To be called once for each that is new, under the lock of the delivery: whoever takes a muted
 * category off the list again is not overruled by the same stars.
 */
export async function keepRating(
  tx: Queryable,
  { deliveryId, shopperId, rating, comment, at }: Rating,
): Promise<void> {
  // The order of two at one time is that of their stars, so that it is the same in whichever order they come.
  const stands = await tx.run(
    `INSERT INTO offer_ratings (delivery_id, shopper_id, offer_id, store_id, categories, rating, comment, at)
     SELECT delivery_id, shopper_id, offer_id, store_id, categories, $2, $3, $4
     FROM deliveries WHERE delivery_id = $1
     ON CONFLICT (delivery_id) DO UPDATE
       SET rating = excluded.rating, comment = excluded.comment, at = excluded.at
       WHERE (offer_ratings.at, offer_ratings.rating) <= (excluded.at, excluded.rating)`,
    [deliveryId, rating, comment ?? null, timestamp(at)],
  );
  if (stands === 0 || rating > 1) return;
  const disliked = await tx.query<{ category: string }>(
    `SELECT category FROM offer_ratings, unnest(categories) AS category
     WHERE shopper_id = $1 AND rating = 1
       AND category IN (SELECT unnest(categories) FROM offer_ratings WHERE delivery_id = $2)
     GROUP BY category HAVING count(*) >= $3`,
    [shopperId, deliveryId, MUTE_AFTER],
  );
  await muteCategories(
    tx,
    shopperId,
    disliked.map(({ category }) => category),
  );
}
