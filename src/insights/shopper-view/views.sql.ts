import { SETTLED } from '../replenishment/rows.js';
import { VALUE_COLUMNS } from '../value/value.repository.js';
import type { Piece } from './pieces.rules.js';
import { MOST_CATEGORIES } from './view.rules.js';

const MOST_GROUPS = 200;
/** Of categories, those rated last. */
const MOST_RATED = 50;

/** Those asked about, as `asked`, with their consents; $1 are their ids. */
const ASKED = `
  WITH asked AS MATERIALIZED (
    SELECT shopper.*, consent.granted, 'profiling' = ANY(consent.granted) AS profiled
    FROM shoppers AS shopper, LATERAL (
      SELECT coalesce(array_agg(purpose) FILTER (WHERE granted), '{}') AS granted
      FROM consents WHERE consents.shopper_id = shopper.shopper_id
    ) AS consent
    WHERE shopper.shopper_id = ANY($1)
  )`;

/** What stands in a view whatever is asked of it. */
const COLUMNS = `
  asked.shopper_id, display_name, locale, time_zone, home_store_id, birthday, attributes,
  coalesce(loyal.standing, loyalty) AS loyalty, preferences, granted,
  (SELECT document->>'timeZone' FROM stores WHERE store_id = home_store_id) AS home_time_zone,
  visits, first_visit_at, last_visit_at, habits.states, liked.ratings`;

/** What only some ask for: its column, what it is without, and where it comes from. */
const PIECES: Readonly<Record<Piece, { column: string; otherwise: string; join: string }>> = {
  foresight: { column: 'activity.model', otherwise: 'NULL::bytea AS model', join: '' },
  segments: {
    column: `ARRAY(SELECT segment_id FROM segment_members AS member
      WHERE profiled AND member.shopper_id = asked.shopper_id ORDER BY segment_id) AS segments`,
    otherwise: "'{}'::text[] AS segments",
    join: '',
  },
  traits: {
    column: 'traits',
    otherwise: 'NULL::jsonb AS traits',
    join: 'LEFT JOIN shopper_traits ON profiled AND shopper_traits.shopper_id = asked.shopper_id',
  },
  value: {
    column: 'CASE WHEN profiled THEN to_jsonb(worth) END AS value',
    otherwise: 'NULL::jsonb AS value',
    join: `LEFT JOIN LATERAL (
    SELECT ${VALUE_COLUMNS} FROM shopper_value WHERE shopper_value.shopper_id = asked.shopper_id
  ) AS worth ON true`,
  },
  brands: {
    column: 'brands.brands',
    otherwise: 'NULL::jsonb AS brands',
    join: `LEFT JOIN LATERAL (
    SELECT json_agg(json_build_array(equivalence_group, brand, own_brand, units,
        round((units / of_group)::numeric, 3), round((own_units / of_group)::numeric, 3))) AS brands
    FROM (
      SELECT * FROM (
        SELECT DISTINCT ON (equivalence_group) equivalence_group, brand, bool_or(own_brand) AS own_brand,
          sum(quantity) AS units, max(purchased_at) AS bought_at,
          sum(sum(quantity)) OVER of_all AS of_group,
          coalesce(sum(sum(quantity) FILTER (WHERE own_brand)) OVER of_all, 0) AS own_units
        FROM purchases
        JOIN purchase_lines USING (purchase_id)
        JOIN products USING (product_id)
        WHERE purchases.shopper_id = asked.shopper_id AND purchased_at > :brandsSince
          AND equivalence_group IS NOT NULL
        GROUP BY equivalence_group, brand HAVING sum(quantity) > 0
        WINDOW of_all AS (PARTITION BY equivalence_group)
        ORDER BY equivalence_group, units DESC, bought_at DESC, brand
      ) AS favourite ORDER BY bought_at DESC LIMIT ${MOST_GROUPS}
    ) AS favourites
  ) AS brands ON profiled`,
  },
};

/** The shopper's value is there where it must be: with the consent once something was bought, and not without it. */
const VALUED = `
  CASE WHEN NOT profiled THEN worth."shopperId" IS NULL
    ELSE worth."shopperId" IS NOT NULL OR NOT EXISTS (
      SELECT FROM purchases JOIN purchase_lines USING (purchase_id)
      WHERE purchases.shopper_id = asked.shopper_id AND quantity > 0)
  END`;

/** Whether derived rows are as they must be; needs `worth`, of the piece `value`. */
export const IS_SETTLED = `(${SETTLED}) AND (${VALUED}) AS settled`;

/** Of the ids $1, those who consent to `profiling` and whose derived rows lag behind. */
export const UNSETTLED = `
  SELECT asked.shopper_id
  FROM (
    SELECT shoppers.*, true AS profiled FROM consents JOIN shoppers USING (shopper_id)
    WHERE purpose = 'profiling' AND granted AND shopper_id = ANY($1)
  ) AS asked
  LEFT JOIN shopper_activity AS activity ON activity.shopper_id = asked.shopper_id
  LEFT JOIN LATERAL (
    SELECT shopper_id AS "shopperId" FROM shopper_value WHERE shopper_value.shopper_id = asked.shopper_id
  ) AS worth ON true
  WHERE NOT ((${SETTLED}) AND (${VALUED}))`;

const LIKED = `
  LEFT JOIN LATERAL (
    SELECT json_agg(json_build_array(category, count, round(mean, 3))) AS ratings
    FROM (
      SELECT category, count(*) AS count, avg(rating) AS mean
      FROM offer_ratings, unnest(categories) AS category WHERE offer_ratings.shopper_id = asked.shopper_id
      GROUP BY category ORDER BY max(at) DESC LIMIT ${MOST_RATED}
    ) AS rated
  ) AS liked ON profiled`;

/** The habits of all categories, or of those alone that `only` says. */
function habitsOf(only: string, habit: string): string {
  return `
  LEFT JOIN LATERAL (
    SELECT json_agg(json_build_array(category, purchases,
      (extract(epoch FROM last_purchased_at) * 1000)::bigint,
      visits_at_first, sum_log_gap, sum_log_gap_squared, ${habit})) AS states
    FROM (
      SELECT * FROM replenishment WHERE replenishment.shopper_id = asked.shopper_id ${only}
      ORDER BY purchases > 1 DESC, last_purchased_at DESC LIMIT ${MOST_CATEGORIES}
    ) AS habit
  ) AS habits ON profiled`;
}

/** What a reader wants beside the view, and of the view. */
export interface Wanted {
  pieces: ReadonlySet<Piece>;
  columns: string;
  joins?: string;
  /** The parameter since when purchases count for the main brand. */
  brandsSince: string;
  /** A condition on `replenishment`, for whoever asks about some categories only. */
  onlyHabits?: string;
}

/** The statement for views with these pieces; those left out are as if nothing were known. */
export function viewsStatement(wanted: Wanted): string {
  const { pieces, columns, joins = '', brandsSince, onlyHabits = '' } = wanted;
  const all = Object.entries(PIECES) as [Piece, (typeof PIECES)[Piece]][];
  const selected = all.map(([name, { column, otherwise }]) => (pieces.has(name) ? column : otherwise));
  const joined = all.filter(([name]) => pieces.has(name)).map(([, { join }]) => join);
  const habit = pieces.has('foresight') ? "encode(habit, 'base64')" : 'NULL';
  return `${ASKED}
  SELECT ${[COLUMNS, ...selected, columns].join(', ')}
  FROM asked
  LEFT JOIN loyalty_members AS loyal ON loyal.shopper_id = asked.shopper_id
  LEFT JOIN shopper_activity AS activity ON activity.shopper_id = asked.shopper_id
  ${habitsOf(onlyHabits, habit)}
  ${LIKED}
  ${joined.join('\n  ').replace(':brandsSince', brandsSince)}
  ${joins}`;
}
