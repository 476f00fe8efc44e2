import type { Queryable } from '../../platform/index.js';
import type { ShopperId } from '../../shared/index.js';

/** As many as preferences may name. */
const MOST_MUTED = 200;

/** Adds categories to those that the shopper wants no offers about, and can take off the list again in the app. */
export async function muteCategories(
  tx: Queryable,
  shopperId: ShopperId,
  categories: readonly string[],
): Promise<void> {
  if (categories.length === 0) return;
  await tx.run(
    `UPDATE shoppers SET updated_at = now(), preferences = jsonb_set(preferences, '{mutedCategories}', muted.list)
     FROM (SELECT jsonb_agg(category) AS list
           FROM (SELECT jsonb_array_elements_text(coalesce(preferences->'mutedCategories', '[]'::jsonb)) AS category
                 FROM shoppers WHERE shopper_id = $1
                 UNION SELECT unnest($2::text[])) AS all_of_them) AS muted
     WHERE shopper_id = $1 AND jsonb_array_length(muted.list) <= $3`,
    [shopperId, categories, MOST_MUTED],
  );
}
