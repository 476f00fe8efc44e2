import { iso, listOf, utcDay } from '../platform/index.js';

const FAVOURITES = 10;
const BROWSED_AT_MOST = 20;

/** What a shopper (`$1`) buys, most often first. To be asked for with the consent to `profiling` only. */
export const FAVOURITE_PRODUCTS = listOf(`
  SELECT product_id AS "productId", name, brand, category, count(DISTINCT purchase_id) FILTER (WHERE quantity > 0)::int AS purchases,
    sum(quantity) AS units, ${iso('max(purchased_at) FILTER (WHERE quantity > 0)')} AS "lastPurchasedAt"
  FROM purchases JOIN purchase_lines USING (purchase_id) LEFT JOIN products USING (product_id)
  WHERE shopper_id = $1
  GROUP BY product_id, name, brand, category HAVING sum(quantity) > 0
  ORDER BY purchases DESC, max(purchased_at) DESC, product_id LIMIT ${FAVOURITES}`);

/** A look back no longer than this: what was looked at a year ago says nothing about today. */
const BROWSED = `interval '90 days'`;

/**
 * Looked at by a shopper (`$1`) until now (`$2`), and not bought since, by product: neither it nor one that can stand
 * in for it. To be asked for with the consent to `profiling` only.
 */
export const BROWSED_NOT_BOUGHT = listOf(`
  SELECT looked.product_id AS "productId", product.name, product.brand, product.category, looked.times,
    looked.types, ${iso('looked.last_at')} AS "lastAt"
  FROM (
    SELECT product_id, count(*)::int AS times, array_agg(DISTINCT type ORDER BY type) AS types, max(at) AS last_at
    FROM interactions
    WHERE shopper_id = $1 AND product_id IS NOT NULL AND type = ANY('{viewed,searched,wishlisted,shared}')
      AND at > $2::timestamptz - ${BROWSED}
    GROUP BY product_id
  ) AS looked
  LEFT JOIN products AS product ON product.product_id = looked.product_id
  WHERE NOT EXISTS (
    SELECT FROM purchases JOIN purchase_lines AS line USING (purchase_id)
    LEFT JOIN products AS bought ON bought.product_id = line.product_id
    WHERE purchases.shopper_id = $1 AND line.quantity > 0
      -- The day counts, as files tell no time: what was bought on it was not left.
      AND ${utcDay('purchases.purchased_at')} >= ${utcDay('looked.last_at')}
      AND (line.product_id = looked.product_id OR bought.equivalence_group = product.equivalence_group)
  )
  ORDER BY looked.last_at DESC, looked.product_id LIMIT ${BROWSED_AT_MOST}`);
