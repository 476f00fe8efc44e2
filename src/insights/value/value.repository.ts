import { Inject, Injectable } from '@nestjs/common';
import { Database, SETTINGS, timestamp, type Queryable, type Settings } from '../../platform/index.js';
import type { Instant, ShopperId, ValueState } from '../../shared/index.js';
import type { Bounds } from '../rfm/rfm.rules.js';

export interface ValueRow extends ValueState {
  shopperId: ShopperId;
  sumLogGapDays: number;
}

/** What a shopper is scored as, and expected to bring. */
export interface Scored {
  shopperId: ShopperId;
  /** As it was read: a row that has changed since is left to its own event. */
  purchaseDays: number;
  rfm: NonNullable<ValueState['rfm']>;
  expectedMargin: number | null;
  probabilityActive: number;
}

export interface RfmBounds {
  recency: Bounds;
  frequency: Bounds;
  /** By currency: amounts of two do not compare. */
  monetary: Readonly<Record<string, Bounds>>;
}

const dayNumber = (column: string): string => `(${column} - date '1970-01-01')`;

/** The columns of `shopper_value` as a {@link ValueRow}. */
export const VALUE_COLUMNS = `shopper_id AS "shopperId", purchase_days AS "purchaseDays",
  ${dayNumber('first_day')} AS "firstDay", ${dayNumber('last_day')} AS "lastDay",
  sum_log_gap_days AS "sumLogGapDays", shopper_value.currency, spent, margin, spend_days AS "spendDays",
  CASE WHEN segment IS NOT NULL THEN json_build_object('recency', recency_score, 'frequency', frequency_score,
    'monetary', monetary_score, 'segment', segment) END AS rfm`;

/**
 * Folds all purchases of `$1`; `$2` is the share of what was paid that stands for an unknown margin. Paid is rounded half up to minor units; a returned line (quantity below nought) lowers
 * what was spent and makes no purchase day. Margin is paid less cost where the catalogue knows it in the same currency,
 * else that share of it.
 */
const FOLD = `
  WITH line AS (
    SELECT shopper_id, (purchased_at AT TIME ZONE 'UTC')::date AS day, quantity, line.currency,
      floor(quantity * unit_price + 0.5) - sign(quantity) * coalesce(discount, 0) AS paid,
      CASE WHEN product.currency = line.currency THEN quantity * unit_cost END AS cost
    FROM purchases JOIN purchase_lines AS line USING (purchase_id) LEFT JOIN products AS product USING (product_id)
    WHERE shopper_id = ANY($1)
  ), main AS (
    SELECT DISTINCT ON (shopper_id) shopper_id, currency FROM line WHERE paid IS NOT NULL
    GROUP BY shopper_id, currency ORDER BY shopper_id, count(*) DESC, currency
  ), money AS (
    SELECT shopper_id, currency, sum(paid)::bigint AS spent,
      round(sum(coalesce(paid - cost, paid * $2::float8))::numeric)::bigint AS margin,
      count(DISTINCT day) FILTER (WHERE paid > 0)::int AS spend_days
    FROM line JOIN main USING (shopper_id, currency) WHERE paid IS NOT NULL GROUP BY shopper_id, currency
  ), day AS (
    SELECT shopper_id, day, day - lag(day) OVER (PARTITION BY shopper_id ORDER BY day) AS gap
    FROM (SELECT DISTINCT shopper_id, day FROM line WHERE quantity > 0) AS bought
  ), rhythm AS (
    SELECT shopper_id, count(*)::int AS purchase_days, min(day) AS first_day, max(day) AS last_day,
      coalesce(sum(ln(gap::float8)), 0) AS sum_log_gap_days
    FROM day GROUP BY shopper_id
  )
  INSERT INTO shopper_value (shopper_id, purchase_days, first_day, last_day, sum_log_gap_days, currency, spent, margin,
    spend_days)
  SELECT shopper_id, purchase_days, first_day, last_day, sum_log_gap_days, currency, coalesce(spent, 0),
    coalesce(margin, 0), coalesce(spend_days, 0)
  FROM rhythm LEFT JOIN money USING (shopper_id) ORDER BY shopper_id
  ON CONFLICT (shopper_id) DO UPDATE SET purchase_days = excluded.purchase_days, first_day = excluded.first_day,
    last_day = excluded.last_day, sum_log_gap_days = excluded.sum_log_gap_days, currency = excluded.currency,
    spent = excluded.spent, margin = excluded.margin, spend_days = excluded.spend_days`;

/**
 * What is kept of the value of shopper `$1`, as a {@link WorthRow}: nothing without the consent to `profiling`. It is not
 * settled while there are purchases that were never folded.
 */
export const WORTH = `
  (SELECT json_build_object('settled', NOT profiled OR row IS NOT NULL
       OR NOT EXISTS (SELECT FROM purchases WHERE purchases.shopper_id = $1),
     'row', CASE WHEN profiled THEN row END)
   FROM (SELECT EXISTS (SELECT FROM consents WHERE shopper_id = $1 AND purpose = 'profiling' AND granted) AS profiled,
     (SELECT row_to_json(kept) FROM (SELECT ${VALUE_COLUMNS} FROM shopper_value WHERE shopper_id = $1) AS kept)
       AS row) AS asked)`;

export interface WorthRow {
  settled: boolean;
  row: ValueRow | null;
}

/** Mid-rank quintiles, as `midRankScores` has them, and the least value of each score. */
const boundsSql = (value: string, group: string): string => `
  SELECT grouped, score, min(value)::float8 AS least FROM (
    SELECT grouped, value, least(5, greatest(1, 1 + floor(5 * (
      rank() OVER (PARTITION BY grouped ORDER BY value)
      + (count(*) OVER (PARTITION BY grouped, value) - 1) / 2.0 - 0.5
    ) / count(*) OVER (PARTITION BY grouped))))::int AS score
    FROM (SELECT ${value} AS value, ${group} AS grouped FROM shopper_value) AS given
  ) AS ranked GROUP BY grouped, score`;

/** What is kept of the value of shoppers (`shopper_value`, `rfm_moves`). */
@Injectable()
export class ValueRepository {
  constructor(
    private readonly database: Database,
    @Inject(SETTINGS) private readonly settings: Settings,
  ) {}

  async fold(tx: Queryable, ids: readonly ShopperId[]): Promise<void> {
    await tx.run(FOLD, [ids, this.settings.defaultMarginShare]);
  }

  async forget(tx: Queryable, ids: readonly ShopperId[]): Promise<void> {
    await tx.run(
      `WITH moves AS (DELETE FROM rfm_moves WHERE shopper_id = ANY($1))
       DELETE FROM shopper_value WHERE shopper_id = ANY($1)`,
      [ids],
    );
  }

  /** Rows of shoppers who have withdrawn `profiling` and were not looked at since. */
  async forgetWithdrawn(tx: Queryable): Promise<void> {
    await tx.run(
      `WITH withdrawn AS (SELECT shopper_id FROM consents WHERE purpose = 'profiling' AND NOT granted),
         moves AS (DELETE FROM rfm_moves USING withdrawn WHERE rfm_moves.shopper_id = withdrawn.shopper_id)
       DELETE FROM shopper_value USING withdrawn WHERE shopper_value.shopper_id = withdrawn.shopper_id`,
    );
  }

  /** At most `limit` profiled shoppers after `after` who bought and were never folded. */
  async unfolded(after: string, limit: number): Promise<ShopperId[]> {
    const rows = await this.database.query<{ shopper_id: ShopperId }>(
      `SELECT shopper_id FROM consents
       WHERE purpose = 'profiling' AND granted AND shopper_id > $1
         AND NOT EXISTS (SELECT FROM shopper_value WHERE shopper_value.shopper_id = consents.shopper_id)
         AND EXISTS (SELECT FROM purchases WHERE purchases.shopper_id = consents.shopper_id)
       ORDER BY shopper_id LIMIT $2`,
      [after, limit],
    );
    return rows.map((row) => row.shopper_id);
  }

  async worth(shopperId: ShopperId): Promise<WorthRow> {
    const [found] = await this.database.query<{ worth: WorthRow }>(`SELECT ${WORTH} AS worth`, [shopperId]);
    return found?.worth ?? { settled: true, row: null };
  }

  /** The shopper's row; undefined without the consent, or before anything was folded. */
  async find(ids: readonly ShopperId[], tx: Queryable = this.database): Promise<ValueRow[]> {
    return tx.query<ValueRow>(
      `SELECT ${VALUE_COLUMNS} FROM shopper_value JOIN consents USING (shopper_id)
       WHERE shopper_id = ANY($1) AND purpose = 'profiling' AND granted`,
      [ids],
    );
  }

  /** All rows of who consents, some thousands at a time, as of one moment. Keeps `tx` busy until it is done. */
  async *all(tx: Queryable, atOnce: number): AsyncGenerator<ValueRow[]> {
    await tx.run(
      `DECLARE shopper_values NO SCROLL CURSOR FOR SELECT ${VALUE_COLUMNS}
       FROM shopper_value JOIN consents USING (shopper_id) WHERE purpose = 'profiling' AND granted`,
    );
    for (;;) {
      const rows = await tx.query<ValueRow>(`FETCH ${atOnce} FROM shopper_values`);
      if (rows.length === 0) break;
      yield rows;
    }
    await tx.run('CLOSE shopper_values');
  }

  async lastDay(tx: Queryable): Promise<number | undefined> {
    const [row] = await tx.query<{ day: number | null }>(
      `SELECT max(${dayNumber('last_day')}) AS day FROM shopper_value`,
    );
    return row?.day ?? undefined;
  }

  async bounds(tx: Queryable): Promise<RfmBounds> {
    const of = async (value: string, group: string): Promise<Map<string, [number, number][]>> => {
      const rows = await tx.query<{ grouped: string; score: number; least: number }>(boundsSql(value, group));
      const groups = new Map<string, [number, number][]>();
      for (const { grouped, score, least } of rows) {
        groups.set(grouped, [...(groups.get(grouped) ?? []), [score, least]]);
      }
      return groups;
    };
    const recency = await of(dayNumber('last_day'), "''");
    const frequency = await of('purchase_days', "''");
    const monetary = await of('spent', "coalesce(currency, '')");
    return {
      recency: recency.get('') ?? [],
      frequency: frequency.get('') ?? [],
      monetary: Object.fromEntries(monetary),
    };
  }

  /** Writes scores where the row is as it was read, and a move where the cell is another than before. */
  async score(tx: Queryable, scored: readonly Scored[], at: Instant): Promise<void> {
    await tx.run(
      `WITH given AS (
         SELECT * FROM unnest($1::text[], $2::int[], $3::smallint[], $4::smallint[], $5::smallint[], $6::text[],
           $7::bigint[], $9::float8[]) AS each (shopper_id, days, recency, frequency, monetary, segment, expected, active)
       ), before AS (
         SELECT shopper_id, recency_score, frequency_score, monetary_score FROM shopper_value
         JOIN given USING (shopper_id) WHERE purchase_days = days ORDER BY shopper_id FOR UPDATE OF shopper_value
       ), moved AS (
         INSERT INTO rfm_moves (shopper_id, at, recency_score, frequency_score, monetary_score, segment)
         SELECT shopper_id, $8, recency, frequency, monetary, segment FROM given JOIN before USING (shopper_id)
         WHERE (recency_score, frequency_score, monetary_score) IS DISTINCT FROM (recency, frequency, monetary)
         ON CONFLICT (shopper_id, at) DO UPDATE SET recency_score = excluded.recency_score,
           frequency_score = excluded.frequency_score, monetary_score = excluded.monetary_score,
           segment = excluded.segment
       )
       UPDATE shopper_value SET recency_score = recency, frequency_score = frequency, monetary_score = monetary,
         segment = given.segment, expected_margin = expected, probability_active = active,
         scored_at = $8
       FROM given JOIN before USING (shopper_id) WHERE shopper_value.shopper_id = given.shopper_id`,
      [
        scored.map(({ shopperId }) => shopperId),
        scored.map(({ purchaseDays }) => purchaseDays),
        scored.map(({ rfm }) => rfm.recency),
        scored.map(({ rfm }) => rfm.frequency),
        scored.map(({ rfm }) => rfm.monetary),
        scored.map(({ rfm }) => rfm.segment),
        scored.map(({ expectedMargin }) => expectedMargin),
        timestamp(at),
        scored.map(({ probabilityActive }) => probabilityActive),
      ],
    );
  }
}
