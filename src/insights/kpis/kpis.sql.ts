import {
  acquired,
  BROUGHT_BACK,
  earnedOf,
  inStores,
  isNoReturn,
  isPurchase,
  PAID,
  PRICED,
  profiled,
} from './population.sql.js';

/**
 * Statements of the KPI report. Periods come as their edges: `$1` the moments (timestamptz[]) or days (date[]) on
 * which they begin, ascending, the last one being the end. `bucket` 1 is the period before the first that is shown,
 * whose shoppers the first retention is measured on; `NULL` is all that are shown.
 */
const FIRST_SHOWN = 2;

/** Purchases of each profiled shopper by period. `$2` stores, `$3` segment. */
const BOUGHT = `
  ${profiled('$3')}, ${BROUGHT_BACK},
  bought AS MATERIALIZED (
    SELECT shopper_id, width_bucket(purchased_at, $1::timestamptz[]) AS bucket, count(*)::int AS purchases
    FROM purchases JOIN profiled USING (shopper_id)
    WHERE purchased_at >= ($1::timestamptz[])[1] AND purchased_at < ($1::timestamptz[])[cardinality($1)]
      AND ${inStores('store_id', '$2')} AND ${isNoReturn}
    GROUP BY shopper_id, bucket)`;

const listOf = (select: string): string => `(SELECT coalesce(json_agg(item), '[]') FROM (${select}) AS item)`;

/**
 * Who bought and who was won, in one row of three lists. `activity`: how many bought, how often, and how many of them
 * had bought in the period before. `acquired`: shoppers won (bucket 0: earlier than all), by how they are dated and
 * the currency of their cost. `lifetimes`: periods with a purchase, from that of the acquisition on, of all shoppers
 * won in each. As BOUGHT; `$4` the same edges as days, `$5` time zone.
 */
export const PEOPLE = `
  WITH ${BOUGHT}, ${acquired('$2', '$5')},
  followed AS (
    SELECT *, lag(bucket) OVER (PARTITION BY shopper_id ORDER BY bucket) = bucket - 1 AS stayed FROM bought),
  won AS MATERIALIZED (SELECT *, width_bucket(day, $4::date[]) AS bucket FROM acquired)
  SELECT ${listOf(`
    SELECT bucket, count(*) AS active, sum(purchases) AS purchases, count(*) FILTER (WHERE stayed) AS retained
    FROM followed GROUP BY bucket
    UNION ALL
    SELECT NULL, count(DISTINCT shopper_id), coalesce(sum(purchases), 0), 0
    FROM bought WHERE bucket >= ${FIRST_SHOWN}`)} AS activity,
  ${listOf(`
    SELECT bucket, dated_by, currency, count(*) AS shoppers, count(cost) AS with_cost, coalesce(sum(cost), 0) AS cost
    FROM won GROUP BY bucket, dated_by, currency`)} AS acquired,
  ${listOf(`
    SELECT won.bucket, count(*) AS active_periods FROM won JOIN bought USING (shopper_id)
    WHERE won.bucket >= ${FIRST_SHOWN} AND bought.bucket >= won.bucket
    GROUP BY won.bucket`)} AS lifetimes`;

/**
 * Mean over shoppers of their mean days between two purchase days of which the later lies in the period, however long
 * before it the earlier was. `$1` days, `$2` stores, `$3` segment, `$4` time zone, `$5` the end as a moment.
 */
export const GAPS = `
  WITH ${profiled('$3')}, ${BROUGHT_BACK}, days AS (
    SELECT DISTINCT shopper_id, (purchased_at AT TIME ZONE $4::text)::date AS day
    FROM purchases JOIN profiled USING (shopper_id)
    WHERE purchased_at < $5::timestamptz AND ${inStores('store_id', '$2')} AND ${isNoReturn}),
  gaps AS (
    SELECT shopper_id, width_bucket(day, $1::date[]) AS bucket,
      day - lag(day) OVER (PARTITION BY shopper_id ORDER BY day) AS gap
    FROM days),
  of_shopper AS (
    SELECT shopper_id, bucket, avg(gap)::float8 AS mean FROM gaps
    WHERE gap IS NOT NULL AND bucket >= ${FIRST_SHOWN}
    GROUP BY GROUPING SETS ((shopper_id, bucket), (shopper_id)))
  SELECT bucket, avg(mean)::float8 AS days, count(*)::int AS shoppers FROM of_shopper GROUP BY bucket`;

/**
 * Visits that began in each period, who made them, and how many led to a purchase in that store: from the visit's
 * beginning to `$5` minutes after its end, and before the next one's beginning, so that no purchase counts twice.
 * `$1` moments, `$2` stores, `$3` segment, `$4` now, for visits that go on.
 */
export const VISITS = `
  WITH ${profiled('$3')}, made AS (
    SELECT shopper_id, store_id, started_at, width_bucket(started_at, $1::timestamptz[]) AS bucket,
      least(coalesce(ended_at, $4::timestamptz) + make_interval(mins => $5::int),
        lead(started_at) OVER (PARTITION BY shopper_id, store_id ORDER BY started_at)) AS buys_until
    FROM visits JOIN profiled USING (shopper_id)
    WHERE started_at >= ($1::timestamptz[])[${FIRST_SHOWN}]
      AND started_at < ($1::timestamptz[])[cardinality($1)] + interval '1 day'
      AND ${inStores('store_id', '$2')}),
  judged AS (
    SELECT shopper_id, bucket, EXISTS (
      SELECT FROM purchases
      WHERE purchases.shopper_id = made.shopper_id AND purchases.store_id = made.store_id
        AND purchased_at >= started_at AND purchased_at <= buys_until AND ${isPurchase('purchases')}) AS bought
    FROM made WHERE bucket < cardinality($1))
  SELECT bucket, count(*)::int AS visits, count(DISTINCT shopper_id)::int AS visitors,
    (count(*) FILTER (WHERE bought))::int AS with_purchase
  FROM judged GROUP BY GROUPING SETS ((bucket), ())`;

/**
 * What was paid and earned in each currency; lines without a price count in neither. `$1` moments, `$2` stores,
 * `$3` segment, `$4` the share that stands for an unknown margin.
 */
export const MONEY = `
  WITH ${profiled('$3')}
  SELECT bucket, currency, sum(paid)::float8 AS revenue, ${earnedOf('$4')}
  FROM (
    SELECT width_bucket(purchased_at, $1::timestamptz[]) AS bucket, line.currency, ${PRICED}
    FROM purchases JOIN profiled USING (shopper_id)
    JOIN purchase_lines AS line USING (purchase_id) LEFT JOIN products AS product USING (product_id)
    WHERE purchased_at >= ($1::timestamptz[])[${FIRST_SHOWN}] AND purchased_at < ($1::timestamptz[])[cardinality($1)]
      AND ${inStores('purchases.store_id', '$2')} AND line.unit_price IS NOT NULL
    OFFSET 0) AS priced
  GROUP BY bucket, currency`;

/**
 * What was bought of each category in all periods shown: the brands in it, how many bought them, how many units, and
 * how many units of the whole category those shoppers bought; what was paid, by currency. `$1` moments, `$2` stores,
 * `$3` segment, `$4` one shopper in so many is looked at.
 */
export const CATEGORIES = `
  WITH ${profiled('$3')}, asked AS (
    SELECT shopper_id FROM profiled WHERE (hashtext(shopper_id) & 2147483647) % $4::int = 0),
  lines AS MATERIALIZED (
    SELECT shopper_id, category, brand, own_brand, line.currency, sum(line.quantity) AS units, sum(${PAID}) AS paid
    FROM asked JOIN purchases USING (shopper_id)
    JOIN purchase_lines AS line USING (purchase_id) JOIN products AS product USING (product_id)
    WHERE purchased_at >= ($1::timestamptz[])[${FIRST_SHOWN}] AND purchased_at < ($1::timestamptz[])[cardinality($1)]
      AND ${inStores('purchases.store_id', '$2')} AND line.quantity > 0
    GROUP BY shopper_id, category, brand, own_brand, line.currency),
  by_brand AS MATERIALIZED (
    SELECT shopper_id, category, brand, bool_or(own_brand) AS own_brand, sum(units) AS units
    FROM lines GROUP BY shopper_id, category, brand),
  by_category AS MATERIALIZED (
    SELECT shopper_id, category, sum(units) AS units, sum(units) FILTER (WHERE own_brand) AS own_units
    FROM by_brand GROUP BY shopper_id, category)
  SELECT (SELECT count(DISTINCT shopper_id)::int FROM lines) AS shoppers,
  ${listOf(`
    SELECT category, count(*) AS buyers, sum(units) AS units, coalesce(sum(own_units), 0) AS own_units
    FROM by_category GROUP BY category`)} AS categories,
  ${listOf(`
    SELECT category, brand, bool_or(own_brand) AS own_brand, count(*) AS buyers, sum(by_brand.units) AS units,
      sum(by_category.units) AS buyers_units
    FROM by_brand JOIN by_category USING (shopper_id, category) GROUP BY category, brand`)} AS brands,
  ${listOf(`
    SELECT category, currency, sum(paid) AS paid FROM lines
    WHERE currency IS NOT NULL GROUP BY category, currency`)} AS money`;

/** How many shoppers there are, and how many of them consented. `$1` segment. */
export const POPULATION = `
  WITH ${profiled('$1')}
  SELECT (SELECT count(*)::int FROM shoppers WHERE $1::text IS NULL
      OR shopper_id IN (SELECT shopper_id FROM segment_members WHERE segment_id = $1)) AS shoppers,
    (SELECT count(*)::int FROM profiled JOIN shoppers USING (shopper_id)) AS profiled`;

/** Whether there is such a segment. */
export const HAS_SEGMENT = 'SELECT FROM segments WHERE segment_id = $1';

/** What is expected of the shoppers, as of the last nightly round. `$1` segment, `$2` stores: their home. */
export const EXPECTED = `
  WITH ${profiled('$1')}, scored AS (
    SELECT worth.* FROM profiled JOIN shopper_value AS worth USING (shopper_id) JOIN shoppers USING (shopper_id)
    WHERE scored_at IS NOT NULL AND ($2::text[] IS NULL OR home_store_id = ANY($2))
  )
  SELECT count(*)::int AS "scoredShoppers", avg(probability_active) AS "meanProbabilityActive",
    ${listOf(`
      SELECT sum(expected_margin)::bigint AS amount, currency FROM scored
      WHERE currency IS NOT NULL AND expected_margin IS NOT NULL GROUP BY currency`)} AS "customerEquity"
  FROM scored`;
