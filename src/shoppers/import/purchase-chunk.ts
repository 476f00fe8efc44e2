import type { RejectedRow } from '../../imports/index.js';
import type { Queryable } from '../../platform/index.js';
import type { ShopperId } from '../../shared/index.js';
import { touchedTable } from './touched-shoppers.js';

/** Of one file: its staging table, and by how many days its purchases are moved. */
export interface StagedFile {
  table: string;
  shiftDays: number;
}

/** Purchases behind `after`, to `to` and that one included. */
export interface Range {
  after: string;
  to: string;
}

/** What the lines of a chunk have come to. */
export interface Gathered {
  /** How many rows of the file they are. */
  fileRows: number;
  /** Lines must be taken out before the rest can be recorded: they are another shopper's, or came before. */
  hasStrangers: boolean;
  isRepeated: boolean;
  /** Whole purchases cannot be recorded. */
  hasFaults: boolean;
  /** Purchases that are on record. */
  known: number;
}

const MS_OF_DAY = 86_400_000;
/** As many as the door takes. */
const MAX_LINES = 500;

/** One line as `canonicalJson` would write it: what tells the content of a purchase from another's. */
const CANONICAL_LINE = `'{' || coalesce('"couponCode":' || to_json(coupon_code)::text || ',', '')
  || coalesce('"discount":{"amount":' || discount || ',"currency":"' || currency || '"},', '')
  || '"productId":"' || product_id || '","quantity":' || quantity
  || coalesce(',"unitPrice":{"amount":' || unit_price || ',"currency":"' || currency || '"}', '') || '}'`;

/** A staged row as it is told when it is left out. */
const AS_READ = `json_strip_nulls(json_build_object('purchaseId', purchase_id, 'shopperId', staged.shopper_id,
  'storeId', staged.store_id, 'channel', staged.channel, 'purchasedAt', staged.purchased_ms, 'productId', product_id,
  'quantity', quantity, 'unitPrice', unit_price, 'discount', discount, 'currency', currency,
  'couponCode', coupon_code))::text`;

/**
 * Some thousands of purchases of a staged file, in the transaction that records them: SQL by the set. Where a name
 * stands in a statement's text it is the staging table's, which is made of an id of ours.
 */
export class PurchaseChunk {
  constructor(
    private readonly tx: Queryable,
    private readonly file: StagedFile,
    private readonly range: Range,
  ) {}

  /**
   * A temporary table for the chunks of a connection, empty at the end of each transaction; and who was touched. The
   * ids have the collation of the ledger's: compared by another one they could not be looked up in its indexes.
   */
  static async prepare(connection: Queryable, table: string): Promise<void> {
    await connection.run(
      `CREATE TEMP TABLE IF NOT EXISTS chunk (
         purchase_id text NOT NULL, shopper_id text NOT NULL, store_id text, channel text NOT NULL,
         purchased_ms bigint NOT NULL, file_rows integer NOT NULL, has_strangers boolean NOT NULL,
         is_repeated boolean NOT NULL, fault text, content_hash bytea NOT NULL,
         is_known boolean NOT NULL) ON COMMIT DELETE ROWS`,
    );
    await connection.run(`CREATE TABLE IF NOT EXISTS ${touchedTable(table)} (shopper_id text PRIMARY KEY)`);
  }

  /** The next purchases, as many as have about `lines` lines; undefined when there are none left. */
  static async next(
    connection: Queryable,
    table: string,
    after: string,
    lines: number,
  ): Promise<Range | undefined> {
    const [row] = await connection.query<{ to: string | null }>(
      `SELECT coalesce(
         (SELECT purchase_id FROM ${table} WHERE purchase_id > $1 ORDER BY purchase_id, line, sub OFFSET $2 LIMIT 1),
         (SELECT max(purchase_id) FROM ${table} WHERE purchase_id > $1)) AS to`,
      [after, lines],
    );
    return row?.to == null ? undefined : { after, to: row.to };
  }

  /** Makes one purchase of the lines of each. */
  async gather(): Promise<Gathered> {
    const { table, shiftDays } = this.file;
    const hash =
      shiftDays === 0
        ? `sha256(convert_to('{"channel":"' || channel || '","lines":[' || content || '],"purchaseId":"' || purchase_id
            || '","purchasedAt":' || purchased_ms || ',"shopperId":"' || shopper_id || '"'
            || coalesce(',"storeId":"' || store_id || '"', '') || '}', 'UTF8'))`
        : IMPORTED;
    await this.tx.run('DELETE FROM chunk');
    await this.tx.run(
      `INSERT INTO chunk (purchase_id, shopper_id, store_id, channel, purchased_ms, file_rows, has_strangers, is_repeated,
                          fault, content_hash, is_known)
       SELECT purchase_id, shopper_id, store_id, channel, purchased_ms + ${shiftDays * MS_OF_DAY}, file_rows,
              has_strangers, is_repeated,
              CASE WHEN lines > ${MAX_LINES} THEN 'out-of-range'
                   WHEN store_id IS NOT NULL AND NOT EXISTS (
                     SELECT FROM stores WHERE stores.store_id = gathered.store_id) THEN 'unknown-store' END,
              ${hash}, found IS NOT NULL
       FROM (
         SELECT purchase_id, (array_agg(shopper_id))[1] AS shopper_id, (array_agg(store_id))[1] AS store_id,
                (array_agg(channel))[1] AS channel, (array_agg(purchased_ms))[1] AS purchased_ms,
                count(*) FILTER (WHERE sub = 0) AS file_rows, count(*) AS lines,
                min(shopper_id) <> max(shopper_id) AS has_strangers,
                bool_or(is_whole) AND min(line) <> max(line) AS is_repeated,
                string_agg(${CANONICAL_LINE}, ',') AS content
         FROM (SELECT * FROM ${table} WHERE purchase_id > $1 AND purchase_id <= $2
               ORDER BY purchase_id, line, sub) AS ordered
         GROUP BY purchase_id) AS gathered
       ${lookedUp('purchases', 'purchase_id', 'gathered')}`,
      [this.range.after, this.range.to],
    );
    const [found] = await this.tx.query<Gathered>(
      `SELECT coalesce(sum(file_rows), 0) AS "fileRows", coalesce(bool_or(has_strangers), false) AS "hasStrangers",
              coalesce(bool_or(is_repeated), false) AS "isRepeated", count(fault) > 0 AS "hasFaults",
              count(*) FILTER (WHERE is_known) AS known FROM chunk`,
    );
    return found ?? { fileRows: 0, hasStrangers: false, isRepeated: false, hasFaults: false, known: 0 };
  }

  /** Takes out lines of a purchase that its first line says is another shopper's. */
  takeStrangers(): Promise<RejectedRow[]> {
    return this.tx.query<RejectedRow>(
      `WITH taken AS (
         DELETE FROM ${this.file.table} AS staged USING chunk
         WHERE chunk.purchase_id = staged.purchase_id AND has_strangers AND staged.shopper_id <> chunk.shopper_id
         RETURNING line, ${AS_READ.replaceAll('purchase_id', 'staged.purchase_id')} AS row)
       SELECT DISTINCT ON (line) line::int8 AS line, 'purchase-differs' AS code,
              'the purchase began with another shopper' AS detail, row FROM taken ORDER BY line`,
    );
  }

  /**
   * Takes out whole purchases that came before in the file. Gives those with other content than the first, and how
   * many said the same.
   */
  async takeRepeated(): Promise<{ rejected: RejectedRow[]; same: number }> {
    const rows = await this.tx.query<RejectedRow & { differs: boolean }>(
      `WITH items AS (
         SELECT staged.purchase_id, line, md5(string_agg(concat_ws('|', staged.shopper_id, staged.store_id,
                  staged.channel, staged.purchased_ms, ${CANONICAL_LINE.replaceAll('product_id', 'staged.product_id')}),
                  ',' ORDER BY sub)) AS content
         FROM ${this.file.table} AS staged JOIN chunk USING (purchase_id) WHERE is_repeated
         GROUP BY staged.purchase_id, line),
       judged AS (
         SELECT purchase_id, line, line <> first_value(line) OVER first AS is_later,
                content <> first_value(content) OVER first AS differs
         FROM items WINDOW first AS (PARTITION BY purchase_id ORDER BY line)),
       taken AS (
         DELETE FROM ${this.file.table} AS staged USING judged
         WHERE is_later AND judged.purchase_id = staged.purchase_id AND judged.line = staged.line
         RETURNING staged.line, differs, ${AS_READ.replaceAll('purchase_id', 'staged.purchase_id')} AS row)
       SELECT DISTINCT ON (line) line::int8 AS line, differs, 'purchase-differs' AS code,
              'the purchase came before in this file with other content' AS detail, row FROM taken ORDER BY line`,
    );
    return {
      rejected: rows.filter(({ differs }) => differs).map(({ differs: _, ...row }) => row),
      same: rows.filter(({ differs }) => !differs).length,
    };
  }

  /** What a file says of shoppers who were merged is of whoever stands for them. */
  async followMerges(): Promise<void> {
    await this.tx.run(
      `UPDATE chunk SET shopper_id = shopper_aliases.shopper_id
       FROM shopper_aliases WHERE alias = chunk.shopper_id`,
    );
  }

  /** Keeps the shoppers of the chunk from vanishing. Gives those whom we do not have. */
  async keepShoppers(): Promise<ShopperId[]> {
    const rows = await this.tx.query<{ shopper_id: ShopperId }>(
      `SELECT shopper_id FROM (SELECT DISTINCT shopper_id FROM chunk WHERE fault IS NULL ORDER BY shopper_id) AS named
       ${lookedUp('shoppers', 'shopper_id', 'named', 'FOR KEY SHARE')} WHERE found IS NULL`,
    );
    return rows.map((row) => row.shopper_id);
  }

  /** Leaves out what is of these, who were erased. */
  async leaveOut(erased: readonly ShopperId[]): Promise<void> {
    await this.tx.run("UPDATE chunk SET fault = 'erased' WHERE fault IS NULL AND shopper_id = ANY($1)", [
      erased,
    ]);
  }

  /** Makes the shoppers nobody has told us of, consenting to nothing. Gives how many. */
  makeShoppers(): Promise<number> {
    return this.tx.run(
      `INSERT INTO shoppers (shopper_id)
       SELECT DISTINCT shopper_id FROM chunk
       WHERE ${FRESH} AND NOT EXISTS (SELECT FROM shoppers WHERE shoppers.shopper_id = chunk.shopper_id)
       ORDER BY shopper_id`,
    );
  }

  /** Makes the products that the catalogue lacks and whose category a row tells, as the last such row has them. */
  makeProducts(): Promise<number> {
    return this.tx.run(
      `INSERT INTO products (product_id, name, brand, own_brand, category, price, currency)
       SELECT DISTINCT ON (product_id) product_id, coalesce(product_name, product_id), coalesce(brand, ''), false,
              category, unit_price, CASE WHEN unit_price IS NOT NULL THEN currency END
       FROM ${this.file.table} AS staged
       WHERE purchase_id > $1 AND purchase_id <= $2 AND category IS NOT NULL
         AND NOT EXISTS (SELECT FROM products WHERE products.product_id = staged.product_id)
       ORDER BY product_id, line DESC
       ON CONFLICT (product_id) DO NOTHING`,
      [this.range.after, this.range.to],
    );
  }

  /**
   * Writes the purchases that are not on record, with their lines. Without ON CONFLICT, which costs half as much again:
   * one that somebody else records at this very moment fails the step, and the next try finds it on record.
   */
  async record(): Promise<{ purchases: number; lines: number }> {
    // Who is touched is noted here, and all of it told at the end.
    await this.tx.run("SELECT set_config('aislecue.changes', 'noted at the end', true)");
    const purchases = await this.tx.run(
      `INSERT INTO purchases (purchase_id, shopper_id, store_id, channel, purchased_at, content_hash)
       SELECT purchase_id, shopper_id, store_id, channel,
              timestamptz 'epoch' + purchased_ms * interval '1 millisecond', content_hash
       FROM chunk WHERE ${FRESH} ORDER BY purchase_id`,
    );
    if (purchases === 0) return { purchases, lines: 0 };
    const lines = await this.tx.run(
      `INSERT INTO purchase_lines
         (purchase_id, line_no, product_id, quantity, unit_price, discount, currency, coupon_code)
       SELECT purchase_id, row_number() OVER (PARTITION BY purchase_id ORDER BY line, sub), product_id,
              quantity::double precision, unit_price, discount, currency, coupon_code
       FROM ${this.file.table}
       WHERE purchase_id > $1 AND purchase_id <= $2
         AND purchase_id NOT IN (SELECT purchase_id FROM chunk WHERE NOT (${FRESH}))`,
      [this.range.after, this.range.to],
    );
    await this.tx.run(
      `INSERT INTO ${touchedTable(this.file.table)} AS touched
       SELECT DISTINCT shopper_id FROM chunk
       WHERE ${FRESH} AND NOT EXISTS (
         SELECT FROM ${touchedTable(this.file.table)} AS before WHERE before.shopper_id = chunk.shopper_id)`,
    );
    return { purchases, lines };
  }

  /**
   * Rows of purchases that are not recorded: what is wrong with them, or that another content is on record. One that
   * an earlier version imported is kept without its content, as is one that was moved in time: nothing differs from it.
   */
  refused(): Promise<RejectedRow[]> {
    return this.tx.query<RejectedRow>(
      `SELECT DISTINCT ON (line) line::int8 AS line, code, detail, row FROM (
         SELECT line, coalesce(fault, 'purchase-differs') AS code,
                CASE fault WHEN 'out-of-range' THEN 'a purchase has at most ${MAX_LINES} lines'
                           WHEN 'unknown-store' THEN 'no store ' || chunk.store_id
                           WHEN 'erased' THEN 'shopperId: the person of this id was erased'
                           ELSE 'it is on record with other content' END AS detail,
                ${AS_READ.replaceAll('purchase_id', 'staged.purchase_id')} AS row
         FROM chunk JOIN ${this.file.table} AS staged ON staged.purchase_id = chunk.purchase_id
         WHERE fault IS NOT NULL OR (
           ${this.file.shiftDays === 0} AND is_known
           AND EXISTS (SELECT FROM purchases WHERE purchases.purchase_id = chunk.purchase_id
                         AND purchases.content_hash NOT IN (chunk.content_hash, ${IMPORTED.replace('purchase_id', 'chunk.purchase_id')})))
       ) AS refused ORDER BY line`,
    );
  }
}

/**
 * Joins to each row of `rows` whether `table` knows its `id` (`found`), row by row and in their order: as a plain join
 * Postgres reads the whole ledger for each chunk (decision 0043). The collation is that of the ledger's index; and
 * `table` may not be what the statement writes to, which it would read again for each row.
 */
const lookedUp = (table: string, id: string, rows: string, lock = ''): string => `
  LEFT JOIN LATERAL (SELECT true AS found FROM ${table} AS kept WHERE kept.${id} = ${rows}.${id} COLLATE "default"
    OFFSET 0 ${lock}) AS looked ON true`;

/** Purchases of a chunk that are to be written. */
const FRESH = 'fault IS NULL AND NOT is_known';

/** The content of a purchase whose time was moved: none that a till or the same file tomorrow would send. */
const IMPORTED = `sha256(convert_to('import ' || purchase_id, 'UTF8'))`;
