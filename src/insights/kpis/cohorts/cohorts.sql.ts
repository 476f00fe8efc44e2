import {
  acquired,
  BROUGHT_BACK,
  earnedOf,
  inStores,
  isPurchase,
  PRICED,
  profiled,
} from '../population.sql.js';

import type { CohortsBy } from './cohorts.rules.js';

const KEYS = { month: 'month, NULL AS channel', channel: 'month, channel' } as const;
const GROUPS = { month: 'month', channel: 'month, channel' } as const;

/** Months since the year 0. */
const monthOf = (day: string): string =>
  `(12 * date_part('year', ${day}) + date_part('month', ${day}) - 1)::int`;

/** Shoppers won from day `$1` to before `$2`. `$3` stores, `$4` time zone. */
const COHORT = `
  ${profiled('NULL')}, ${BROUGHT_BACK}, ${acquired('$3', '$4')},
  cohort AS MATERIALIZED (
    SELECT shopper_id, day, dated_by, coalesce(channel, 'unknown') AS channel, ${monthOf('day')} AS month,
      date_part('day', day) AS day_of_month
    FROM acquired WHERE day >= $1::date AND day < $2::date)`;

/** How many were won, when the last of them was, and how they are dated. */
export const membersBy = (by: CohortsBy): string => `
  WITH ${COHORT}
  SELECT ${KEYS[by]}, count(*)::int AS shoppers, max(day) AS last_day,
    (count(*) FILTER (WHERE dated_by = 'recorded'))::int AS recorded,
    (count(*) FILTER (WHERE dated_by = 'firstPurchase'))::int AS first_purchase,
    (count(*) FILTER (WHERE dated_by = 'created'))::int AS created
  FROM cohort GROUP BY ${GROUPS[by]}`;

/**
 * What they earned in each whole month since they were won (age 0 is the first), younger than `$5` months. A month is
 * full on the same day of the next, or on its last where it is shorter, as `wholeMonthsBetween` counts. `$6` the share
 * that stands for an unknown margin.
 */
export const earnedBy = (by: CohortsBy): string => `
  WITH ${COHORT}, bought AS MATERIALIZED (
    SELECT cohort.month, cohort.channel, purchase_id, ${monthOf('bought_on')} - cohort.month
      - (day_of_month > date_part('day', bought_on) AND date_part('day', bought_on + 1) <> 1)::int AS age
    FROM cohort JOIN purchases USING (shopper_id)
    CROSS JOIN LATERAL (SELECT (purchased_at AT TIME ZONE $4::text)::date AS bought_on) AS local
    WHERE bought_on >= day AND ${inStores('store_id', '$3')})
  SELECT ${KEYS[by]}, currency, age, ${earnedOf('$6')}
  FROM (
    SELECT month, channel, line.currency, age, ${PRICED}
    FROM bought JOIN purchase_lines AS line USING (purchase_id) LEFT JOIN products AS product USING (product_id)
    WHERE age < $5::int AND line.unit_price IS NOT NULL OFFSET 0) AS priced
  GROUP BY ${GROUPS[by]}, currency, age`;

/** When a shopper whose purchases may be used last bought, as far as we know. `$1` stores. */
export const LAST_PURCHASE = `
  SELECT purchased_at FROM purchases
  WHERE EXISTS (SELECT FROM consents WHERE consents.shopper_id = purchases.shopper_id
                AND purpose = 'profiling' AND granted)
    AND ${inStores('store_id', '$1')} AND ${isPurchase('purchases')}
  ORDER BY purchased_at DESC LIMIT 1`;
