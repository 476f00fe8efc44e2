import { Injectable } from '@nestjs/common';
import { Database, timestamp } from '../../platform/index.js';
import type { Instant, ShopperId, StoreId, VisitId, ZoneId } from '../../shared/index.js';
import type { RecordedVisit } from './moments.rules.js';

/** Which visits: those that began in a time, in some stores or (undefined) in all. */
export interface VisitRange {
  from: Instant;
  to: Instant;
  storeIds: readonly StoreId[] | undefined;
}

/** Behind which visit to go on: its beginning as Postgres keeps it, which is finer than an `Instant`. */
interface VisitPlace {
  began: string;
  visitId: VisitId;
}

interface VisitRow {
  visit_id: VisitId;
  shopper_id: ShopperId;
  store_id: StoreId;
  started_at: Instant;
  began: string;
  ended_at: Instant | null;
  via: 'sighting' | 'checkin';
  stays: [zoneId: ZoneId, enteredAt: Instant, leftAt: Instant | null][] | null;
  check_ins: [checkinId: string, zoneId: ZoneId | null, at: Instant][] | null;
}

const IN_RANGE = `started_at >= $1 AND started_at < $2 AND ($3::text[] IS NULL OR store_id = ANY($3))`;

/** Visits on record, as simulations read them. */
@Injectable()
export class RecordedVisits {
  constructor(private readonly database: Database) {}

  /** How many there are; no more than `most` are counted. */
  async count({ from, to, storeIds }: VisitRange, most: number): Promise<number> {
    const [row] = await this.database.query<{ count: number }>(
      `SELECT count(*) FROM (SELECT FROM visits WHERE ${IN_RANGE} LIMIT $4) AS visit`,
      [timestamp(from), timestamp(to), storeIds ?? null, most],
    );
    return row?.count ?? 0;
  }

  /** The next visits in the order of their beginnings. */
  async step(
    { from, to, storeIds }: VisitRange,
    after: VisitPlace | undefined,
    limit: number,
  ): Promise<{ visits: RecordedVisit[]; last: VisitPlace | undefined }> {
    const rows = await this.database.query<VisitRow>(
      `WITH visit AS MATERIALIZED (
         SELECT visit_id, shopper_id, store_id, started_at, ended_at, via FROM visits
         WHERE ${IN_RANGE} AND (started_at, visit_id) > ($4::timestamptz, $5::uuid)
         ORDER BY started_at, visit_id LIMIT $6
       )
       SELECT visit.*, started_at::text AS began,
         (SELECT json_agg(json_build_array(zone_id, (extract(epoch FROM entered_at) * 1000)::bigint,
                                             (extract(epoch FROM left_at) * 1000)::bigint))
          FROM stays WHERE stays.visit_id = visit.visit_id) AS stays,
         (SELECT json_agg(json_build_array(checkin_id, zone_id, (extract(epoch FROM observed_at) * 1000)::bigint))
          FROM checkins
          WHERE checkins.shopper_id = visit.shopper_id AND observed_at >= visit.started_at - interval '5 minutes'
            AND observed_at < visit.started_at + interval '1 day' AND checkins.visit_id = visit.visit_id) AS check_ins
       FROM visit ORDER BY started_at, visit_id`,
      [
        timestamp(from),
        timestamp(to),
        storeIds ?? null,
        after?.began ?? timestamp(from - 1),
        after?.visitId ?? '00000000-0000-0000-0000-000000000000',
        limit,
      ],
    );
    const last = rows.at(-1);
    return {
      visits: rows.map(visitOf),
      last: last && { began: last.began, visitId: last.visit_id },
    };
  }
}

function visitOf(row: VisitRow): RecordedVisit {
  return {
    visitId: row.visit_id,
    shopperId: row.shopper_id,
    storeId: row.store_id,
    startedAt: row.started_at,
    endedAt: row.ended_at ?? undefined,
    via: row.via,
    stays: (row.stays ?? []).map(([zoneId, enteredAt, leftAt]) => ({
      zoneId,
      enteredAt,
      leftAt: leftAt ?? undefined,
    })),
    checkIns: (row.check_ins ?? []).map(([checkinId, zoneId, at]) => ({
      checkinId,
      zoneId: zoneId ?? undefined,
      at,
    })),
  };
}
