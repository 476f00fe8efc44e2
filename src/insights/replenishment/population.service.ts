import { Injectable, type OnModuleInit } from '@nestjs/common';
import { Database, inTurns, Published, type Queryable } from '../../platform/index.js';
import type { CategoryPrior } from '../../shared/index.js';
import type { ShopperId } from '../../shared/index.js';
import { HistoryRepository } from './history.repository.js';
import { visitsOf } from './learning.rules.js';
import { Clientele, MODEL_VERSION, type StoredClientele } from './model/clientele.rules.js';
import type { Visit } from './model/shopper.rules.js';
import type { Level } from './replenishment.dto.js';
import { accumulate, finish, type PopulationTally } from './population.rules.js';
import { defaultPrior } from './replenishment.rules.js';
import { STATE_COLUMNS, stateFrom, type StateRow } from './rows.js';

const PUBLISHED = 'priors';
const ROWS_AT_ONCE = 5_000;
/** Shoppers that the model is fitted to, drawn by their ids' hash: more do not move the third digit of any weight. */
const FITTED_SHOPPERS = 2_000;
const SHOPPERS_AT_ONCE = 50;
/** With fewer visits the shipped parameters know more. */
const ENOUGH_VISITS = 500;

/** What the whole clientele teaches about each category, held in memory by every process. */
@Injectable()
export class Population implements OnModuleInit {
  readonly #default = defaultPrior();
  #priors: ReadonlyMap<string, CategoryPrior> = new Map();
  #clientele = Clientele.default();
  #products = Clientele.defaultOfProducts();

  constructor(
    private readonly database: Database,
    private readonly published: Published,
    private readonly histories: HistoryRepository,
  ) {}

  async onModuleInit(): Promise<void> {
    await this.published.subscribe(PUBLISHED, async () => {
      const rows = await this.database.query<{ category: string; prior: CategoryPrior }>(
        'SELECT category, prior FROM category_priors',
      );
      const fitted = await this.database.query<{ level: Level; model: StoredClientele }>(
        'SELECT level, model FROM purchase_models',
      );
      // One that an earlier version fitted means something else: the shipped one stands in until the next fit.
      const of = new Map(fitted.filter(({ model }) => model.version === MODEL_VERSION).map(clienteleOf));
      this.#priors = new Map(rows.map(({ category, prior }) => [category, prior]));
      this.#clientele = of.get('category') ?? Clientele.default();
      this.#products = of.get('product') ?? Clientele.defaultOfProducts();
    });
  }

  /** What to read a shopper's history of a category against; never waits. */
  priorOf(category: string): CategoryPrior {
    return this.#priors.get(category) ?? this.#default;
  }

  /** The snapshot of the model of categories at present; a refit makes a new one and leaves this as it is. */
  get clientele(): Clientele {
    return this.#clientele;
  }

  /** The same of products. */
  get products(): Clientele {
    return this.#products;
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
      await anyTime(tx);
      await tx.run(FORGET_WITHDRAWN);
    });
    const categories = await this.database.transaction(async (tx) => {
      await anyTime(tx);
      // One fit at a time; readers go on with the old figures.
      await tx.run('LOCK TABLE category_priors IN SHARE ROW EXCLUSIVE MODE');
      const priors = finish(await tallyOf(tx));
      await replace(tx, priors);
      await this.#refitModels(tx);
      await this.published.raise(tx, PUBLISHED);
      return priors.size;
    });
    await this.published.announce(PUBLISHED);
    return categories;
  }

  /** In turns, so that this process goes on answering; every other one reads the old snapshot meanwhile. */
  async #refitModels(tx: Queryable): Promise<void> {
    const drawn = await tx.query<{ shopper_id: ShopperId }>(
      `SELECT shopper_id FROM consents WHERE purpose = 'profiling' AND granted
       ORDER BY hashtext(shopper_id), shopper_id LIMIT ${FITTED_SHOPPERS}`,
    );
    const byCategory: Visit<string>[][] = [];
    const byProduct: Visit<string>[][] = [];
    for (let from = 0; from < drawn.length; from += SHOPPERS_AT_ONCE) {
      const ids = drawn.slice(from, from + SHOPPERS_AT_ONCE).map(({ shopper_id: id }) => id);
      for (const trips of (await this.histories.trips(tx, ids)).values()) {
        byCategory.push(visitsOf(trips));
        byProduct.push(visitsOf(trips, 'products'));
      }
    }
    await this.#refitModel(tx, 'category', byCategory);
    await this.#refitModel(tx, 'product', byProduct);
  }

  async #refitModel(tx: Queryable, level: Level, shoppers: readonly Visit<string>[][]): Promise<void> {
    if (shoppers.reduce((sum, visits) => sum + visits.length, 0) < ENOUGH_VISITS) return;
    const clientele = await inTurns(Clientele.fit(shoppers));
    await tx.run(
      `INSERT INTO purchase_models (level, model, shoppers) VALUES ($1, $2, $3)
       ON CONFLICT (level) DO UPDATE SET model = excluded.model, shoppers = excluded.shoppers, fitted_at = now()`,
      [level, JSON.stringify(clientele.stored()), shoppers.length],
    );
  }
}

function clienteleOf({ level, model }: { level: Level; model: StoredClientele }): [Level, Clientele] {
  return [level, Clientele.from(model)];
}

/** With millions of shoppers this takes minutes, in some of which nothing is asked of Postgres. */
async function anyTime(tx: Queryable): Promise<void> {
  await tx.run('SET LOCAL statement_timeout = 0');
  await tx.run('SET LOCAL idle_in_transaction_session_timeout = 0');
}

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
