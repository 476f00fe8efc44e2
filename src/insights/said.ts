import type { Saying } from '../rules/index.js';
import { DAY_MS } from '../shared/index.js';
import { HABIT_BYTES } from './replenishment/model/habits.rules.js';

/** How the tables of this room are said in SQL about `asked`, for the fields of rules. */

const LAST_VISIT_MS = '(extract(epoch FROM last_visit_at) * 1000)::bigint::float8';
const FIRST_VISIT_MS = '(extract(epoch FROM first_visit_at) * 1000)::bigint::float8';

/** Of the shopper's shopping days; NULL of who has none. */
export function ofActivity(sql: string): string {
  return `(SELECT ${sql} FROM shopper_activity WHERE shopper_activity.shopper_id = asked.shopper_id)`;
}

export const lastVisitMs = ofActivity(LAST_VISIT_MS);
export const firstVisitMs = ofActivity(FIRST_VISIT_MS);

/** As `visits.lateness` reads it: from the third shopping day on. */
export function latenessAt(at: string): string {
  const everyDays = `((${LAST_VISIT_MS} - ${FIRST_VISIT_MS}) / ${DAY_MS} / (visits - 1))`;
  return ofActivity(
    `CASE WHEN visits >= 3 THEN greatest(0, ${at} - ${LAST_VISIT_MS}) / ${DAY_MS} / nullif(${everyDays}, 0) END`,
  );
}

/** Full periods of 24 hours from `then`, in milliseconds, to `at`; NULL where `then` is. */
export function wholeDays(then: string, { at }: Pick<Saying, 'at'>): string {
  return `(SELECT greatest(0, floor((${at} - since) / ${DAY_MS})) FROM (SELECT ${then} AS since) AS known
           WHERE since IS NOT NULL)`;
}

/** Of the habit of one category; NULL where nothing of it was bought. */
export function ofHabit(sql: string, category: string, say: Saying): string {
  return `(SELECT ${sql} FROM replenishment
           WHERE replenishment.shopper_id = asked.shopper_id AND category = ${say.text(category)})`;
}

export function hasHabit(category: string, say: Saying): string {
  return `EXISTS ${ofHabit('', category, say)}`;
}

/** Where the packed habit of one product begins among those of the shopper; NULL where it was never bought. */
const PLACE = `${HABIT_BYTES} * (array_position(products, named.product) - 1)`;
const byte = (at: number): string => `get_byte(product_habits, ${PLACE} + ${at})::bigint`;
const ofProduct = (sql: string, product: string, say: Saying): string =>
  `(SELECT ${sql} FROM shopper_activity, (SELECT ${say.text(product)} AS product) AS named
    WHERE shopper_activity.shopper_id = asked.shopper_id AND products @> ARRAY[named.product])`;

/** As `model/habits.rules.ts` lays it out: 16 bits at 0. */
export function timesBought(product: string, say: Saying): string {
  return ofProduct(`${byte(0)} + (${byte(1)} << 8)`, product, say);
}

/** The second at 60, of 32 bits, in milliseconds. */
export function lastBoughtMs(product: string, say: Saying): string {
  const second = [60, 61, 62, 63].map((at, place) => `(${byte(at)} << ${8 * place})`).join(' + ');
  return ofProduct(`(${second})::float8 * 1000`, product, say);
}

export function hasBought(product: string, say: Saying): string {
  return `EXISTS ${ofProduct('', product, say)}`;
}

/** True of who has ever bought of an equivalence group. */
export function hasBoughtOf(group: string, say: Saying): string {
  return `EXISTS (SELECT FROM purchases JOIN purchase_lines USING (purchase_id) JOIN products USING (product_id)
                  WHERE purchases.shopper_id = asked.shopper_id AND equivalence_group = ${say.text(group)})`;
}

/** Of the traits, as `traits`; NULL of who has none. */
export function ofTraits(sql: string): string {
  return `(SELECT ${sql} FROM shopper_traits WHERE shopper_traits.shopper_id = asked.shopper_id)`;
}

/** A number at a place in the traits, e.g. `reduced,units`. */
export function numberInTraits(place: string): string {
  return ofTraits(`(traits #>> '{${place}}')::float8`);
}

/** Of counts in the traits, the share of the largest; as `modesOf` reads it. */
export function shareOfMode(counts: string): string {
  return ofTraits(`(SELECT max(count) / nullif(sum(count), 0)
    FROM jsonb_array_elements_text(traits -> '${counts}') AS each (value), LATERAL (SELECT value::float8 AS count) AS number)`);
}

export const hasTraits = `EXISTS ${ofTraits('')}`;

/** Of what the shopper's purchases come to; NULL of who has bought nothing. */
export function ofWorth(sql: string): string {
  return `(SELECT ${sql} FROM shopper_value WHERE shopper_value.shopper_id = asked.shopper_id)`;
}

export const hasWorth = `EXISTS ${ofWorth('')}`;
