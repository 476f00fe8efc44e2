/**
 * Pieces of SQL that every report is put together from. Arguments named `$…` are places of parameters, others are
 * names of tables in the statement.
 */

/** Shoppers whose purchases may be used, as a table `profiled`; `segment` narrows it to its members, NULL does not. */
export const profiled = (segment: string): string => `
  profiled AS MATERIALIZED (
    SELECT shopper_id FROM consents
    WHERE purpose = 'profiling' AND granted
      AND (${segment}::text IS NULL
        OR shopper_id IN (SELECT shopper_id FROM segment_members WHERE segment_id = ${segment})))`;

/** `stores` (text[]) NULL: everywhere, online too. */
export const inStores = (column: string, stores: string): string =>
  `(${stores}::text[] IS NULL OR ${column} = ANY(${stores}::text[]))`;

/** False for what only brings goods back: no line of it is above zero. */
export const isPurchase = (purchase: string): string => `
  NOT EXISTS (
    SELECT FROM purchase_lines AS returned
    WHERE returned.purchase_id = ${purchase}.purchase_id AND returned.quantity <= 0
      AND NOT EXISTS (SELECT FROM purchase_lines AS kept
                      WHERE kept.purchase_id = ${purchase}.purchase_id AND kept.quantity > 0))`;

/**
 * What only brings goods back, as a table: few, and quicker found at once than by asking each of many purchases whether
 * it is one. Grouped, so that Postgres looks up the lines of those that bring something back, and reads no others.
 */
export const BROUGHT_BACK = `
  brought_back AS MATERIALIZED (
    SELECT purchase_id FROM purchase_lines AS returned WHERE quantity <= 0 GROUP BY purchase_id
    HAVING NOT EXISTS (SELECT FROM purchase_lines AS kept
                       WHERE kept.purchase_id = returned.purchase_id AND kept.quantity > 0))`;

/** As {@link isPurchase}, where most of the ledger is read; needs the table of {@link BROUGHT_BACK}. */
export const isNoReturn = 'purchase_id NOT IN (SELECT purchase_id FROM brought_back)';

// What the profile's door lets through and Postgres can read: a cast that fails would take the whole report along.
const A_DAY = `'^(19|20|21)\\d\\d-\\d\\d-\\d\\d$'`;
const A_TIME = `'^(19|20|21)\\d\\d-\\d\\d-\\d\\dT[0-9:.]+(Z|[+-](0\\d|1[0-4]):[0-5]\\d)$'`;

/**
 * When, through which channel and at what cost each profiled shopper was won, as tables `firsts` and `acquired` behind
 * those of `profiled` and {@link BROUGHT_BACK}: on
 * the day that the retailer put on record, else of the first purchase, else of the profile. Where stores are given,
 * only shoppers who belong there: by their home store, else by the store of their first purchase.
 */
export const acquired = (stores: string, timeZone: string): string => `
  firsts AS (
    SELECT shopper_id, min(purchased_at) AS purchased_at FROM purchases
    WHERE ${isNoReturn} GROUP BY shopper_id),
  acquired AS MATERIALIZED (
    SELECT shopper.shopper_id, acquisition->>'channel' AS channel,
      CASE WHEN recorded.at IS NOT NULL THEN 'recorded'
           WHEN firsts.purchased_at IS NOT NULL THEN 'firstPurchase' ELSE 'created' END AS dated_by,
      coalesce(recorded.at,
        (coalesce(firsts.purchased_at, shopper.created_at) AT TIME ZONE ${timeZone}::text)::date) AS day,
      (acquisition->'cost'->>'amount')::bigint AS cost, acquisition->'cost'->>'currency' AS currency
    FROM profiled JOIN shoppers AS shopper USING (shopper_id) LEFT JOIN firsts USING (shopper_id)
    CROSS JOIN LATERAL (SELECT CASE
      WHEN acquisition->>'at' ~ ${A_DAY} THEN (acquisition->>'at')::date
      WHEN acquisition->>'at' ~ ${A_TIME}
        THEN ((acquisition->>'at')::timestamptz AT TIME ZONE ${timeZone}::text)::date END AS at) AS recorded
    WHERE ${stores}::text[] IS NULL OR coalesce(home_store_id, (
      SELECT store_id FROM purchases
      WHERE purchases.shopper_id = shopper.shopper_id AND purchases.purchased_at = firsts.purchased_at
      ORDER BY purchase_id LIMIT 1)) = ANY(${stores}::text[]))`;

/** A price or cost a unit, for the quantity of a `purchase_lines AS line`: rounded half up, below zero for a return. */
const times = (each: string): string => `sign(line.quantity) * floor(abs(line.quantity) * ${each} + 0.5)`;

/** What was paid for a line, in minor units; below zero what was given back, less what had been off it. */
export const PAID = `(${times('line.unit_price')} - sign(line.quantity) * coalesce(line.discount, 0))`;

/** Whether the cost of a line is known: by `products AS product`, in the line's currency. */
const COST_KNOWN = '(product.unit_cost IS NOT NULL AND product.currency = line.currency)';

/** What a line cost, in minor units; NULL where that is not known. */
const COST = `(CASE WHEN ${COST_KNOWN} THEN ${times('product.unit_cost')} END)`;

/** Paid less cost, or where the cost is not known a usual share of what was paid. */
const earned = (paid: string, cost: string, share: string): string =>
  `coalesce(${paid} - ${cost}, ${paid} * ${share}::float8)`;

/** What a line earned, in minor units; `share` stands for an unknown margin. */
export const margin = (share: string): string => earned(PAID, COST, share);

/** What {@link earnedOf} reckons with, of `purchase_lines AS line` and `products AS product`. */
export const PRICED = `${PAID} AS paid, ${COST} AS cost`;

/**
 * What was earned, of rows of {@link PRICED}, which are to be fenced by OFFSET 0: otherwise Postgres puts the
 * sums in place of their names and reckons each line five times. `share` stands for an unknown margin.
 */
export const earnedOf = (share: string): string => `
  sum(${earned('paid', 'cost', share)})::float8 AS margin,
  sum(abs(paid))::float8 AS turned_over,
  coalesce(sum(abs(paid)) FILTER (WHERE cost IS NULL), 0)::float8 AS estimated_on`;
