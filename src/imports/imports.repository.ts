import { Injectable } from '@nestjs/common';
import { Database, timestamp, type Queryable } from '../platform/index.js';
import { principalName, type Instant, type Principal } from '../shared/index.js';
import type { ImportTypeName, Step } from './import-type.js';
import type { ImportState } from './progress.rules.js';

/** An import as kept. */
export interface ImportRow {
  import_id: string;
  type: ImportTypeName;
  state: ImportState;
  format: 'csv' | 'ndjson' | null;
  actor: Principal;
  body_hash: Buffer | null;
  total_bytes: number | null;
  received_bytes: number;
  rows: number;
  staged_rows: number;
  recorded_rows: number;
  rejected: number;
  shift_days: number;
  position: string;
  counts: Record<string, number>;
  ignored_columns: string[];
  reason_code: string | null;
  reason: string | null;
  started_at: Instant;
  staged_at: Instant | null;
  finished_at: Instant | null;
}

export interface NewImport {
  importId: string;
  type: ImportTypeName;
  actor: Principal;
  totalBytes: number | undefined;
  idempotencyKey: string | undefined;
  startedAt: Instant;
}

/** How far a file is read. */
export interface Received {
  bytes: number;
  rows: number;
  stagedRows: number;
}

/** What was read of a file, once all of it was. */
export interface WholeFile extends Received {
  format: 'csv' | 'ndjson';
  ignoredColumns: readonly string[];
  shiftDays: number;
  bodyHash: Buffer | undefined;
}

const COLUMNS = `import_id, type, state, format, actor, body_hash, total_bytes, received_bytes, rows, staged_rows,
  recorded_rows, rejected, shift_days, position, counts, ignored_columns, reason_code, reason, started_at, staged_at,
  finished_at`;

/** The staging table of an import, ready to be named in SQL: an id holds nothing but hexadecimals and dashes. */
export function stagingTable(importId: string): string {
  return `imports.staged_${importId.replaceAll('-', '')}`;
}

/** Imports, and the tables that their files are staged in. */
@Injectable()
export class ImportsRepository {
  constructor(private readonly database: Database) {}

  /** @returns false when the principal has an import with this key */
  async begin(given: NewImport): Promise<boolean> {
    const begun = await this.database.run(
      `INSERT INTO imports (import_id, type, state, actor, actor_name, idempotency_key, total_bytes, started_at)
       VALUES ($1, $2, 'receiving', $3, $4, $5, $6, $7)
       ON CONFLICT (actor_name, idempotency_key) WHERE idempotency_key IS NOT NULL DO NOTHING`,
      [
        given.importId,
        given.type,
        JSON.stringify(given.actor),
        principalName(given.actor),
        given.idempotencyKey ?? null,
        given.totalBytes ?? null,
        timestamp(given.startedAt),
      ],
    );
    return begun > 0;
  }

  async find(importId: string): Promise<ImportRow | undefined> {
    const [row] = await this.database.query<ImportRow>(
      `SELECT ${COLUMNS} FROM imports WHERE import_id = $1`,
      [importId],
    );
    return row;
  }

  async byKey(actor: Principal, key: string): Promise<ImportRow | undefined> {
    const [row] = await this.database.query<ImportRow>(
      `SELECT ${COLUMNS} FROM imports WHERE actor_name = $1 AND idempotency_key = $2`,
      [principalName(actor), key],
    );
    return row;
  }

  /** Lets an import that came to nothing go of its key, so that the file may be sent again with it. */
  async releaseKey(importId: string): Promise<void> {
    await this.database.run('UPDATE imports SET idempotency_key = NULL WHERE import_id = $1', [importId]);
  }

  /** The newest first, from behind `before` on: ids sort by when they were made. */
  list(before: string | undefined, limit: number): Promise<ImportRow[]> {
    return this.database.query<ImportRow>(
      `SELECT ${COLUMNS} FROM imports WHERE $1::uuid IS NULL OR import_id < $1
       ORDER BY import_id DESC LIMIT $2`,
      [before ?? null, limit],
    );
  }

  async progress(importId: string, { bytes, rows, stagedRows }: Received): Promise<void> {
    await this.database.run(
      `UPDATE imports SET received_bytes = $2, rows = $3, staged_rows = $4, updated_at = now()
       WHERE import_id = $1`,
      [importId, bytes, rows, stagedRows],
    );
  }

  /** In the transaction that fills the staging table: without the one there is not the other. */
  async staged(tx: Queryable, importId: string, file: WholeFile): Promise<void> {
    await tx.run(
      `UPDATE imports SET state = 'staged', received_bytes = $2, rows = $3, staged_rows = $4, format = $5,
         ignored_columns = $6, shift_days = $7, body_hash = $8, staged_at = now(), due_at = now(), updated_at = now()
       WHERE import_id = $1`,
      [
        importId,
        file.bytes,
        file.rows,
        file.stagedRows,
        file.format,
        file.ignoredColumns,
        file.shiftDays,
        file.bodyHash ?? null,
      ],
    );
  }

  async failed(importId: string, code: string, reason: string): Promise<void> {
    await this.database.run(
      `UPDATE imports SET state = 'failed', reason_code = $2, reason = $3, finished_at = now(), updated_at = now()
       WHERE import_id = $1`,
      [importId, code, reason],
    );
  }

  /** Imports whose sender, or the process that listened to it, is gone. */
  failSilent(silentSeconds: number): Promise<number> {
    return this.database.run(
      `UPDATE imports SET state = 'failed', reason_code = 'interrupted', finished_at = now(), updated_at = now(),
         reason = 'the file broke off behind ' || received_bytes || ' bytes: send it again'
       WHERE state = 'receiving' AND updated_at < now() - make_interval(secs => $1)`,
      [silentSeconds],
    );
  }

  /** Imports to be recorded, the oldest first. */
  async due(): Promise<string[]> {
    const rows = await this.database.query<{ import_id: string }>(
      `SELECT import_id FROM imports WHERE state IN ('staged', 'recording') AND due_at <= now()
       ORDER BY started_at`,
    );
    return rows.map((row) => row.import_id);
  }

  /**
   * Moves an import on in the transaction that recorded the step.
   *
   * @returns false when it is not where it was thought to be
   */
  async step(tx: Queryable, importId: string, from: string, step: Step): Promise<boolean> {
    const moved = await tx.run(
      `UPDATE imports SET state = 'recording', position = $3, recorded_rows = recorded_rows + $4, attempts = 0,
         counts = (SELECT coalesce(jsonb_object_agg(name, total), '{}') FROM (
           SELECT name, sum(value::bigint) AS total FROM (
             SELECT * FROM jsonb_each_text(counts) UNION ALL SELECT * FROM jsonb_each_text($5::jsonb)
           ) AS each (name, value) GROUP BY name) AS totals),
         updated_at = now()
       WHERE import_id = $1 AND position = $2 AND state IN ('staged', 'recording')`,
      [importId, from, step.position, step.recorded, JSON.stringify(step.counts ?? {})],
    );
    return moved > 0;
  }

  async done(tx: Queryable, importId: string): Promise<void> {
    await tx.run(
      `UPDATE imports SET state = 'done', finished_at = now(), updated_at = now() WHERE import_id = $1`,
      [importId],
    );
  }

  /** Has it tried again later, twice as late each time. @returns how often it failed since it last came further */
  async postpone(importId: string): Promise<number> {
    const [row] = await this.database.query<{ attempts: number }>(
      `UPDATE imports SET attempts = attempts + 1, updated_at = now(),
         due_at = now() + make_interval(secs => least(60, 2 ^ attempts))
       WHERE import_id = $1 RETURNING attempts`,
      [importId],
    );
    return row?.attempts ?? 0;
  }

  /** Forgets imports some days after they ended. */
  async forget(days: number): Promise<void> {
    await this.database.run('DELETE FROM imports WHERE finished_at < now() - make_interval(days => $1)', [
      days,
    ]);
  }

  /** Staging tables whose import is over, or was never committed. */
  async orphans(): Promise<string[]> {
    const rows = await this.database.query<{ name: string }>(
      `SELECT 'imports.' || tablename AS name FROM pg_tables
       WHERE schemaname = 'imports' AND NOT EXISTS (
         SELECT FROM imports WHERE state IN ('receiving', 'staged', 'recording')
           AND substr(tablename, 8, 32) = replace(import_id::text, '-', ''))`,
    );
    return rows.map(({ name }) => name);
  }

  async drop(table: string): Promise<void> {
    // A statement of its own connection: the pool keeps every text it is given prepared.
    const client = await this.database.connection();
    await client.query(`DROP TABLE IF EXISTS ${table}`).finally(() => client.release());
  }
}
