import { pipeline } from 'node:stream/promises';
import { from as copyFrom } from 'pg-copy-streams';
import type { Database, Queryable } from '../../platform/index.js';
import { toRfc3339, type Instant, type ShopperId } from '../../shared/index.js';

type Connection = Awaited<ReturnType<Database['connection']>>;

const TABLES = ['staged_lines', 'staged_baskets', 'staged_fresh'];
const PAGE = 1_000;

/**
 * A purchases file inside Postgres, on one connection. The tables are temporary: written without a log as
 * unlogged ones are, and gone with the connection when the process dies half-way.
 */
export class PurchaseStaging {
  readonly tx: Queryable;
  readonly #connection: Connection;

  private constructor(connection: Connection) {
    this.#connection = connection;
    this.tx = {
      query: async <Row extends object>(sql: string, values: readonly unknown[] = []) =>
        (await connection.query<Row>(sql, [...values])).rows,
      run: async (sql, values = []) => (await connection.query(sql, [...values])).rowCount ?? 0,
    };
  }

  /** Does `work` with a staging of its own; the connection is given back as it was. */
  static async within<T>(database: Database, work: (staging: PurchaseStaging) => Promise<T>): Promise<T> {
    const connection = await database.connection();
    const staging = new PurchaseStaging(connection);
    try {
      // The pool's limits are for requests that somebody waits for; a file takes as long as it takes.
      await staging.tx.run('SET statement_timeout = 0');
      await staging.tx.run('SET idle_in_transaction_session_timeout = 0');
      await staging.#makeTables();
      const result = await work(staging);
      await staging.#dropTables();
      await staging.tx.run('RESET statement_timeout');
      await staging.tx.run('RESET idle_in_transaction_session_timeout');
      connection.release();
      return result;
    } catch (error) {
      // Closing the connection rolls back, drops what is temporary and ends a COPY that was cut short.
      connection.release(true);
      throw error;
    }
  }

  /** Takes rows in COPY's text format. */
  async fill(lines: AsyncIterable<string>): Promise<void> {
    await pipeline(lines, this.#connection.query(copyFrom('COPY staged_lines FROM STDIN')));
    await this.tx.run('ANALYZE staged_lines');
  }

  /** One basket a `basket_id`: what its first line says of it. */
  async gatherBaskets(): Promise<void> {
    await this.tx.run(
      `INSERT INTO staged_baskets
       SELECT DISTINCT ON (basket_id) basket_id, shopper_id, purchased_at, channel, store_id
       FROM staged_lines ORDER BY basket_id, line`,
    );
    await this.tx.run('ANALYZE staged_baskets');
  }

  /** Takes out, at most a page at a time, lines of a basket that its first line says is another shopper's. */
  async takeForeignLines(): Promise<number[]> {
    const rows = await this.tx.query<{ line: number }>(
      `DELETE FROM staged_lines WHERE line IN (
         SELECT line FROM staged_lines JOIN staged_baskets USING (basket_id)
         WHERE staged_lines.shopper_id <> staged_baskets.shopper_id LIMIT ${PAGE})
       RETURNING line`,
    );
    return rows.map(({ line }) => line);
  }

  /** Moves all baskets by whole days, so that the last day (UTC) with one becomes the day before `now`. */
  async shiftTo(now: Instant): Promise<void> {
    await this.tx.run(
      `UPDATE staged_baskets SET purchased_at = purchased_at + make_interval(hours => 24 * days)
       FROM (SELECT ($1::timestamptz AT TIME ZONE 'UTC')::date - 1
                    - max(purchased_at AT TIME ZONE 'UTC')::date AS days FROM staged_baskets) AS shift`,
      [toRfc3339(now)],
    );
  }

  /** What a file says of shoppers who were merged is of whoever stands for them. */
  async followMerges(): Promise<void> {
    await this.tx.run(
      `UPDATE staged_baskets SET shopper_id = shopper_aliases.shopper_id
       FROM shopper_aliases WHERE alias = staged_baskets.shopper_id`,
    );
  }

  /** Makes the shoppers nobody has told us of, consenting to nothing. Gives how many. */
  makeShoppers(): Promise<number> {
    return this.tx.run(
      `INSERT INTO shoppers (shopper_id)
       SELECT DISTINCT shopper_id FROM staged_baskets ORDER BY shopper_id
       ON CONFLICT (shopper_id) DO NOTHING`,
    );
  }

  /** Makes the products that the catalogue lacks, as their last line has them. Gives how many. */
  makeProducts(): Promise<number> {
    return this.tx.run(
      `INSERT INTO products (product_id, name, brand, own_brand, category, price, currency)
       SELECT DISTINCT ON (product_id) product_id, product_name, brand, false, category, unit_price, currency
       FROM staged_lines ORDER BY product_id, line DESC
       ON CONFLICT (product_id) DO NOTHING`,
    );
  }

  /**
   * Writes the purchases that are not on record, with their lines. An imported purchase has no content to
   * compare with what a till would send: the same id from elsewhere is another content.
   */
  async record(): Promise<{ purchases: number; lines: number }> {
    const purchases = await this.tx.run(
      `WITH inserted AS (
         INSERT INTO purchases (purchase_id, shopper_id, store_id, channel, purchased_at, content_hash)
         SELECT basket_id, shopper_id, store_id, channel, purchased_at,
                sha256(convert_to('import ' || basket_id, 'UTF8'))
         FROM staged_baskets ORDER BY basket_id
         ON CONFLICT (purchase_id) DO NOTHING RETURNING purchase_id, shopper_id)
       INSERT INTO staged_fresh SELECT purchase_id, shopper_id FROM inserted`,
    );
    await this.tx.run('ANALYZE staged_fresh');
    const lines = await this.tx.run(
      `INSERT INTO purchase_lines (purchase_id, line_no, product_id, quantity, unit_price, currency)
       SELECT basket_id, row_number() OVER (PARTITION BY basket_id ORDER BY line), product_id, quantity,
              unit_price, currency
       FROM staged_lines JOIN staged_fresh USING (basket_id)`,
    );
    return { purchases, lines };
  }

  /** Shoppers with a new purchase, a page at a time in the order of their ids. */
  async touchedAfter(shopperId: string): Promise<ShopperId[]> {
    const rows = await this.tx.query<{ shopper_id: ShopperId }>(
      `SELECT DISTINCT shopper_id FROM staged_fresh WHERE shopper_id > $1 ORDER BY shopper_id LIMIT ${PAGE}`,
      [shopperId],
    );
    return rows.map((row) => row.shopper_id);
  }

  async #makeTables(): Promise<void> {
    await this.#dropTables();
    await this.tx.run(
      `CREATE TEMP TABLE staged_lines (
         line bigint NOT NULL, shopper_id text NOT NULL, basket_id text NOT NULL,
         purchased_at timestamptz NOT NULL, product_id text NOT NULL, product_name text NOT NULL,
         category text NOT NULL, brand text NOT NULL, quantity double precision NOT NULL,
         unit_price bigint, currency text, channel text NOT NULL, store_id text)`,
    );
    await this.tx.run(
      `CREATE TEMP TABLE staged_baskets (
         basket_id text PRIMARY KEY, shopper_id text NOT NULL, purchased_at timestamptz NOT NULL,
         channel text NOT NULL, store_id text)`,
    );
    await this.tx.run('CREATE TEMP TABLE staged_fresh (basket_id text NOT NULL, shopper_id text NOT NULL)');
  }

  async #dropTables(): Promise<void> {
    await this.tx.run(`DROP TABLE IF EXISTS ${TABLES.map((table) => `pg_temp.${table}`).join(', ')}`);
  }
}
