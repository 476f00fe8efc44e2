import { inStores, margin, PAID } from '../../insights/index.js';

/**
 * Statements of the lift report. `$1` from and `$2` to, of the first moments; `$3` stores (NULL: all); `$4` one offer
 * (NULL: all, and the experiment of all offers together); `$5` days of the window; `$6` now.
 *
 * An experiment is an offer with a holdout of its own, or all offers together (`offer_id` NULL). A shopper belongs to the
 * arm of their first moment in the time: the offer was made, or would have been, and was withheld. Whoever is held out
 * of all offers is in the experiment of all, and in no other: they got none of the rest either. `share` is how likely
 * the moment was to be withheld.
 */
const PERSONS = `
  moment AS MATERIALIZED (
    SELECT decision.offer_id, decision.shopper_id, decision.at, decision.decision_id, decision.held_out_of,
      coalesce(decision.universal_share, 0)::float8 AS universal_share,
      coalesce((document->>'holdoutShare')::float8, 0) AS offer_share
    FROM offers JOIN decisions AS decision ON decision.offer_id = offers.offer_id
    JOIN offer_revisions ON offer_revisions.offer_id = decision.offer_id
      AND offer_revisions.revision = decision.revision
    WHERE decision.at >= $1 AND decision.at < $2 AND outcome IN ('offer', 'ghost')
      AND ${inStores('decision.store_id', '$3')} AND ($4::uuid IS NULL OR offers.offer_id = $4)),
  experiment AS (
    SELECT offer_id, shopper_id, at, decision_id, held_out_of IS NOT NULL AS withheld, offer_share AS share
    FROM moment WHERE held_out_of IS DISTINCT FROM 'all'
    UNION ALL
    SELECT NULL, shopper_id, at, decision_id, held_out_of IS NOT DISTINCT FROM 'all', universal_share
    FROM moment WHERE $4::uuid IS NULL),
  person AS MATERIALIZED (
    SELECT offer_id, shopper_id, min(at) AS at,
      (array_agg(withheld ORDER BY at, decision_id))[1] AS withheld,
      (array_agg(share ORDER BY at, decision_id))[1] AS share,
      bool_or(withheld) AND NOT bool_and(withheld) AS crossed,
      min(at) + make_interval(days => $5::int) <= $6 AS ripe
    FROM experiment
    WHERE shopper_id IN (SELECT shopper_id FROM consents WHERE purpose = 'profiling' AND granted)
    GROUP BY offer_id, shopper_id)`;

/** Whole experiments only: of those whose share was nought all along nothing can be said. */
const MEASURED = `
  measured AS (SELECT offer_id FROM person GROUP BY offer_id HAVING sum(share) > 0 OR bool_or(withheld))`;

/** Who is in which arm of each experiment, and how many of them bought what the offer leads to. */
export const ARMS = `
  WITH ${PERSONS}, ${MEASURED},
  wanted AS (
    SELECT offers.offer_id,
      CASE WHEN jsonb_array_length(document #> '{target,toProductIds}') > 0 THEN document #> '{target,toProductIds}'
        ELSE document #> '{target,productIds}' END AS product_ids,
      document #> '{target,categories}' AS categories
    FROM offers JOIN offer_revisions USING (offer_id)
    WHERE offer_revisions.revision = coalesce(live_revision, latest_revision)
      AND offers.offer_id IN (SELECT offer_id FROM measured)),
  buyer AS (
    SELECT DISTINCT person.offer_id, person.shopper_id
    FROM person LEFT JOIN wanted USING (offer_id)
    JOIN purchases AS bought ON bought.shopper_id = person.shopper_id AND bought.purchased_at >= person.at
      AND bought.purchased_at < person.at + make_interval(days => $5::int) AND ${inStores('bought.store_id', '$3')}
    JOIN purchase_lines AS line ON line.purchase_id = bought.purchase_id AND line.quantity > 0
    LEFT JOIN products AS product USING (product_id)
    WHERE ripe AND CASE WHEN jsonb_array_length(wanted.product_ids) > 0 THEN wanted.product_ids ? line.product_id
      WHEN jsonb_array_length(wanted.categories) > 0 THEN wanted.categories ? product.category ELSE true END)
  SELECT person.offer_id AS "offerId", withheld, count(*) FILTER (WHERE ripe)::int AS shoppers,
    count(*) FILTER (WHERE NOT ripe)::int AS waiting, count(*) FILTER (WHERE crossed)::int AS crossed,
    sum(share) AS "expectedWithheld", sum(share * (1 - share)) AS "varianceWithheld", count(*)::int AS entered,
    count(*) FILTER (WHERE ripe AND EXISTS (
      SELECT FROM buyer WHERE buyer.offer_id IS NOT DISTINCT FROM person.offer_id
        AND buyer.shopper_id = person.shopper_id))::int AS buyers
  FROM person WHERE EXISTS (SELECT FROM measured WHERE measured.offer_id IS NOT DISTINCT FROM person.offer_id)
  GROUP BY person.offer_id, withheld`;

/**
 * What the shoppers of each arm spent and brought in within the window from their first moment, and as long before it:
 * sums over shoppers, in each currency. `$7` the share that stands for an unknown margin. What a till took off for a
 * coupon is taken off here where the purchase does not say so itself.
 */
export const SPENDING = `
  WITH ${PERSONS}, ${MEASURED},
  ripe AS MATERIALIZED (
    SELECT person.offer_id, shopper_id, at, withheld FROM person
    WHERE ripe AND EXISTS (SELECT FROM measured WHERE measured.offer_id IS NOT DISTINCT FROM person.offer_id)),
  movement AS (
    SELECT ripe.offer_id, ripe.withheld, ripe.shopper_id, line.currency, bought.purchased_at >= ripe.at AS after,
      ${PAID} AS revenue, ${margin('$7')} AS margin
    FROM ripe JOIN purchases AS bought ON bought.shopper_id = ripe.shopper_id
      AND bought.purchased_at >= ripe.at - make_interval(days => $5::int)
      AND bought.purchased_at < ripe.at + make_interval(days => $5::int) AND ${inStores('bought.store_id', '$3')}
    JOIN purchase_lines AS line ON line.purchase_id = bought.purchase_id
    LEFT JOIN products AS product USING (product_id)
    WHERE line.unit_price IS NOT NULL
    UNION ALL
    SELECT ripe.offer_id, ripe.withheld, ripe.shopper_id, redemption.currency, redeemed_at >= ripe.at,
      -redemption.discount, -redemption.discount
    FROM ripe JOIN coupons AS coupon ON coupon.shopper_id = ripe.shopper_id
    JOIN redemptions AS redemption ON redemption.code = coupon.code AND reversed_at IS NULL
      AND redeemed_at >= ripe.at - make_interval(days => $5::int)
      AND redeemed_at < ripe.at + make_interval(days => $5::int) AND ${inStores('redemption.store_id', '$3')}
    WHERE redemption.currency IS NOT NULL AND NOT EXISTS (
      SELECT FROM purchase_lines AS said
      WHERE said.purchase_id = redemption.purchase_id AND said.discount > 0)),
  spent AS (
    SELECT offer_id, withheld, shopper_id, currency,
      coalesce(sum(margin) FILTER (WHERE after), 0)::float8 AS margin,
      coalesce(sum(margin) FILTER (WHERE NOT after), 0)::float8 AS margin_before,
      coalesce(sum(revenue) FILTER (WHERE after), 0)::float8 AS revenue,
      coalesce(sum(revenue) FILTER (WHERE NOT after), 0)::float8 AS revenue_before
    FROM movement GROUP BY offer_id, withheld, shopper_id, currency)
  SELECT offer_id AS "offerId", withheld, currency, metric, sum(y) AS sum, sum(y * y) AS "sumOfSquares",
    sum(x) AS "sumBefore", sum(x * x) AS "sumOfSquaresBefore", sum(x * y) AS "sumOfProducts"
  FROM spent CROSS JOIN LATERAL (
    VALUES ('margin', margin, margin_before), ('revenue', revenue, revenue_before)) AS each (metric, y, x)
  GROUP BY offer_id, withheld, currency, metric`;
