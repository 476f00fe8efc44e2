import type { Instant, ReplenishmentState } from '../../shared/index.js';
import type { BoughtLine } from './preferences.rules.js';
import { FOLD, HOUSEHOLD, SETTLED } from './rows.js';

const instant = (column: string): string => `round(extract(epoch FROM ${column}) * 1000)::bigint`;

/**
 * What is folded of `asked`, as a {@link FoldedRow}; null when there is nothing, when it was folded another way or with
 * another household, or when a product it waits for has come to the catalogue: then it must be folded from the start.
 */
export const FOLDED = `
  (SELECT json_build_object('visits', visits, 'firstVisitAt', ${instant('first_visit_at')},
     'lastVisitAt', ${instant('last_visit_at')}, 'awaiting', awaiting, 'model', encode(model, 'base64'),
     'products', json_build_object('model', encode(product_model, 'base64'), 'keys', products,
       'habits', encode(product_habits, 'base64')),
     'habits', (
       SELECT coalesce(json_agg(json_build_object('category', category, 'habit', encode(habit, 'base64'),
         'state', json_build_object('purchases', purchases, 'firstPurchasedAt', ${instant('first_purchased_at')},
           'lastPurchasedAt', ${instant('last_purchased_at')}, 'visitsAtFirst', visits_at_first,
           'sumLogGap', sum_log_gap, 'sumLogGapSquared', sum_log_gap_squared)) ORDER BY category), '[]')
       FROM replenishment WHERE replenishment.shopper_id = asked.shopper_id))
   FROM shopper_activity AS kept
   WHERE kept.shopper_id = asked.shopper_id AND model IS NOT NULL AND fold = ${FOLD}
     AND shared_with = ${HOUSEHOLD} AND NOT EXISTS (SELECT FROM products WHERE product_id = ANY(kept.awaiting)))`;

export interface FoldedRow {
  visits: number;
  firstVisitAt: Instant;
  lastVisitAt: Instant;
  awaiting: string[];
  /** The packed model, in base64 as the habits. */
  model: string;
  habits: { category: string; habit: string; state: ReplenishmentState }[];
  products: ProductsRow;
}

/** What is kept of the products that a shopper bought; bytes in base64. */
export interface ProductsRow {
  model: string;
  keys: string[];
  /** 64 bytes each, in the order of `keys`. */
  habits: string;
}

/** What the shopper and their household bought, line by line; returned goods are not in it. */
const LINES = `
  (SELECT coalesce(json_agg(json_build_object('productId', line.product_id, 'category', product.category,
     'channel', bought.channel, 'purchasedAt', ${instant('bought.purchased_at')},
     'timeZone', coalesce(store.document->>'timeZone', asked.time_zone, 'UTC'), 'quantity', line.quantity,
     'packAmount', product.pack_amount, 'packUnit', product.pack_unit)), '[]')
   FROM purchases AS bought
   JOIN purchase_lines AS line ON line.purchase_id = bought.purchase_id AND line.quantity > 0
   LEFT JOIN stores AS store ON store.store_id = bought.store_id
   LEFT JOIN products AS product ON product.product_id = line.product_id
   WHERE bought.shopper_id = ANY(asked.shopper_id || ${HOUSEHOLD}))`;

/** All that the needs of shopper `$1` are told from, as a {@link NeedsRow}; null when there is no such shopper. */
export const NEEDS = `
  (SELECT json_build_object('settled', ${SETTLED},
     'timeZone', coalesce(asked.time_zone,
       (SELECT document->>'timeZone' FROM stores WHERE store_id = asked.home_store_id), 'UTC'),
     'folded', CASE WHEN profiled THEN ${FOLDED} END, 'lines', CASE WHEN profiled THEN ${LINES} ELSE '[]' END)
   FROM shoppers AS asked
   CROSS JOIN LATERAL (SELECT EXISTS (
     SELECT FROM consents
     WHERE consents.shopper_id = asked.shopper_id AND purpose = 'profiling' AND granted) AS profiled) AS consent
   LEFT JOIN shopper_activity AS activity ON activity.shopper_id = asked.shopper_id
   WHERE asked.shopper_id = $1)`;

export interface NeedsRow {
  /** False when what is folded lags behind the purchases or the catalogue, or should be gone for want of consent. */
  settled: boolean;
  timeZone: string;
  folded: FoldedRow | null;
  lines: BoughtLine[];
}
