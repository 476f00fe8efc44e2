import { Injectable, type OnModuleInit } from '@nestjs/common';
import { Database, Published, type Queryable } from '../../platform/index.js';
import type { CategoryPrior } from '../../shared/index.js';
import { accumulate, finish, type PopulationTally } from './population.rules.js';
import { defaultPrior } from './replenishment.rules.js';
import { STATE_COLUMNS, stateFrom, type StateRow } from './rows.js';

const PUBLISHED = 'priors';
const ROWS_AT_ONCE = 5_000;

/** What the whole clientele teaches about each category, held in memory by every process. */
@Injectable()
export class Population implements OnModuleInit {
  readonly #default = defaultPrior();
  #priors: ReadonlyMap<string, CategoryPrior> = new Map();

  constructor(
    private readonly database: Database,
    private readonly published: Published,
  ) {}

  async onModuleInit(): Promise<void> {
    await this.published.subscribe(PUBLISHED, async () => {
      const rows = await this.database.query<{ category: string; prior: CategoryPrior }>(
        'SELECT category, prior FROM category_priors',
      );
      this.#priors = new Map(rows.map(({ category, prior }) => [category, prior]));
    });
  }

  /** What to read a shopper's history of a category against; never waits. */
  priorOf(category: string): CategoryPrior {
    return this.#priors.get(category) ?? this.#default;
  }

  /**
   * Fits all categories anew and replaces what was known, in one transaction and in memory that does not grow with
   * the number of shoppers. To be called after an import. It also removes what is left of shoppers who have
   * withdrawn `profiling` and were not looked at since.
   *
   * @returns how many categories were fitted
   */
  async refit(): Promise<number> {
    await this.database.transaction(async (tx) => {
      await tx.run(ANY_TIME);
      await tx.run(FORGET_WITHDRAWN);
    });
    const categories = await this.database.transaction(async (tx) => {
      await tx.run(ANY_TIME);
      // One fit at a time; readers go on with the old figures.
      await tx.run('LOCK TABLE category_priors IN SHARE ROW EXCLUSIVE MODE');
      const priors = finish(await tallyOf(tx));
      await replace(tx, priors);
      await this.published.raise(tx, PUBLISHED);
      return priors.size;
    });
    await this.published.announce(PUBLISHED);
    return categories;
  }
}

/** With millions of shoppers this takes minutes. */
const ANY_TIME = 'SET LOCAL statement_timeout = 0';

const FORGET_WITHDRAWN = `
  WITH withdrawn AS (SELECT shopper_id FROM consents WHERE purpose = 'profiling' AND NOT granted),
    activity AS (DELETE FROM shopper_activity USING withdrawn
                 WHERE shopper_activity.shopper_id = withdrawn.shopper_id)
  DELETE FROM replenishment USING withdrawn WHERE replenishment.shopper_id = withdrawn.shopper_id`;

async function tallyOf(tx: Queryable): Promise<PopulationTally> {
  const tally: PopulationTally = new Map();
  await tx.run(
    `DECLARE histories NO SCROLL CURSOR FOR
     SELECT category, ${STATE_COLUMNS}, visits
     FROM replenishment JOIN shopper_activity USING (shopper_id)
     JOIN consents USING (shopper_id) WHERE purpose = 'profiling' AND granted`,
  );
  for (;;) {
    const rows = await tx.query<StateRow & { category: string; visits: number }>(
      `FETCH ${ROWS_AT_ONCE} FROM histories`,
    );
    if (rows.length === 0) break;
    for (const row of rows) {
      accumulate(tally, { category: row.category, visits: row.visits, state: stateFrom(row) });
    }
  }
  await tx.run('CLOSE histories');
  return tally;
}

async function replace(tx: Queryable, priors: ReadonlyMap<string, CategoryPrior>): Promise<void> {
  await tx.run('DELETE FROM category_priors');
  await tx.run(
    'INSERT INTO category_priors (category, prior) SELECT * FROM unnest($1::text[], $2::jsonb[])',
    [[...priors.keys()], [...priors.values()].map((prior) => JSON.stringify(prior))],
  );
}
