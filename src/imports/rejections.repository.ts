import { Injectable } from '@nestjs/common';
import { Database, Tombstones, type Queryable } from '../platform/index.js';
import type { ShopperId } from '../shared/index.js';
import type { RejectedRow } from './import-type.js';
import { namesIn } from './rejections.rules.js';

/** Behind which rejected row to go on: of one line there may be several. */
export interface RejectionPlace {
  line: number;
  id: number;
}

/** So many rejected rows are kept of one import; more are only counted. */
const MAX_REJECTIONS = 1_000_000;
/** A rejected row is kept with so much of its text. */
const MAX_ROW_KEPT = 4_000;
const MAX_DETAIL = 500;

/** The rows that imports left out. */
@Injectable()
export class Rejections {
  constructor(
    private readonly database: Database,
    private readonly tombstones: Tombstones,
  ) {}

  /** Counts rejected rows, and keeps as many as there is room for; of one about an erased person not its text. */
  async add(tx: Queryable, importId: string, rejected: readonly RejectedRow[]): Promise<void> {
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

  /** Those of `ids` whose person was erased. */
  erased(tx: Queryable, ids: readonly ShopperId[]): Promise<ReadonlySet<ShopperId>> {
    return this.tombstones.among(ids, tx);
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
  async list(
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

  /** Forgets the rejected rows of imports some days after they ended. */
  async forget(days: number): Promise<void> {
    await this.database.run(
      `DELETE FROM import_rejections USING imports
       WHERE import_rejections.import_id = imports.import_id
         AND finished_at < now() - make_interval(days => $1)`,
      [days],
    );
  }
}

/** A text as Postgres keeps it, and no longer than there is room for. */
function kept(text: string, most: number): string {
  return text.slice(0, most).replaceAll('\0', '').toWellFormed();
}
