import { Injectable } from '@nestjs/common';
import { Database } from '../../platform/index.js';
import type { ProductNeeds, ShopperId } from '../../shared/index.js';
import { Histories } from './histories.service.js';
import { productsFrom } from './history.repository.js';
import { modelOf } from './learning.rules.js';
import { HABIT_BYTES } from './model/habits.rules.js';
import type { ProductsRow } from './needs.sql.js';
import { Population } from './population.service.js';
import { productNeedsOf } from './product-needs.rules.js';
import { SETTLED } from './rows.js';

interface Row {
  shopper_id: ShopperId;
  settled: boolean;
  time_zone: string;
  /** Null for who has bought nothing. */
  products: ProductsRow | null;
}

/** Of a shopper's row only the records of the products that are asked for: a few of hundreds. */
const NAMED = `
  SELECT asked.shopper_id, (${SETTLED}) AS settled,
    coalesce(asked.time_zone, (SELECT document->>'timeZone' FROM stores WHERE store_id = asked.home_store_id), 'UTC')
      AS time_zone,
    CASE WHEN profiled AND product_model IS NOT NULL THEN json_build_object(
      'model', encode(product_model, 'base64'), 'keys', named.keys, 'habits', encode(named.habits, 'base64')) END
      AS products
  FROM shoppers AS asked
  CROSS JOIN LATERAL (SELECT EXISTS (
    SELECT FROM consents
    WHERE consents.shopper_id = asked.shopper_id AND purpose = 'profiling' AND granted) AS profiled) AS consent
  LEFT JOIN shopper_activity AS activity ON activity.shopper_id = asked.shopper_id
  CROSS JOIN LATERAL (
    SELECT coalesce(array_agg(product ORDER BY place), '{}') AS keys,
      coalesce(string_agg(substring(product_habits FROM ${HABIT_BYTES} * (place - 1) + 1 FOR ${HABIT_BYTES}), ''
        ORDER BY place), '') AS habits
    FROM (SELECT product, array_position(products, product) AS place FROM unnest($2::text[]) AS product) AS found
    WHERE place IS NOT NULL
  ) AS named
  WHERE asked.shopper_id = ANY($1)`;

/** What shoppers need of single products: read where a rule asks it. */
@Injectable()
export class NeedsOfProducts {
  constructor(
    private readonly database: Database,
    private readonly histories: Histories,
    private readonly population: Population,
  ) {}

  /**
   * The needs of these products, in one round trip; nobody is in it who does not consent to `profiling` or has bought
   * nothing. What lags behind the purchases is put right first. Where no product is asked for nothing is read.
   */
  async of(
    ids: readonly ShopperId[],
    products: ReadonlySet<string>,
  ): Promise<ReadonlyMap<ShopperId, ProductNeeds>> {
    if (products.size === 0 || ids.length === 0) return new Map();
    const rows = await this.#read(ids, products);
    const behind = rows.filter(({ settled }) => !settled).map(({ shopper_id: id }) => id);
    if (behind.length > 0) {
      await this.histories.settle(behind);
      // Rows read again come last and so replace what they were before.
      rows.push(...(await this.#read(behind, products)));
    }
    const { products: clientele } = this.population;
    return new Map(
      rows.flatMap(({ shopper_id: id, time_zone: timeZone, products: row }) =>
        row === null
          ? []
          : [[id, productNeedsOf(modelOf(clientele, productsFrom(row)), clientele, timeZone)]],
      ),
    );
  }

  #read(ids: readonly ShopperId[], products: ReadonlySet<string>): Promise<Row[]> {
    return this.database.query<Row>(NAMED, [ids, [...products]]);
  }
}
