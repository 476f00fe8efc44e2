import { Injectable } from '@nestjs/common';
import { Database, errorCode } from '../../platform/index.js';
import { Statement, ZONE_OF_ASKED } from '../../rules/index.js';
import { localTime, type Instant, type ShopperId } from '../../shared/index.js';

/** How far shoppers come in a funnel said in SQL. */
export interface Sieved {
  /** By step, how many pass it and those before it. */
  remaining: readonly number[];
  /** Of those who pass all steps, in the order of a hash: like chance, and the same each time. */
  ids: readonly ShopperId[];
  /** Those who consent to `profiling`. */
  of: number;
}

/** `query_canceled`: by the time that a statement may take. */
const CANCELLED = '57014';

interface Judged {
  passing: Record<string, number> | null;
  ids: ShopperId[];
}

const consenting = (joins: string): string =>
  `(SELECT shoppers.* FROM consents JOIN shoppers USING (shopper_id)
    WHERE purpose = 'profiling' AND granted) AS asked${joins}`;
const CONSENTING = consenting('');

/** Whom an audience is counted among: those who consent to `profiling`. */
@Injectable()
export class AudienceRepository {
  constructor(private readonly database: Database) {}

  /**
   * @param steps conditions about `asked`, with their parameters in `statement`
   * @param at the moment that the statement is about
   * @param most so many ids of those who pass all steps
   * @returns undefined where Postgres gave up: it took longer than a statement may
   */
  async sieved(
    steps: readonly string[],
    statement: Statement,
    { at, most }: { at: Instant; most: number },
  ): Promise<Sieved | undefined> {
    if (statement.asksForDates) statement.giveDates(await this.#dates(at));
    const fails = steps.map((step, place) => `WHEN NOT ${step} THEN ${place}`);
    const passed = fails.length === 0 ? '0' : `CASE ${fails.join(' ')} ELSE ${steps.length} END`;
    const rows = await this.#unlessTooLong<Judged>(
      `WITH given AS (${statement.declared}),
       judged AS MATERIALIZED (SELECT asked.shopper_id, ${passed} AS passed FROM ${consenting(statement.joins)})
       SELECT
         (SELECT jsonb_object_agg(passed, shoppers)
          FROM (SELECT passed, count(*) AS shoppers FROM judged GROUP BY passed) AS each) AS passing,
         ARRAY(SELECT shopper_id FROM judged WHERE passed = ${steps.length}
               ORDER BY hashtextextended(shopper_id, 0), shopper_id LIMIT $${statement.values.length + 1}) AS ids`,
      [...statement.values, most],
    );
    if (rows === undefined) return undefined;
    const [row] = rows;
    const passing = row?.passing ?? {};
    const reaching = (least: number): number =>
      Object.entries(passing).reduce((sum, [place, count]) => sum + (Number(place) >= least ? count : 0), 0);
    return {
      remaining: steps.map((_, place) => reaching(place + 1)),
      ids: row?.ids ?? [],
      of: reaching(0),
    };
  }

  /** All whom an audience is counted among; so many of them, in the order of the same hash. */
  async everybody(most: number): Promise<{ ids: readonly ShopperId[]; total: number }> {
    const rows = await this.database.query<{ shopper_id: ShopperId; total: number }>(
      `SELECT asked.shopper_id, count(*) OVER () AS total FROM ${CONSENTING}
       ORDER BY hashtextextended(asked.shopper_id, 0), asked.shopper_id LIMIT $1`,
      [most],
    );
    return { ids: rows.map(({ shopper_id: id }) => id), total: rows[0]?.total ?? 0 };
  }

  async #unlessTooLong<Row extends object>(
    sql: string,
    values: readonly unknown[],
  ): Promise<Row[] | undefined> {
    try {
      return await this.database.query<Row>(sql, values);
    } catch (error) {
      if (errorCode(error) === CANCELLED) return undefined;
      throw error;
    }
  }

  /** What day it is in every zone that some shopper goes by. */
  async #dates(at: Instant): Promise<ReadonlyMap<string, string>> {
    const rows = await this.database.query<{ zone: string }>(
      `SELECT DISTINCT ${ZONE_OF_ASKED} AS zone FROM ${CONSENTING}`,
    );
    return new Map(rows.map(({ zone }) => [zone, localTime(at, zone).date]));
  }
}
