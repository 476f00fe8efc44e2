import { Injectable } from '@nestjs/common';
import { Database, timestamp } from '../../platform/index.js';
import type { Instant } from '../../shared/index.js';
import type { Kind } from './kinds.js';

/** Rows by their age. */
@Injectable()
export class RetentionRepository {
  constructor(private readonly database: Database) {}

  /**
   * Throws away the oldest rows from before `until`, at most `most`, in one transaction with what goes along. Rows that
   * somebody else has locked are left for the next time.
   *
   * @returns how many rows of the kind itself that were
   */
  async prune({ table, age, where, along, key }: Kind, until: Instant, most: number): Promise<number> {
    return this.database.transaction(async (tx) => {
      const rows = await tx.query<{ key: string }>(
        `SELECT ${key} AS key FROM ${table} WHERE ${age} < $1 AND (${where})
         ORDER BY ${age} LIMIT $2 FOR UPDATE SKIP LOCKED`,
        [timestamp(until), most],
      );
      if (rows.length === 0) return 0;
      const keys = rows.map((row) => row.key);
      for (const sql of along) await tx.run(sql, [keys]);
      return tx.run(`DELETE FROM ${table} WHERE ${key} = ANY($1)`, [keys]);
    });
  }

  /** When the oldest row of the kind is of; undefined where there is none. */
  async oldest({ table, age, where }: Kind): Promise<Instant | undefined> {
    const [row] = await this.database.query<{ at: Instant }>(
      `SELECT ${age} AS at FROM ${table} WHERE (${where}) ORDER BY ${age} LIMIT 1`,
    );
    return row?.at;
  }
}
