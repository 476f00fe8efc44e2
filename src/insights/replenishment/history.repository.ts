import { Injectable } from '@nestjs/common';
import { Database, timestamp, type Queryable } from '../../platform/index.js';
import type { Instant, PurchaseId, ShopperId } from '../../shared/index.js';
import type { History, Trip } from './history.rules.js';
import { HABIT_BYTES } from './model/habits.rules.js';
import type { StoredModel } from './model/shopper.rules.js';
import { packedModel, storedModel } from './packing.rules.js';
import { FOLDED, NEEDS, type FoldedRow, type NeedsRow, type ProductsRow } from './needs.sql.js';
import { FOLD, HOUSEHOLD, STATE_COLUMNS } from './rows.js';

interface TripRow {
  shopper_id: ShopperId;
  purchased_at: Instant;
  day: number;
  categories: string[];
  products: string[];
  unknown_products: string[];
}
/** What is folded of a shopper: the history, and beside it the models of what they buy, by category and by product. */
export interface Folded {
  history: History;
  model: StoredModel<string>;
  products: StoredModel<string>;
}
/** What was bought, and what was made of it (`shopper_activity`, `replenishment`). */
@Injectable()
export class HistoryRepository {
  constructor(private readonly database: Database) {}

  /** All that one shopper's needs are told from; `undefined` when there is no such shopper. */
  async needs(shopperId: ShopperId): Promise<NeedsRow | undefined> {
    const [found] = await this.database.query<{ needs: NeedsRow | null }>(`SELECT ${NEEDS} AS needs`, [
      shopperId,
    ]);
    return found?.needs ?? undefined;
  }

  /** All trips of each shopper, or only the named ones. A returned line (quantity below zero) is no purchase. */
  async trips(
    tx: Queryable,
    ids: readonly ShopperId[],
    purchaseIds?: readonly PurchaseId[],
  ): Promise<Map<ShopperId, Trip[]>> {
    const rows = await tx.query<TripRow>(
      `SELECT asked.shopper_id, bought.purchased_at,
         (bought.purchased_at AT TIME ZONE
           coalesce(store.document->>'timeZone', asked.time_zone, 'UTC'))::date - date '1970-01-01' AS day,
         coalesce(array_agg(DISTINCT product.category) FILTER (WHERE product.category IS NOT NULL), '{}') AS categories,
         coalesce(array_agg(DISTINCT line.product_id) FILTER (WHERE line.product_id IS NOT NULL), '{}') AS products,
         coalesce(array_agg(DISTINCT line.product_id)
           FILTER (WHERE line.product_id IS NOT NULL AND product.product_id IS NULL), '{}') AS unknown_products
       FROM shoppers AS asked
       JOIN purchases AS bought ON bought.shopper_id = ANY(asked.shopper_id || ${HOUSEHOLD})
       LEFT JOIN stores AS store ON store.store_id = bought.store_id
       LEFT JOIN purchase_lines AS line ON line.purchase_id = bought.purchase_id AND line.quantity > 0
       LEFT JOIN products AS product ON product.product_id = line.product_id
       WHERE asked.shopper_id = ANY($1) AND ($2::text[] IS NULL OR bought.purchase_id = ANY($2))
       GROUP BY asked.shopper_id, bought.purchase_id, store.store_id`,
      [ids, purchaseIds ?? null],
    );
    const trips = new Map<ShopperId, Trip[]>();
    for (const row of rows) {
      const ofShopper = trips.get(row.shopper_id) ?? [];
      ofShopper.push({
        purchasedAt: row.purchased_at,
        day: row.day,
        categories: row.categories,
        products: row.products,
        unknownProducts: row.unknown_products,
      });
      trips.set(row.shopper_id, ofShopper);
    }
    return trips;
  }

  /** The others whose purchases count for this shopper, and theirs for the others. */
  async householdOf(shopperId: ShopperId): Promise<ShopperId[]> {
    const [row] = await this.database.query<{ members: ShopperId[] }>(
      `SELECT ${HOUSEHOLD} AS members FROM shoppers AS asked WHERE asked.shopper_id = $1`,
      [shopperId],
    );
    return row?.members ?? [];
  }

  /** What was folded so far; `undefined` where it must be folded from the start. */
  async known(tx: Queryable, shopperId: ShopperId): Promise<Folded | undefined> {
    const [found] = await tx.query<{ folded: FoldedRow | null }>(
      `SELECT ${FOLDED} AS folded FROM shoppers AS asked WHERE shopper_id = $1`,
      [shopperId],
    );
    return found?.folded ? foldedFrom(found.folded) : undefined;
  }

  /**
   * Writes what was folded.
   *
   * @param changed only these categories differ from what is kept; all of them without it
   */
  async save(
    tx: Queryable,
    folded: ReadonlyMap<ShopperId, Folded>,
    changed?: ReadonlySet<string>,
  ): Promise<void> {
    const all = [...folded];
    await tx.run(
      `INSERT INTO shopper_activity (shopper_id, visits, first_visit_at, last_visit_at, awaiting, model, fold,
         shared_with, product_model, products, product_habits)
       SELECT given.shopper_id, visits, first_visit_at, last_visit_at, ARRAY(SELECT jsonb_array_elements_text(awaiting)),
         model, ${FOLD}, ${HOUSEHOLD}, product_model, ARRAY(SELECT jsonb_array_elements_text(products)), product_habits
       FROM unnest($1::text[], $2::int[], $3::timestamptz[], $4::timestamptz[], $5::jsonb[], $6::bytea[], $7::bytea[],
           $8::jsonb[], $9::bytea[])
         AS given (shopper_id, visits, first_visit_at, last_visit_at, awaiting, model, product_model, products,
           product_habits)
       JOIN shoppers AS asked USING (shopper_id)
       ON CONFLICT (shopper_id) DO UPDATE SET visits = excluded.visits, first_visit_at = excluded.first_visit_at,
         last_visit_at = excluded.last_visit_at, awaiting = excluded.awaiting, model = excluded.model,
         fold = excluded.fold, shared_with = excluded.shared_with, product_model = excluded.product_model,
         products = excluded.products, product_habits = excluded.product_habits`,
      [
        all.map(([shopperId]) => shopperId),
        all.map(([, { history }]) => history.visits),
        all.map(([, { history }]) => timestamp(history.firstVisitAt)),
        all.map(([, { history }]) => timestamp(history.lastVisitAt)),
        all.map(([, { history }]) => JSON.stringify(history.awaiting)),
        all.map(([, { model }]) => packedModel(model)),
        all.map(([, { products }]) => packedModel(products)),
        all.map(([, { products }]) => JSON.stringify(products.keys)),
        all.map(([, { products }]) => Buffer.from(products.habits)),
      ],
    );
    await saveStates(tx, folded, changed);
  }

  /** In one statement, so that never one of the two tables is emptied without the other. */
  async forget(tx: Queryable, ids: readonly ShopperId[]): Promise<void> {
    if (ids.length === 0) return;
    await tx.run(
      `WITH activity AS (DELETE FROM shopper_activity WHERE shopper_id = ANY($1))
       DELETE FROM replenishment WHERE shopper_id = ANY($1)`,
      [ids],
    );
  }
}

export function foldedFrom({ habits, model, products, ...visits }: FoldedRow): Folded {
  return {
    history: { ...visits, categories: new Map(habits.map(({ category, state }) => [category, state])) },
    model: storedModel(
      Buffer.from(model, 'base64'),
      habits.map(({ category, habit }) => [category, Buffer.from(habit, 'base64')]),
    ),
    products: productsFrom(products),
  };
}

/** A model of products as it is read: the rhythm, and the records of these products one after the other. */
export function productsFrom({ model, keys, habits }: ProductsRow): StoredModel<string> {
  const records = Buffer.from(habits, 'base64');
  return storedModel(
    Buffer.from(model, 'base64'),
    keys.map((key, at) => [key, records.subarray(at * HABIT_BYTES, (at + 1) * HABIT_BYTES)]),
  );
}

async function saveStates(
  tx: Queryable,
  folded: ReadonlyMap<ShopperId, Folded>,
  changed: ReadonlySet<string> | undefined,
): Promise<void> {
  const states = [...folded].flatMap(([shopperId, { history, model }]) =>
    model.keys.flatMap((category, at) => {
      const state = history.categories.get(category);
      if (state === undefined || changed?.has(category) === false) return [];
      const habit = Buffer.from(model.habits.subarray(at * HABIT_BYTES, (at + 1) * HABIT_BYTES));
      return [{ shopperId, category, state, habit }];
    }),
  );
  if (states.length === 0) return;
  await tx.run(
    `INSERT INTO replenishment (shopper_id, category, ${STATE_COLUMNS}, habit)
     SELECT * FROM unnest($1::text[], $2::text[], $3::int[], $4::timestamptz[], $5::timestamptz[],
       $6::int[], $7::float8[], $8::float8[], $9::bytea[])
     ON CONFLICT (shopper_id, category) DO UPDATE SET purchases = excluded.purchases,
       first_purchased_at = excluded.first_purchased_at, last_purchased_at = excluded.last_purchased_at,
       visits_at_first = excluded.visits_at_first, sum_log_gap = excluded.sum_log_gap,
       sum_log_gap_squared = excluded.sum_log_gap_squared, habit = excluded.habit`,
    [
      states.map(({ shopperId }) => shopperId),
      states.map(({ category }) => category),
      states.map(({ state }) => state.purchases),
      states.map(({ state }) => timestamp(state.firstPurchasedAt)),
      states.map(({ state }) => timestamp(state.lastPurchasedAt)),
      states.map(({ state }) => state.visitsAtFirst),
      states.map(({ state }) => state.sumLogGap),
      states.map(({ state }) => state.sumLogGapSquared),
      states.map(({ habit }) => habit),
    ],
  );
}
