/**
 * Pieces of SQL that every report is put together from. Arguments named `$…` are places of parameters, others are
 * names of tables in the statement.
 */

/** Shoppers whose purchases may be used, as a table `profiled`; `members` (text[]) narrows it to them, NULL does not. */
export const profiled = (members: string): string => `
  profiled AS MATERIALIZED (
    SELECT shopper_id FROM consents
    WHERE purpose = 'profiling' AND granted
      AND (${members}::text[] IS NULL OR shopper_id IN (SELECT unnest(${members}::text[]))))`;

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

// What the profile's door lets through and Postgres can read: a cast that fails would take the whole report along.
const A_DAY = `'^(19|20|21)\\d\\d-\\d\\d-\\d\\d$'`;
const A_TIME = `'^(19|20|21)\\d\\d-\\d\\d-\\d\\dT[0-9:.]+(Z|[+-](0\\d|1[0-4]):[0-5]\\d)$'`;

/**
 * When, through which channel and at what cost each profiled shopper was won, as tables `firsts` and `acquired`: on
 * the day that the retailer put on record, else of the first purchase, else of the profile. Where stores are given,
 * only shoppers who belong there: by their home store, else by the store of their first purchase.
 */
export const acquired = (stores: string, timeZone: string): string => `
  firsts AS (
    SELECT shopper_id, min(purchased_at) AS purchased_at FROM purchases
    WHERE ${isPurchase('purchases')} GROUP BY shopper_id),
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

/** Columns of a `purchase_lines AS line`: what was paid for it, in minor units, rounded half up. */
export const PAID = '(floor(line.quantity * line.unit_price + 0.5) - coalesce(line.discount, 0))';

/** Whether the cost of a line is known: by `products AS product`, in the line's currency. */
export const COST_KNOWN = '(product.unit_cost IS NOT NULL AND product.currency = line.currency)';

/** What a line earned, in minor units: paid less cost, or where the cost is not known a usual share of what was paid. */
export const margin = (defaultShare: string): string => `
  CASE WHEN ${COST_KNOWN} THEN ${PAID} - floor(line.quantity * product.unit_cost + 0.5)
       ELSE ${PAID} * ${defaultShare}::float8 END`;
