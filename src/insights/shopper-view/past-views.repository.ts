import { Injectable } from '@nestjs/common';
import { Database, timestamp } from '../../platform/index.js';
import type { Instant, ShopperId } from '../../shared/index.js';
import { HOUSEHOLD } from '../replenishment/rows.js';
import type { Piece } from './pieces.rules.js';
import { MOST_CATEGORIES, type ViewRow } from './view.rules.js';
import { viewsStatement } from './views.sql.js';

/** What is read of shoppers' views, and how far back they are to be taken. */
export interface PastAsked {
  since: Instant;
  /** Whose habits are asked about; others are left out, unless the model of purchases is asked, which knows all. */
  categories: ReadonlySet<string>;
  pieces: ReadonlySet<Piece>;
}

/** Purchases since then, ascending, and the last before. */
export type Bought = [since: Instant[] | null, lastBefore: Instant | null];

export interface PastRow extends ViewRow {
  household_id: string | null;
  /** Null where nothing was bought since. */
  bought: Bought | null;
  /** Of the categories asked about, where one was bought since. */
  bought_by_category: [category: string, ...Bought][] | null;
}

const ms = (at: string): string => `(extract(epoch FROM ${at}) * 1000)::bigint`;

/** The last purchase before $2 by anybody of the household that `such` is true of: found from its end. */
const lastBefore = (such: string): string => `
  (SELECT ${ms('max(last.purchased_at)')} FROM unnest(household.buyers) AS buyer, LATERAL (
     SELECT purchased_at FROM purchases AS earlier
     WHERE earlier.shopper_id = buyer AND purchased_at < $2 AND ${such}
     ORDER BY purchased_at DESC LIMIT 1) AS last)`;

const OF_CATEGORY = `EXISTS (
  SELECT FROM purchase_lines JOIN products USING (product_id)
  WHERE purchase_id = earlier.purchase_id AND quantity > 0 AND products.category = since.category)`;

/** Of who bought something since $2, with their household; by category of those in $3 that were bought since. */
const BOUGHT = `
  LEFT JOIN LATERAL (
    SELECT asked.shopper_id || ${HOUSEHOLD} AS buyers
  ) AS household ON profiled AND last_visit_at >= $2
  LEFT JOIN LATERAL (
    SELECT json_build_array(json_agg(${ms('purchased_at')} ORDER BY purchased_at), ${lastBefore('true')}) AS times
    FROM purchases WHERE shopper_id = ANY(household.buyers) AND purchased_at >= $2
  ) AS bought ON household.buyers IS NOT NULL
  LEFT JOIN LATERAL (
    SELECT json_agg(json_build_array(category, since.times, ${lastBefore(OF_CATEGORY)})) AS times
    FROM (
      SELECT category, json_agg(${ms('purchased_at')} ORDER BY purchased_at) AS times
      FROM purchases
      JOIN purchase_lines USING (purchase_id)
      JOIN products USING (product_id)
      WHERE purchases.shopper_id = ANY(household.buyers) AND purchased_at >= $2
        AND quantity > 0 AND category = ANY($3)
      GROUP BY category
    ) AS since
  ) AS by_category ON household.buyers IS NOT NULL`;

/** A household with so many habits is read whole: that it has more than a view holds says something too. */
const ONLY_ASKED = `AND (category = ANY($3) OR (
  SELECT count(*) FROM replenishment AS each WHERE each.shopper_id = asked.shopper_id) >= ${MOST_CATEGORIES})`;

/** Views with what was bought since some day, in one statement. */
@Injectable()
export class PastViewsRepository {
  constructor(private readonly database: Database) {}

  /** @param brandsSince purchases before it do not count for the main brand */
  views(
    ids: readonly ShopperId[],
    { since, categories, pieces }: PastAsked,
    brandsSince: Instant,
  ): Promise<PastRow[]> {
    const brands = pieces.has('brands') ? [timestamp(brandsSince)] : [];
    return this.database.query(statementOf(pieces), [ids, timestamp(since), [...categories], ...brands]);
  }
}

function statementOf(pieces: ReadonlySet<Piece>): string {
  return viewsStatement({
    pieces,
    columns: 'household_id, bought.times AS bought, by_category.times AS bought_by_category',
    joins: BOUGHT,
    brandsSince: '$4',
    ...(!pieces.has('foresight') && { onlyHabits: ONLY_ASKED }),
  });
}
