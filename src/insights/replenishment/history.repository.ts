import { Injectable } from '@nestjs/common';
import { Database, timestamp, type Queryable } from '../../platform/index.js';
import type { Instant, PurchaseId, ShopperId } from '../../shared/index.js';
import type { History, Trip } from './history.rules.js';
import { SETTLED, STATE_COLUMNS, stateFrom, type StateRow } from './rows.js';

interface TripRow {
  shopper_id: ShopperId;
  purchased_at: Instant;
  categories: string[];
  unknown_products: string[];
}
interface ActivityRow {
  visits: number;
  first_visit_at: Instant;
  last_visit_at: Instant;
  awaiting: string[];
}
/** What is held of one shopper who exists. */
interface Whole {
  history: History | undefined;
  /** False when it lags behind the purchases or the catalogue, or should be gone for want of consent. */
  settled: boolean;
}

/** What was bought, and what was made of it (`shopper_activity`, `replenishment`). */
@Injectable()
export class HistoryRepository {
  constructor(private readonly database: Database) {}

  /** What is folded of one shopper, in all categories; `undefined` when there is no such shopper. */
  async whole(shopperId: ShopperId): Promise<Whole | undefined> {
    const [found] = await this.database.query<{ profiled: boolean; settled: boolean }>(
      `SELECT profiled, ${SETTLED} AS settled
       FROM shoppers AS asked
       CROSS JOIN LATERAL (SELECT EXISTS (
         SELECT FROM consents
         WHERE consents.shopper_id = asked.shopper_id AND purpose = 'profiling' AND granted) AS profiled) AS consent
       LEFT JOIN shopper_activity AS activity ON activity.shopper_id = asked.shopper_id
       WHERE asked.shopper_id = $1`,
      [shopperId],
    );
    if (found === undefined) return undefined;
    const history = found.profiled ? await this.known(this.database, shopperId) : undefined;
    return { history, settled: found.settled };
  }

  /**
   * Those of `ids` who consent to `profiling`. Their rows of that consent stay locked, so that one fold at a time is
   * made of a shopper and none overtakes a withdrawal.
   */
  async lockProfiled(tx: Queryable, ids: readonly ShopperId[]): Promise<ShopperId[]> {
    const rows = await tx.query<{ shopper_id: ShopperId; granted: boolean }>(
      `SELECT shopper_id, granted FROM consents
       WHERE shopper_id = ANY($1) AND purpose = 'profiling' ORDER BY shopper_id FOR NO KEY UPDATE`,
      [ids],
    );
    return rows.filter(({ granted }) => granted).map(({ shopper_id: id }) => id);
  }

  /** All trips of each shopper, or only the named ones. A returned line (quantity below zero) is no purchase. */
  async trips(
    tx: Queryable,
    ids: readonly ShopperId[],
    purchaseIds?: readonly PurchaseId[],
  ): Promise<Map<ShopperId, Trip[]>> {
    const rows = await tx.query<TripRow>(
      `SELECT bought.shopper_id, bought.purchased_at,
         coalesce(array_agg(DISTINCT product.category) FILTER (WHERE product.category IS NOT NULL), '{}') AS categories,
         coalesce(array_agg(DISTINCT line.product_id)
           FILTER (WHERE line.product_id IS NOT NULL AND product.product_id IS NULL), '{}') AS unknown_products
       FROM purchases AS bought
       LEFT JOIN purchase_lines AS line ON line.purchase_id = bought.purchase_id AND line.quantity > 0
       LEFT JOIN products AS product ON product.product_id = line.product_id
       WHERE bought.shopper_id = ANY($1) AND ($2::text[] IS NULL OR bought.purchase_id = ANY($2))
       GROUP BY bought.purchase_id`,
      [ids, purchaseIds ?? null],
    );
    const trips = new Map<ShopperId, Trip[]>();
    for (const row of rows) {
      const ofShopper = trips.get(row.shopper_id) ?? [];
      ofShopper.push({
        purchasedAt: row.purchased_at,
        categories: row.categories,
        unknownProducts: row.unknown_products,
      });
      trips.set(row.shopper_id, ofShopper);
    }
    return trips;
  }

  /**
   * What was folded so far, with the states of `categories` only or of all; `undefined` when there is nothing, or when
   * a product it waits for has come to the catalogue: then it must be folded from the start.
   */
  async known(
    tx: Queryable,
    shopperId: ShopperId,
    categories?: readonly string[],
  ): Promise<History | undefined> {
    const [activity] = await tx.query<ActivityRow>(
      `SELECT visits, first_visit_at, last_visit_at, awaiting FROM shopper_activity
       WHERE shopper_id = $1
         AND NOT EXISTS (SELECT FROM products WHERE product_id = ANY(shopper_activity.awaiting))`,
      [shopperId],
    );
    if (activity === undefined) return undefined;
    const states = await tx.query<StateRow & { category: string }>(
      `SELECT category, ${STATE_COLUMNS}
       FROM replenishment WHERE shopper_id = $1 AND ($2::text[] IS NULL OR category = ANY($2))`,
      [shopperId, categories ?? null],
    );
    return {
      visits: activity.visits,
      firstVisitAt: activity.first_visit_at,
      lastVisitAt: activity.last_visit_at,
      awaiting: activity.awaiting,
      categories: new Map(states.map((row) => [row.category, stateFrom(row)])),
    };
  }

  /** Writes the histories; categories that a history does not name stay as they are. */
  async save(tx: Queryable, histories: ReadonlyMap<ShopperId, History>): Promise<void> {
    const all = [...histories];
    await tx.run(
      `INSERT INTO shopper_activity (shopper_id, visits, first_visit_at, last_visit_at, awaiting)
       SELECT shopper_id, visits, first_visit_at, last_visit_at, ARRAY(SELECT jsonb_array_elements_text(awaiting))
       FROM unnest($1::text[], $2::int[], $3::timestamptz[], $4::timestamptz[], $5::jsonb[])
         AS given (shopper_id, visits, first_visit_at, last_visit_at, awaiting)
       ON CONFLICT (shopper_id) DO UPDATE SET visits = excluded.visits, first_visit_at = excluded.first_visit_at,
         last_visit_at = excluded.last_visit_at, awaiting = excluded.awaiting`,
      [
        all.map(([shopperId]) => shopperId),
        all.map(([, { visits }]) => visits),
        all.map(([, { firstVisitAt }]) => timestamp(firstVisitAt)),
        all.map(([, { lastVisitAt }]) => timestamp(lastVisitAt)),
        all.map(([, { awaiting }]) => JSON.stringify(awaiting)),
      ],
    );
    await saveStates(tx, histories);
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

async function saveStates(tx: Queryable, histories: ReadonlyMap<ShopperId, History>): Promise<void> {
  const states = [...histories].flatMap(([shopperId, { categories }]) =>
    [...categories].map(([category, state]) => ({ shopperId, category, state })),
  );
  if (states.length === 0) return;
  await tx.run(
    `INSERT INTO replenishment (shopper_id, category, ${STATE_COLUMNS})
     SELECT * FROM unnest($1::text[], $2::text[], $3::int[], $4::timestamptz[], $5::timestamptz[],
       $6::int[], $7::float8[], $8::float8[])
     ON CONFLICT (shopper_id, category) DO UPDATE SET purchases = excluded.purchases,
       first_purchased_at = excluded.first_purchased_at, last_purchased_at = excluded.last_purchased_at,
       visits_at_first = excluded.visits_at_first, sum_log_gap = excluded.sum_log_gap,
       sum_log_gap_squared = excluded.sum_log_gap_squared`,
    [
      states.map(({ shopperId }) => shopperId),
      states.map(({ category }) => category),
      states.map(({ state }) => state.purchases),
      states.map(({ state }) => timestamp(state.firstPurchasedAt)),
      states.map(({ state }) => timestamp(state.lastPurchasedAt)),
      states.map(({ state }) => state.visitsAtFirst),
      states.map(({ state }) => state.sumLogGap),
      states.map(({ state }) => state.sumLogGapSquared),
    ],
  );
}
