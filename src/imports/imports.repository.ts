import { Injectable } from '@nestjs/common';
import { Database, timestamp, Tombstones, type Queryable } from '../platform/index.js';
import { principalName, type Instant, type Principal } from '../shared/index.js';
import { namesIn } from './rejections.rules.js';
import type { ImportTypeName, RejectedRow, Step } from './import-type.js';
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

/** So many rejected rows are kept of one import; more are only counted. */
export const MAX_REJECTIONS = 1_000_000;
/** A rejected row is kept with so much of its text. */
const MAX_ROW_KEPT = 4_000;
const MAX_DETAIL = 500;

const COLUMNS = `import_id, type, state, format, actor, body_hash, total_bytes, received_bytes, rows, staged_rows,
  recorded_rows, rejected, shift_days, position, counts, ignored_columns, reason_code, reason, started_at, staged_at,
  finished_at`;

/** The staging table of an import, ready to be named in SQL: an id holds nothing but hexadecimals and dashes. */
export function stagingTable(importId: string): string {
  return `imports.staged_${importId.replaceAll('-', '')}`;
}

/** Imports, and the rows that they left out. */
@Injectable()
export class ImportsRepository {
  constructor(
    private readonly database: Database,
    private readonly tombstones: Tombstones,
  ) {}

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

  /** Counts rejected rows, and keeps as many as there is room for; of one about an erased person not its text. */
  async reject(tx: Queryable, importId: string, rejected: readonly RejectedRow[]): Promise<void> {
    if (rejected.length === 0) return;
    const rows = await this.#withoutErased(tx, rejected);
    await tx.run(
      `WITH counted AS (UPDATE imports SET rejected = rejected + $2 WHERE import_id = $1 RETURNING rejected)
       INSERT INTO import_rejections (import_id, line, code, detail, row)
       SELECT $1, line, code, detail, row
       FROM unnest($3::bigint[], $4::text[], $5::text[], $6::text[]) AS each (line, code, detail, row)
       WHERE (SELECT rejected FROM counted) <= ${MAX_REJECTIONS}`,
      [
        importId,
        rows.length,
        rows.map(({ line }) => line),
        rows.map(({ code }) => code),
        rows.map(({ detail }) => kept(detail, MAX_DETAIL)),
        rows.map(({ row }) => kept(row, MAX_ROW_KEPT)),
      ],
    );
  }

  async #withoutErased(tx: Queryable, rows: readonly RejectedRow[]): Promise<RejectedRow[]> {
    const names = rows.map(({ row }) => namesIn(row));
    const erased = await this.tombstones.among([...new Set(names.flat())], tx);
    return rows.map((row, place) => {
      if (!names[place]?.some((name) => erased.has(name))) return row;
      return {
        line: row.line,
        code: 'erased',
        detail: 'shopperId: the person of this id was erased',
        row: '',
      };
    });
  }

  /** Rejected rows in the order of their lines, from behind `after` on. */
  async rejections(
    importId: string,
    after: RejectionPlace,
    limit: number,
  ): Promise<(RejectedRow & RejectionPlace)[]> {
    const rows = await this.database.query<RejectedRow & { rejection_id: number }>(
      `SELECT line, rejection_id, code, detail, row FROM import_rejections
       WHERE import_id = $1 AND (line, rejection_id) > ($2, $3) ORDER BY line, rejection_id LIMIT $4`,
      [importId, after.line, after.id, limit],
    );
    return rows.map(({ rejection_id: id, ...row }) => ({ ...row, id }));
  }

  /** Forgets rejected rows after some days, and the imports themselves after some more. */
  async forget(days: { rejections: number; imports: number }): Promise<void> {
    await this.database.run(
      `DELETE FROM import_rejections USING imports
       WHERE import_rejections.import_id = imports.import_id
         AND finished_at < now() - make_interval(days => $1)`,
      [days.rejections],
    );
    await this.database.run('DELETE FROM imports WHERE finished_at < now() - make_interval(days => $1)', [
      days.imports,
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

/** Behind which rejected row to go on: of one line there may be several. */
export interface RejectionPlace {
  line: number;
  id: number;
}

/** A text as Postgres keeps it, and no longer than there is room for. */
function kept(text: string, most: number): string {
  return text.slice(0, most).replaceAll('\0', '').toWellFormed();
}
