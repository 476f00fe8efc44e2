import { Injectable } from '@nestjs/common';
import { ReportReader, type ReportScope } from '../../insights/index.js';
import type { StoreId } from '../../shared/index.js';
import type { Stage } from './definitions.js';
import type { LatencyQuery, StageFigures } from './latency.dto.js';

/** Null in store and period: all together. */
export interface LatencyRow extends Omit<StageFigures, 'stage'> {
  storeId: StoreId | null;
  from: string | null;
  stage: Stage;
}

/** After the decision each stage is a time of the delivery, which was made when it was decided. */
const since = (column: string): string =>
  `decided + extract(epoch FROM ${column} - created_at)::float8 * 1000`;

const LATENCY = `
  WITH offer AS (
    SELECT d.store_id, to_char(date_trunc($5, d.at AT TIME ZONE $3), 'YYYY-MM-DD"T"HH24:MI:SS') AS starts, latency,
      (latency->>'decided')::float8 AS decided, created_at, committed_at, emitted_at, acknowledged_at, pushed_at
    FROM decisions d JOIN deliveries USING (decision_id)
    WHERE outcome = 'offer' AND ($4::text[] IS NULL OR d.store_id = ANY($4))
      AND d.at >= $1::timestamp AT TIME ZONE $3 AND d.at < $2::timestamp AT TIME ZONE $3
  ), timed AS (
    SELECT store_id, starts, stage, ms
    FROM offer, LATERAL (VALUES
      ('received', (latency->>'received')::float8), ('present', (latency->>'present')::float8), ('decided', decided),
      ('committed', ${since('committed_at')}), ('emitted', ${since('emitted_at')}),
      ('acknowledged', ${since('acknowledged_at')}), ('pushed', ${since('pushed_at')})) AS each (stage, ms)
    WHERE ms IS NOT NULL
  ), figured AS (
    SELECT store_id, starts, stage, count(*) FILTER (WHERE ms <= 60000) AS count,
      count(*) FILTER (WHERE ms > 60000) AS later,
      percentile_cont(ARRAY[0.5, 0.95, 0.99]) WITHIN GROUP (ORDER BY ms) FILTER (WHERE ms <= 60000) AS percentiles
    FROM timed GROUP BY GROUPING SETS ((stage), (store_id, starts, stage))
  )
  SELECT store_id AS "storeId", starts AS "from", stage, count, later,
    round(percentiles[1]::numeric, 1) AS p50, round(percentiles[2]::numeric, 1) AS p95,
    round(percentiles[3]::numeric, 1) AS p99
  FROM figured ORDER BY starts, store_id`;

/** How long offers took, from what is on record of each. */
@Injectable()
export class LatencyRepository {
  constructor(private readonly reader: ReportReader) {}

  figures(
    { storeIds, timeZone }: ReportScope,
    { from, to }: { from: string; to: string },
    period: LatencyQuery['period'],
  ): Promise<LatencyRow[]> {
    const values = [from, to, timeZone, storeIds ?? null, period];
    return this.reader.read((tx) => tx.query<LatencyRow>(LATENCY, values));
  }
}
