import { Injectable } from '@nestjs/common';
import { Database, timestamp } from '../../platform/index.js';
import type { Instant, StoreId } from '../../shared/index.js';
import type { CellCount } from './rfm-report.rules.js';

const CONSENTING = `JOIN consents ON consents.shopper_id = scored.shopper_id AND purpose = 'profiling' AND granted
  LEFT JOIN shoppers ON shoppers.shopper_id = scored.shopper_id
  WHERE ($1::text[] IS NULL OR home_store_id = ANY ($1))`;
const CELL = 'recency_score, frequency_score, monetary_score';
const NAMED = 'recency_score AS recency, frequency_score AS frequency, monetary_score AS monetary';

/** Counts shoppers by their RFM scores. */
@Injectable()
export class RfmReportRepository {
  constructor(private readonly database: Database) {}

  /** The currency that most scored shoppers pay in. */
  async currency(stores: readonly StoreId[] | undefined): Promise<string | null> {
    const [row] = await this.database.query<{ currency: string }>(
      `SELECT scored.currency FROM shopper_value AS scored ${CONSENTING} AND scored.currency IS NOT NULL
       GROUP BY scored.currency ORDER BY count(*) DESC, scored.currency LIMIT 1`,
      [stores ?? null],
    );
    return row?.currency ?? null;
  }

  /** As they are now. */
  now(stores: readonly StoreId[] | undefined, currency: string | null): Promise<CellCount[]> {
    return this.database.query<CellCount>(
      `SELECT ${NAMED}, count(*)::int AS shoppers, count(*) FILTER (WHERE scored.currency = $2)::int AS valued,
         coalesce(sum(spent) FILTER (WHERE scored.currency = $2), 0) AS spent,
         coalesce(sum(expected_margin) FILTER (WHERE scored.currency = $2), 0) AS "expectedMargin"
       FROM shopper_value AS scored ${CONSENTING} AND segment IS NOT NULL GROUP BY ${CELL}`,
      [stores ?? null, currency],
    );
  }

  /** As they were: the last move of each shopper until then. What they spent by then is not kept. */
  at(stores: readonly StoreId[] | undefined, at: Instant): Promise<CellCount[]> {
    return this.database.query<CellCount>(
      `SELECT ${NAMED}, count(*)::int AS shoppers, 0 AS valued, 0 AS spent, 0 AS "expectedMargin"
       FROM (SELECT DISTINCT ON (shopper_id) * FROM rfm_moves WHERE at <= $2 ORDER BY shopper_id, at DESC) AS scored
       ${CONSENTING} GROUP BY ${CELL}`,
      [stores ?? null, timestamp(at)],
    );
  }
}
