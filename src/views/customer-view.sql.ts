import { BROWSED_NOT_BOUGHT, FAVOURITE_PRODUCTS, NEEDS, WORTH } from '../insights/index.js';
import { iso, listOf, utcDay } from '../platform/index.js';

const RECENT = 20;
const FAVOURITES = 10;

const seconds = (from: string, to: string): string =>
  `greatest(0, round(extract(epoch FROM ${to} - ${from})))::int`;
/** What was paid for a line, in minor units, rounded half up; below zero what was given back for a return. */
const PAID = `(sign(line.quantity) * (floor(abs(line.quantity) * line.unit_price + 0.5) - coalesce(line.discount, 0)))`;
/** Something was bought: a purchase of returns alone is on record, and no purchase in any count. */
const BOUGHT = `EXISTS (SELECT FROM purchase_lines AS line
  WHERE line.purchase_id = purchases.purchase_id AND line.quantity > 0)`;
const linesOf = (purchase: string): string => `purchase_lines AS line WHERE line.purchase_id = ${purchase}`;

const CONSENTS = `
  (SELECT coalesce(json_object_agg(purpose, json_build_object('granted', granted, 'policyVersion', policy_version,
     'source', source, 'at', ${iso('at')})), '{}')
   FROM consents WHERE shopper_id = $1)`;

const STANDING = '(SELECT standing FROM loyalty_members WHERE shopper_id = $1)';
const LOYALTY_MOVES = listOf(`
  SELECT from_tier AS "fromTier", to_tier AS "toTier", points, reason, ${iso('at')} AS at
  FROM loyalty_moves WHERE shopper_id = $1 ORDER BY loyalty_moves.at DESC, move_id DESC LIMIT ${RECENT}`);

/** See `Totals`. Of several currencies the one most lines are in stands for all. */
const TOTALS = `
  (SELECT json_build_object('purchases', count(*),
     'lastPurchasedAt', (extract(epoch FROM max(purchased_at)) * 1000)::bigint,
     'purchaseDays', count(DISTINCT ${utcDay('purchased_at')}),
     'purchaseSpanDays', coalesce(max(${utcDay('purchased_at')}) - min(${utcDay('purchased_at')}), 0),
     'storeDays', (SELECT count(*) FROM store_days),
     'firstStoreDayAt', (SELECT (extract(epoch FROM min(day)) * 1000)::bigint FROM store_days),
     'spent', (SELECT json_build_object('amount', sum(${PAID})::bigint, 'currency', line.currency)
               FROM purchases JOIN purchase_lines AS line USING (purchase_id)
               WHERE shopper_id = $1 AND line.unit_price IS NOT NULL
               GROUP BY line.currency ORDER BY count(*) DESC, line.currency LIMIT 1))
   FROM purchases WHERE shopper_id = $1 AND ${BOUGHT})`;

const STORE_DAYS = `
  SELECT ${utcDay('started_at')} AS day FROM visits WHERE shopper_id = $1
  UNION
  SELECT ${utcDay('purchased_at')} FROM purchases WHERE shopper_id = $1 AND channel = 'store'`;

const FAVOURITE_CATEGORIES = listOf(`
  SELECT category, count(DISTINCT purchase_id)::int AS purchases,
    ${iso('max(purchased_at)')} AS "lastPurchasedAt"
  FROM purchases JOIN purchase_lines USING (purchase_id) JOIN products USING (product_id)
  WHERE shopper_id = $1 AND quantity > 0
  GROUP BY category ORDER BY purchases DESC, max(purchased_at) DESC, category LIMIT ${FAVOURITES}`);

const VISITS = listOf(`
  SELECT visit_id AS "visitId", store_id AS "storeId", via, ${iso('started_at')} AS "startedAt",
    ${iso('ended_at')} AS "endedAt", ${seconds('started_at', 'coalesce(ended_at, $2)')} AS "dwellSeconds",
    ${listOf(`
      SELECT zone_id AS "zoneId", ${iso('entered_at')} AS "enteredAt", ${iso('left_at')} AS "leftAt",
        ${seconds('entered_at', 'coalesce(left_at, ended_at, $2)')} AS "dwellSeconds"
      FROM stays WHERE stays.visit_id = visits.visit_id ORDER BY entered_at, zone_id`)} AS zones
  FROM visits WHERE shopper_id = $1 ORDER BY started_at DESC LIMIT ${RECENT}`);

const PURCHASES = listOf(`
  SELECT purchase_id AS "purchaseId", store_id AS "storeId", channel, ${iso('purchased_at')} AS "purchasedAt",
    ${listOf(`
      SELECT line.product_id AS "productId", product.name, product.category,
        product.product_id IS NOT NULL AS known, line.quantity,
        CASE WHEN line.unit_price IS NOT NULL
          THEN json_build_object('amount', line.unit_price, 'currency', line.currency) END AS "unitPrice",
        CASE WHEN line.discount IS NOT NULL
          THEN json_build_object('amount', line.discount, 'currency', line.currency) END AS discount,
        line.coupon_code AS "couponCode", product.product_id IS NULL AS unknown
      FROM purchase_lines AS line LEFT JOIN products AS product USING (product_id)
      WHERE line.purchase_id = purchases.purchase_id ORDER BY line_no`)} AS lines,
    (SELECT json_build_object('amount', sum(${PAID})::bigint, 'currency', min(line.currency))
     FROM ${linesOf('purchases.purchase_id')} AND line.unit_price IS NOT NULL
     HAVING count(DISTINCT line.currency) = 1) AS total
  FROM purchases WHERE shopper_id = $1 ORDER BY purchased_at DESC LIMIT ${RECENT}`);

const INTERACTIONS = listOf(`
  SELECT interaction_id AS "interactionId", type, product_id AS "productId",
    product_id IS NOT NULL AND NOT EXISTS (SELECT FROM products WHERE products.product_id = interactions.product_id)
      AS unknown,
    referred_shopper_id AS "referredShopperId", ${iso('at')} AS at, channel
  FROM interactions WHERE shopper_id = $1 ORDER BY interactions.at DESC LIMIT ${RECENT}`);

const OFFERS = listOf(`
  SELECT delivery_id AS "deliveryId", decision_id AS "decisionId", offer_id AS "offerId", visit_id AS "visitId",
    store_id AS "storeId", zone_id AS "zoneId", offer->>'title' AS title, offer->>'body' AS body,
    offer->'reward' AS reward, ${iso('created_at')} AS "madeAt", ${iso('expires_at')} AS "expiresAt",
    coalesce(closed_as, CASE WHEN expires_at <= $2 THEN 'expired' ELSE 'open' END) AS status,
    ${listOf(`
      SELECT type, ${iso('at')} AS at, rating, comment
      FROM delivery_events WHERE delivery_events.delivery_id = deliveries.delivery_id
      ORDER BY delivery_events.at, type`)} AS receipts
  FROM deliveries WHERE shopper_id = $1 ORDER BY created_at DESC LIMIT ${RECENT}`);

const DEVICES = listOf(`
  SELECT device_id AS "deviceId", platform, push_token IS NOT NULL AS reachable, app_version AS "appVersion",
    ${iso('updated_at')} AS "seenAt"
  FROM devices WHERE shopper_id = $1 ORDER BY updated_at DESC, device_id`);

const INTERACTION_COUNTS = `
  (SELECT coalesce(json_object_agg(type, times), '{}')
   FROM (SELECT type, count(*) AS times FROM interactions WHERE shopper_id = $1 GROUP BY type) AS counted)`;

/** Of all offers ever made to the shopper; a delivery counts once, however often it was opened or rated. */
const OFFER_TOTALS = `
  (SELECT json_build_object('made', count(*), 'received', count(received), 'opened', count(opened),
     'dismissed', count(*) FILTER (WHERE closed_as = 'dismissed'),
     'redeemed', count(*) FILTER (WHERE closed_as = 'redeemed'),
     'averageRating', avg(rating))
   FROM deliveries LEFT JOIN LATERAL (
     SELECT bool_or(type = ANY('{received,displayed,opened}')) OR NULL AS received,
       bool_or(type = 'opened') OR NULL AS opened,
       (array_agg(rating ORDER BY at DESC) FILTER (WHERE type = 'rated'))[1] AS rating
     FROM delivery_events WHERE delivery_events.delivery_id = deliveries.delivery_id
   ) AS told ON true
   WHERE shopper_id = $1)`;

const FEEDBACK = listOf(`
  SELECT feedback_id AS "feedbackId", text, about, ${iso('at')} AS at
  FROM feedback WHERE shopper_id = $1 ORDER BY feedback.at DESC LIMIT ${RECENT}`);

const MESSAGES = listOf(`
  SELECT message_id AS "messageId", CASE WHEN author IS NULL THEN 'shopper' ELSE 'shop' END AS "from", text,
    ${iso('at')} AS at
  FROM messages WHERE shopper_id = $1 ORDER BY messages.at DESC, message_id DESC LIMIT ${RECENT}`);

const NOTES = listOf(`
  SELECT note_id AS "noteId", text, store_id AS "storeId", display_name AS by, ${iso('at')} AS at
  FROM shopper_notes LEFT JOIN staff USING (staff_id)
  WHERE shopper_id = $1 ORDER BY shopper_notes.at DESC, note_id DESC LIMIT ${RECENT}`);

/** One shopper across all rooms in one round trip. `$1` the shopper, `$2` now. What needs `profiling` is null without. */
export const CUSTOMER_VIEW = `
  WITH store_days AS (${STORE_DAYS}), profiling AS (
    SELECT EXISTS (SELECT FROM consents WHERE shopper_id = $1 AND purpose = 'profiling' AND granted) AS granted
  )
  SELECT shoppers.*, ${STANDING} AS standing, ${LOYALTY_MOVES} AS loyalty_moves, ${CONSENTS} AS consents,
    ARRAY(SELECT beacon_id FROM carried_beacons WHERE shopper_id = $1 AND source = 'profile' ORDER BY beacon_id)
      AS carries,
    ARRAY(SELECT segment_id FROM segment_members WHERE shopper_id = $1 AND profiling.granted ORDER BY segment_id)
      AS segments,
    CASE WHEN profiling.granted THEN ${TOTALS} END AS totals,
    CASE WHEN profiling.granted THEN ${FAVOURITE_PRODUCTS} END AS favourite_products,
    CASE WHEN profiling.granted THEN ${FAVOURITE_CATEGORIES} END AS favourite_categories,
    ${VISITS} AS visits, ${PURCHASES} AS purchases, ${INTERACTIONS} AS interactions, ${OFFERS} AS offers,
    ${FEEDBACK} AS feedback, ${MESSAGES} AS messages, ${NOTES} AS notes, ${DEVICES} AS devices, ${INTERACTION_COUNTS} AS interaction_counts,
    ${OFFER_TOTALS} AS offer_totals,
    CASE WHEN profiling.granted THEN ${BROWSED_NOT_BOUGHT} END AS browsed_not_bought,
    ${NEEDS} AS needs, ${WORTH} AS worth
  FROM shoppers, profiling WHERE shopper_id = $1`;
