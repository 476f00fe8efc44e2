import { Injectable } from '@nestjs/common';
import { Database } from '../../platform/index.js';
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

const CONSENTING = `consents JOIN shoppers AS asked USING (shopper_id)
  WHERE purpose = 'profiling' AND granted`;

/** Whom an audience is counted among: those who consent to `profiling`. */
@Injectable()
export class AudienceRepository {
  constructor(private readonly database: Database) {}

  /**
   * @param steps conditions about `asked`, with their parameters in `statement`
   * @param at the moment that the statement is about
   * @param most so many ids of those who pass all steps
   */
  async sieved(
    steps: readonly string[],
    statement: Statement,
    { at, most }: { at: Instant; most: number },
  ): Promise<Sieved> {
    if (statement.asksForDates) statement.giveDates(await this.#dates(at));
    const fails = steps.map((step, place) => `WHEN NOT ${step} THEN ${place}`);
    const passed = fails.length === 0 ? '0' : `CASE ${fails.join(' ')} ELSE ${steps.length} END`;
    const [row] = await this.database.query<{ passing: Record<string, number> | null; ids: ShopperId[] }>(
      `WITH given AS (${statement.declared}),
       judged AS MATERIALIZED (SELECT asked.shopper_id, ${passed} AS passed FROM ${CONSENTING})
       SELECT
         (SELECT jsonb_object_agg(passed, shoppers)
          FROM (SELECT passed, count(*) AS shoppers FROM judged GROUP BY passed) AS each) AS passing,
         ARRAY(SELECT shopper_id FROM judged WHERE passed = ${steps.length}
               ORDER BY hashtextextended(shopper_id, 0), shopper_id LIMIT $${statement.values.length + 1}) AS ids`,
      [...statement.values, most],
    );
    const passing = row?.passing ?? {};
    const reaching = (least: number): number =>
      Object.entries(passing).reduce((sum, [place, count]) => sum + (Number(place) >= least ? count : 0), 0);
    return {
      remaining: steps.map((_, place) => reaching(place + 1)),
      ids: row?.ids ?? [],
      of: reaching(0),
    };
  }

  /** What day it is in every zone that some shopper goes by. */
  async #dates(at: Instant): Promise<ReadonlyMap<string, string>> {
    const rows = await this.database.query<{ zone: string }>(
      `SELECT DISTINCT ${ZONE_OF_ASKED} AS zone FROM ${CONSENTING}`,
    );
    return new Map(rows.map(({ zone }) => [zone, localTime(at, zone).date]));
  }
}
