import { inStores, isPurchase, PAID, profiled } from '../population.sql.js';
import type { TrendLevel } from './trends.rules.js';

const KEYS = { category: 'product.category', product: 'line.product_id' } as const;

/**
 * Purchases in three windows: now (1), before (2), a year ago (3); they may overlap. `$1` their beginnings and `$2`
 * their ends (timestamptz[]), `$3` stores.
 */
const BOUGHT = `
  ${profiled('NULL')},
  bought AS MATERIALIZED (
    SELECT era, shopper_id, purchase_id
    FROM unnest($1::timestamptz[], $2::timestamptz[]) WITH ORDINALITY AS windows (since, until, era)
    JOIN purchases ON purchased_at >= since AND purchased_at < until JOIN profiled USING (shopper_id)
    WHERE ${inStores('store_id', '$3')} AND ${isPurchase('purchases')})`;

/** Purchases in each window, of whatever. */
export const OVERALL = `
  WITH ${BOUGHT} SELECT era::int, count(*)::int AS purchases FROM bought GROUP BY era`;

const of = (what: string, era: number): string => `coalesce(${what} FILTER (WHERE era = ${era}), 0)`;

/**
 * Of each category or product: the purchases it was in, in each window (x, y, z), with the sums over shoppers of
 * squares and products that tell how much they vary; the shoppers who bought it now or before; units and money.
 */
export const trendsBy = (level: TrendLevel): string => `
  WITH ${BOUGHT}, sold AS MATERIALIZED (
    SELECT ${KEYS[level]} AS key, era, shopper_id, purchase_id, line.currency,
      sum(line.quantity) AS units, sum(${PAID}) AS paid
    FROM bought JOIN purchase_lines AS line USING (purchase_id) LEFT JOIN products AS product USING (product_id)
    WHERE ${KEYS[level]} IS NOT NULL AND line.quantity > 0
    GROUP BY key, era, shopper_id, purchase_id, line.currency),
  of_shopper AS (
    SELECT key, shopper_id, ${[1, 2, 3].map((era) => `count(DISTINCT purchase_id) FILTER (WHERE era = ${era}) AS ${'xyz'[era - 1]}`).join(', ')}
    FROM sold GROUP BY key, shopper_id),
  counted AS (
    SELECT key, sum(x)::int AS x, sum(y)::int AS y, sum(z)::int AS z, sum(x * x)::float8 AS xx, sum(y * y)::float8 AS yy,
      sum(z * z)::float8 AS zz, sum(x * y)::float8 AS xy, sum(x * z)::float8 AS xz,
      (count(*) FILTER (WHERE x + y > 0))::int AS shoppers_xy, (count(*) FILTER (WHERE x + z > 0))::int AS shoppers_xz
    FROM of_shopper GROUP BY key),
  in_currency AS (
    SELECT key, currency, ${of('sum(units)', 1)} AS units, ${of('sum(paid)', 1)} AS paid, ${of('sum(paid)', 2)} AS paid_before
    FROM sold GROUP BY key, currency),
  valued AS (
    SELECT key, sum(units)::float8 AS units,
      coalesce(json_agg(json_build_object('currency', currency, 'now', paid, 'before', paid_before) ORDER BY currency)
        FILTER (WHERE currency IS NOT NULL), '[]') AS money
    FROM in_currency GROUP BY key)
  SELECT counted.*, units, money${level === 'product' ? ', name, brand, category' : ''}
  FROM counted JOIN valued USING (key)${level === 'product' ? ' LEFT JOIN products ON product_id = key' : ''}`;

/** The first purchase on record of anybody whose purchases may be used. `$1` stores. */
export const FIRST_PURCHASE = `
  SELECT purchased_at FROM purchases
  WHERE EXISTS (SELECT FROM consents WHERE consents.shopper_id = purchases.shopper_id
                AND purpose = 'profiling' AND granted)
    AND ${inStores('store_id', '$1')} AND ${isPurchase('purchases')}
  ORDER BY purchased_at LIMIT 1`;
