import { Injectable } from '@nestjs/common';
import { isOfStores } from '../../access/index.js';
import { Database, type Queryable } from '../../platform/index.js';
import type { Instant, ShopperId, StoreId } from '../../shared/index.js';
import type { DayAnswer, SegmentDocument } from './segment.dto.js';

/** A segment as it is kept. */
export interface KeptSegment {
  segmentId: string;
  document: SegmentDocument;
  version: number;
  state: 'filling' | 'ready';
  members: number;
  /** Up to which shopper the pass under way has come; null when there is none. */
  passAt: string | null;
  passStartedAt: Instant;
  createdAt: Instant;
  updatedAt: Instant;
}

const MOVES_KEPT_DAYS = 90;
/** Two years, so that a day can be compared with that of the year before. */
const DAYS_KEPT = 731;

const COLUMNS = `segment_id AS "segmentId", document, version, state, members, pass_at AS "passAt",
  pass_started_at AS "passStartedAt", created_at AS "createdAt", updated_at AS "updatedAt"`;

/** Segments as documents, and who is in them. */
@Injectable()
export class SegmentsRepository {
  constructor(private readonly database: Database) {}

  async find(segmentId: string): Promise<KeptSegment | undefined> {
    const [kept] = await this.database.query<KeptSegment>(
      `SELECT ${COLUMNS} FROM segments WHERE segment_id = $1`,
      [segmentId],
    );
    return kept;
  }

  /** Segments by id, from the one after `after` on. */
  list(after: string, limit: number): Promise<KeptSegment[]> {
    return this.database.query<KeptSegment>(
      `SELECT ${COLUMNS} FROM segments WHERE segment_id > $1 ORDER BY segment_id LIMIT $2`,
      [after, limit],
    );
  }

  /** All of them, kept from being deleted until the transaction ends. */
  all(tx: Queryable): Promise<KeptSegment[]> {
    return tx.query<KeptSegment>(`SELECT ${COLUMNS} FROM segments ORDER BY segment_id FOR KEY SHARE`);
  }

  /** How many there are. */
  async count(tx: Queryable): Promise<number> {
    const [row] = await tx.query<{ count: number }>('SELECT count(*) FROM segments');
    return row?.count ?? 0;
  }

  /** Kept from others who change it; who judges by it goes on. */
  async lock(tx: Queryable, segmentId: string): Promise<KeptSegment | undefined> {
    const [kept] = await tx.query<KeptSegment>(
      `SELECT ${COLUMNS} FROM segments WHERE segment_id = $1 FOR NO KEY UPDATE`,
      [segmentId],
    );
    return kept;
  }

  /** Kept from who judges by it too: to be removed. */
  async lockWhole(tx: Queryable, segmentId: string): Promise<KeptSegment | undefined> {
    const [kept] = await tx.query<KeptSegment>(
      `SELECT ${COLUMNS} FROM segments WHERE segment_id = $1 FOR UPDATE`,
      [segmentId],
    );
    return kept;
  }

  /** @returns false when there is one already */
  async insert(tx: Queryable, segmentId: string, document: SegmentDocument): Promise<boolean> {
    const inserted = await tx.run(
      'INSERT INTO segments (segment_id, document, version) VALUES ($1, $2, 1) ON CONFLICT DO NOTHING',
      [segmentId, JSON.stringify(document)],
    );
    return inserted > 0;
  }

  /** Replaces a document. With another rule everybody is judged anew. */
  async update(
    tx: Queryable,
    segmentId: string,
    { document, version, isRuleNew }: { document: SegmentDocument; version: number; isRuleNew: boolean },
  ): Promise<void> {
    await tx.run(
      `UPDATE segments SET document = $2, version = $3, updated_at = now(),
         state = CASE WHEN $4 THEN 'filling' ELSE state END,
         pass_at = CASE WHEN $4 THEN '' ELSE pass_at END,
         pass_started_at = CASE WHEN $4 THEN now() ELSE pass_started_at END
       WHERE segment_id = $1`,
      [segmentId, JSON.stringify(document), version, isRuleNew],
    );
  }

  async remove(tx: Queryable, segmentId: string): Promise<void> {
    await tx.run('DELETE FROM segments WHERE segment_id = $1', [segmentId]);
  }

  /** What of the shoppers to be judged lies up to `passAt`, 0 to 1. */
  async progress(passAt: string): Promise<number> {
    const [row] = await this.database.query<{ done: number; total: number }>(
      `SELECT count(*) FILTER (WHERE shopper_id <= $1) AS done, count(*) AS total
       FROM consents WHERE purpose = 'profiling' AND granted`,
      [passAt],
    );
    return row === undefined || row.total === 0 ? 1 : row.done / row.total;
  }

  /** Members by id, from the one after `after` on. */
  members(
    segmentId: string,
    { after, limit, storeIds }: { after: string; limit: number; storeIds: readonly StoreId[] | undefined },
  ): Promise<{ shopperId: ShopperId; since: Instant }[]> {
    return this.database.query(
      `SELECT shopper_id AS "shopperId", since FROM segment_members
       WHERE segment_id = $1 AND shopper_id > $2
         AND ($4::text[] IS NULL OR EXISTS (
           SELECT FROM shoppers WHERE shoppers.shopper_id = segment_members.shopper_id AND ${isOfStores('$4')}))
       ORDER BY shopper_id LIMIT $3`,
      [segmentId, after, limit, storeIds ?? null],
    );
  }

  /** The days on which anybody moved, newest first. */
  days(segmentId: string, limit: number): Promise<DayAnswer[]> {
    return this.database.query<DayAnswer>(
      `SELECT day, entered, departed, members FROM segment_days
       WHERE segment_id = $1 ORDER BY day DESC LIMIT $2`,
      [segmentId, limit],
    );
  }

  /** Forgets who moved, and how many, once it is older than anybody looks back. */
  async tidy(): Promise<void> {
    const older = 'now() - make_interval(days => $1)';
    await this.database.run(`DELETE FROM segment_moves WHERE at < ${older}`, [MOVES_KEPT_DAYS]);
    await this.database.run(`DELETE FROM segment_days WHERE day < ${older}`, [DAYS_KEPT]);
  }
}
