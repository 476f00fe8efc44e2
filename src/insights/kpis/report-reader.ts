import { Injectable } from '@nestjs/common';
import { Database, Problem, errorCode, type Queryable } from '../../platform/index.js';

/** More than a year of a chain of 100,000 shoppers takes (`docs/reports.md`), and less than a browser waits. */
const STATEMENT_SECONDS = 20;
const QUERY_CANCELLED = '57014';

/**
 * What reads much: every statement of a report sees the same moment, with room to sort, a plan made for its own
 * parameters (a year is not a day) and an end.
 */
const SETTINGS = `
  SELECT set_config('statement_timeout', '${STATEMENT_SECONDS}s', true), set_config('work_mem', '64MB', true),
    set_config('plan_cache_mode', 'force_custom_plan', true)`;

/**
 * For statements that read whole tables. Postgres takes a row in 200 for what it cannot estimate (the day a shopper
 * was won), and would then look up a million purchases one by one: hashing is never that wrong.
 */
const HASHED = "SELECT set_config('enable_nestloop', 'off', true), set_config('enable_sort', 'off', true)";

/** Reads for reports, without holding up the shop. */
@Injectable()
export class ReportReader {
  constructor(private readonly database: Database) {}

  /**
   * @param wholeTables that most of some large table is needed
   * @throws Problem 503 `report-too-large` when a statement takes too long
   */
  async read<T>(work: (tx: Queryable) => Promise<T>, { wholeTables = false } = {}): Promise<T> {
    try {
      return await this.database.transaction(async (tx) => {
        await tx.run('SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY');
        await tx.run(SETTINGS);
        if (wholeTables) await tx.run(HASHED);
        return work(tx);
      }, 1);
    } catch (error) {
      if (errorCode(error) !== QUERY_CANCELLED) throw error;
      const detail = `The report took longer than ${STATEMENT_SECONDS} s: ask for a shorter time, or one store.`;
      throw new Problem(503, 'report-too-large', detail, { retryAfterSeconds: 60 });
    }
  }
}
