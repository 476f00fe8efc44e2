import { margin, PAID } from '../insights/index.js';

/**
 * Statements of the offers report, over offers made in a time: `$1` from, `$2` to, `$3` stores (NULL: all), `$4` one
 * offer (NULL: all). `made` holds a row an offer made or withheld, found through the index of each offer's decisions.
 */
export const MADE = `
  made AS MATERIALIZED (
    SELECT decision.decision_id, decision.offer_id, decision.shopper_id, decision.outcome
    FROM offers JOIN decisions AS decision ON decision.offer_id = offers.offer_id
    WHERE decision.at >= $1 AND decision.at < $2 AND outcome IN ('offer', 'ghost')
      AND ($3::text[] IS NULL OR decision.store_id = ANY($3)) AND ($4::uuid IS NULL OR offers.offer_id = $4))`;

/** How many were made, how far each came, and how many purchases name a coupon that no till has redeemed. */
export const FUNNEL = `
  WITH ${MADE}
  SELECT made.offer_id AS "offerId", count(*) FILTER (WHERE outcome = 'offer')::int AS issued,
    count(*) FILTER (WHERE outcome = 'ghost')::int AS ghosts,
    count(*) FILTER (WHERE delivery.acknowledged_at IS NOT NULL OR event.any)::int AS received,
    count(*) FILTER (WHERE event.opened)::int AS opened,
    count(*) FILTER (WHERE redemption.redemption_id IS NOT NULL)::int AS redeemed,
    count(*) FILTER (WHERE redemption.redemption_id IS NULL AND EXISTS (
      SELECT FROM purchase_lines WHERE coupon_code = coupon.code AND quantity > 0))::int AS "namedUnredeemed"
  FROM made
  LEFT JOIN deliveries AS delivery USING (decision_id)
  LEFT JOIN LATERAL (
    SELECT bool_or(type IN ('received', 'displayed', 'opened')) AS any, bool_or(type = 'opened') AS opened
    FROM delivery_events WHERE delivery_events.delivery_id = delivery.delivery_id) AS event ON true
  LEFT JOIN coupons AS coupon USING (decision_id)
  LEFT JOIN redemptions AS redemption ON redemption.code = coupon.code AND reversed_at IS NULL
  GROUP BY made.offer_id`;

export const DISCOUNTS = `
  WITH ${MADE}
  SELECT made.offer_id AS "offerId", redemption.currency, sum(redemption.discount)::float8 AS amount
  FROM made JOIN coupons AS coupon USING (decision_id)
  JOIN redemptions AS redemption ON redemption.code = coupon.code AND reversed_at IS NULL
  WHERE redemption.currency IS NOT NULL GROUP BY 1, 2`;

/**
 * Each line of a purchase belongs to one offer at most. It may be of one that was made to the shopper before, that leads
 * to its product, and whose window holds the purchase; or whose coupon the line names or the till redeemed in it. Of
 * several the one whose coupon was used, else the latest. Offers outside the time and the stores asked about compete,
 * and are then left out. What came back is taken off the shopper's latest purchase of that product: `kept` holds the
 * rest, a row a line that is not all gone. After `MADE`.
 */
export const ATTRIBUTED = `
  shopper AS MATERIALIZED (
    SELECT DISTINCT shopper_id FROM made
    WHERE outcome = 'offer' AND EXISTS (
      SELECT FROM consents WHERE consents.shopper_id = made.shopper_id AND purpose = 'profiling' AND granted)),
  touch AS MATERIALIZED (
    SELECT decision.decision_id, decision.offer_id, decision.shopper_id, decision.at, coupon.code,
      redemption.purchase_id AS redeemed_in,
      make_interval(hours => coalesce((document->>'attributionHours')::int, 72)) AS within,
      CASE WHEN jsonb_array_length(document #> '{target,toProductIds}') > 0 THEN document #> '{target,toProductIds}'
        ELSE document #> '{target,productIds}' END AS product_ids,
      document #> '{target,categories}' AS categories
    FROM shopper JOIN decisions AS decision USING (shopper_id)
    JOIN offer_revisions USING (offer_id, revision)
    LEFT JOIN coupons AS coupon ON coupon.decision_id = decision.decision_id
    LEFT JOIN redemptions AS redemption ON redemption.code = coupon.code AND reversed_at IS NULL
    WHERE outcome = 'offer' AND decision.at >= $1::timestamptz - interval '30 days'
      AND decision.at < $2::timestamptz + interval '30 days'),
  attributed AS MATERIALIZED (
    SELECT DISTINCT ON (line.purchase_id, line.line_no) touch.decision_id, touch.offer_id, touch.shopper_id,
      bought.purchased_at, line.*
    FROM touch JOIN purchases AS bought ON bought.shopper_id = touch.shopper_id
      AND bought.purchased_at >= touch.at
      AND bought.purchased_at < touch.at + greatest(touch.within, interval '8 days')
    JOIN purchase_lines AS line ON line.purchase_id = bought.purchase_id AND line.quantity > 0
    LEFT JOIN products AS product USING (product_id)
    WHERE line.coupon_code = touch.code
      OR (bought.purchased_at < touch.at + touch.within OR bought.purchase_id = touch.redeemed_in)
        AND CASE WHEN jsonb_array_length(touch.product_ids) > 0 THEN touch.product_ids ? line.product_id
          WHEN jsonb_array_length(touch.categories) > 0 THEN touch.categories ? product.category ELSE true END
    ORDER BY line.purchase_id, line.line_no, (line.coupon_code = touch.code) IS TRUE DESC,
      (bought.purchase_id = touch.redeemed_in) IS TRUE DESC, touch.at DESC, touch.decision_id DESC),
  returned AS (
    SELECT sold.purchase_id, sold.line_no, sum(-back.quantity) AS quantity
    FROM purchases AS brought JOIN purchase_lines AS back ON back.purchase_id = brought.purchase_id AND back.quantity < 0
    JOIN LATERAL (
      SELECT purchase_id, line_no FROM attributed
      WHERE attributed.shopper_id = brought.shopper_id AND attributed.product_id = back.product_id
        AND attributed.purchased_at <= brought.purchased_at
      ORDER BY attributed.purchased_at DESC, purchase_id DESC, line_no DESC LIMIT 1) AS sold ON true
    WHERE brought.shopper_id IN (SELECT shopper_id FROM attributed)
    GROUP BY 1, 2),
  kept AS (
    SELECT attributed.offer_id, decision_id, attributed.product_id, unit_price, currency,
      attributed.quantity - coalesce(returned.quantity, 0) AS quantity,
      round(discount * (attributed.quantity - coalesce(returned.quantity, 0)) / attributed.quantity) AS discount
    FROM attributed LEFT JOIN returned USING (purchase_id, line_no)
    WHERE decision_id IN (SELECT decision_id FROM made WHERE outcome = 'offer')
      AND attributed.quantity > coalesce(returned.quantity, 0))`;

/** What was bought because of them, by offer, in each currency and in all. `$5` the share that stands for an unknown margin. */
export const CONVERSIONS = `
  WITH ${MADE}, ${ATTRIBUTED}
  SELECT line.offer_id AS "offerId", grouping(line.currency) = 1 AS "isTotal", line.currency, count(DISTINCT decision_id)::int AS converted,
    coalesce(sum(${PAID}) FILTER (WHERE unit_price IS NOT NULL), 0)::float8 AS revenue,
    coalesce(sum(${margin('$5')}) FILTER (WHERE unit_price IS NOT NULL), 0)::float8 AS margin
  FROM kept AS line LEFT JOIN products AS product USING (product_id)
  GROUP BY GROUPING SETS ((line.offer_id), (line.offer_id, line.currency))`;

/** Names of offers as they are shown, newest first. `$1` ids. */
export const NAMES = `
  SELECT offer_id AS "offerId", document->>'name' AS name, document->>'kind' AS kind
  FROM offers JOIN offer_revisions USING (offer_id)
  WHERE offer_id = ANY($1::uuid[]) AND offer_revisions.revision = coalesce(live_revision, latest_revision)
  ORDER BY offer_id DESC`;

/** Lines that name a coupon no till has redeemed, the latest first. `$1` to `$3` as above, then cursor and limit. */
export const NAMED_UNREDEEMED = `
  SELECT purchase_id AS "purchaseId", line_no AS "lineNo", bought.shopper_id AS "shopperId", bought.store_id AS "storeId",
    purchased_at AS "purchasedAt", coupon_code AS "couponCode", coupon.offer_id AS "offerId", coupon.expires_at AS "expiresAt",
    coupon.withdrawn_at AS "withdrawnAt", coupon.code IS NOT NULL AND coupon.shopper_id <> bought.shopper_id AS foreign
  FROM purchase_lines AS line JOIN purchases AS bought USING (purchase_id)
  LEFT JOIN coupons AS coupon ON coupon.code = line.coupon_code
  WHERE coupon_code IS NOT NULL AND quantity > 0 AND purchased_at >= $1 AND purchased_at < $2
    AND ($3::text[] IS NULL OR bought.store_id = ANY($3))
    AND NOT EXISTS (SELECT FROM redemptions WHERE redemptions.code = line.coupon_code AND reversed_at IS NULL)
    AND ($4::timestamptz IS NULL OR (purchased_at, purchase_id, line_no) < ($4, $5, $6::int))
  ORDER BY purchased_at DESC, purchase_id DESC, line_no DESC LIMIT $7`;
