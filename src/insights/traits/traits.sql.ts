/** More receipts than a household has a year; what a till's own card gathers beyond it says nothing about a person. */
const MOST_PURCHASES = 2_000;
/** A view has room for so many. */
const MOST_BROWSED = 10;
const MOST_REFERRED = 10;
/** One brand, always: at least so many receipts with it, and this share of the group's units. */
const LOYAL_RECEIPTS = 4;
const LOYAL_SHARE = 0.9;

const ms = (column: string): string => `(extract(epoch FROM ${column}) * 1000)::bigint`;

/** A line without price, discount and coupon says nothing about prices; one with a price only was bought at full price. */
const LINES = `
  SELECT purchase_id, line.quantity, line.currency, product.own_brand, product.brand, product.equivalence_group,
    coalesce(line.discount, 0) > 0 OR line.coupon_code IS NOT NULL AS reduced, line.coupon_code,
    line.unit_price IS NOT NULL OR line.discount IS NOT NULL OR line.coupon_code IS NOT NULL AS priced,
    greatest(0, line.quantity * line.unit_price - coalesce(line.discount, 0)) AS paid
  FROM purchases JOIN purchase_lines AS line USING (purchase_id) LEFT JOIN products AS product USING (product_id)
  WHERE purchases.shopper_id = asked.shopper_id AND purchased_at > $2 AND line.quantity > 0`;

const BOUGHT = `
  SELECT jsonb_agg(jsonb_build_array(${ms('purchased_at')}, store_id, (channel = 'online')::int)) AS bought
  FROM (SELECT * FROM purchases
        WHERE purchases.shopper_id = asked.shopper_id AND purchased_at > $2
          AND EXISTS (SELECT FROM purchase_lines AS line
                      WHERE line.purchase_id = purchases.purchase_id AND line.quantity > 0)
        ORDER BY purchased_at DESC LIMIT ${MOST_PURCHASES}) AS latest`;

/** Money is summed in the currency that most of the shopper's lines are in. */
const SPENT = `
  WITH line AS MATERIALIZED (${LINES})
  SELECT coalesce(sum(quantity) FILTER (WHERE priced), 0) AS priced_units,
    coalesce(sum(quantity) FILTER (WHERE reduced), 0) AS reduced_units,
    coalesce(sum(quantity) FILTER (WHERE coupon_code IS NOT NULL), 0) AS coupon_units,
    coalesce(sum(paid) FILTER (WHERE currency = usual), 0) AS paid,
    coalesce(sum(paid) FILTER (WHERE currency = usual AND reduced), 0) AS reduced_paid,
    coalesce(sum(quantity) FILTER (WHERE equivalence_group IS NOT NULL), 0) AS grouped_units,
    coalesce(sum(quantity) FILTER (WHERE equivalence_group IS NOT NULL AND own_brand), 0) AS own_brand_units,
    (SELECT count(*)::int FROM (
       SELECT FROM (
         SELECT equivalence_group, sum(quantity) AS units, count(DISTINCT purchase_id) AS receipts
         FROM line WHERE equivalence_group IS NOT NULL GROUP BY equivalence_group, brand
       ) AS brands
       GROUP BY equivalence_group
       HAVING max(receipts) >= ${LOYAL_RECEIPTS} AND max(units) >= ${LOYAL_SHARE} * sum(units)
     ) AS loyal) AS loyal_groups
  FROM line, (SELECT mode() WITHIN GROUP (ORDER BY currency) AS usual FROM line) AS currencies`;

const INTERACTIONS = `
  SELECT jsonb_object_agg(type, jsonb_build_object('count', count, 'lastAt', last_at)) AS interactions
  FROM (SELECT type, count(*), ${ms('max(at)')} AS last_at FROM interactions
        WHERE interactions.shopper_id = asked.shopper_id AND at > $2 AND type <> 'contacted'
        GROUP BY type) AS done`;

const REFERRED = `
  SELECT count(*)::int AS referrals, jsonb_agg(referred_shopper_id ORDER BY last_at DESC, referred_shopper_id)
    FILTER (WHERE place <= ${MOST_REFERRED}) AS referred
  FROM (SELECT referred_shopper_id, max(at) AS last_at,
          row_number() OVER (ORDER BY max(at) DESC, referred_shopper_id) AS place
        FROM interactions
        WHERE interactions.shopper_id = asked.shopper_id AND type = 'referred'
          AND referred_shopper_id IS NOT NULL AND referred_shopper_id <> asked.shopper_id
        GROUP BY referred_shopper_id) AS each`;

const BROWSED = `
  SELECT jsonb_agg(jsonb_strip_nulls(jsonb_build_object('productId', product_id, 'category', category,
    'at', ${ms('seen_at')})) ORDER BY seen_at DESC, product_id) AS browsed
  FROM (
    SELECT looked.*, products.category
    FROM (SELECT product_id, max(at) AS seen_at FROM interactions
          WHERE interactions.shopper_id = asked.shopper_id AND at > $3 AND product_id IS NOT NULL
            AND type IN ('viewed', 'searched', 'wishlisted')
          GROUP BY product_id) AS looked
    LEFT JOIN products USING (product_id)
    WHERE NOT EXISTS (
      SELECT FROM purchases JOIN purchase_lines USING (purchase_id)
      WHERE purchases.shopper_id = asked.shopper_id AND purchase_lines.product_id = looked.product_id
        AND purchased_at >= seen_at AND quantity > 0)
    ORDER BY seen_at DESC, looked.product_id LIMIT ${MOST_BROWSED}
  ) AS unbought`;

/** An offer came to the phone: to an open app, or to a push service that took it. Others wait in the wallet unseen. */
export const CAME = '(emitted_at IS NOT NULL OR pushed_at IS NOT NULL)';

/**
 * Offers belong to a room below. They are read from its tables as they stand, as the single customer view does: the
 * figure needs no more than one look, and an event for each would only repeat them here.
 */
const OFFERS = `
  SELECT jsonb_build_object('rewarded', count(*) FILTER (WHERE rewarded),
    'rewardedOpened', count(*) FILTER (WHERE rewarded AND opened),
    'plain', count(*) FILTER (WHERE NOT rewarded),
    'plainOpened', count(*) FILTER (WHERE NOT rewarded AND opened)) AS offers
  FROM (SELECT coalesce(offer->'reward'->>'type', 'none') <> 'none' AS rewarded,
          EXISTS (SELECT FROM delivery_events
                  WHERE delivery_events.delivery_id = deliveries.delivery_id AND type = 'opened') AS opened
        FROM deliveries
        WHERE deliveries.shopper_id = asked.shopper_id AND created_at > $2 AND ${CAME}) AS each`;

/** `$1` shoppers, `$2` since when what they did counts, `$3` since when what they looked at does. */
export const TRAIT_FACTS = `
  SELECT asked.shopper_id, coalesce(asked.time_zone, home.document->>'timeZone') AS time_zone, acquisition,
    created_at, bought.*, spent.*, interactions.*, referred.*, browsed.*, offers.*
  FROM shoppers AS asked
  LEFT JOIN stores AS home ON home.store_id = asked.home_store_id
  CROSS JOIN LATERAL (${BOUGHT}) AS bought
  CROSS JOIN LATERAL (${SPENT}) AS spent
  CROSS JOIN LATERAL (${INTERACTIONS}) AS interactions
  CROSS JOIN LATERAL (${REFERRED}) AS referred
  CROSS JOIN LATERAL (${BROWSED}) AS browsed
  CROSS JOIN LATERAL (${OFFERS}) AS offers
  WHERE asked.shopper_id = ANY($1)`;
