import { Injectable } from '@nestjs/common';
import { Database, type Queryable } from '../platform/index.js';
import type { Money, ProductId } from '../shared/index.js';
import type { Product, ProductItem, StockItem } from './catalogue.dto.js';
import { productOf, stockKey, type ProductRow } from './product.rules.js';

const COLUMNS = `product_id, name, brand, own_brand, category, pack_amount, pack_unit, price, currency, unit_cost,
  equivalence_group`;

/** What a purchase or an import tells of a product that nobody has described yet. */
export interface ToldProduct {
  productId: ProductId;
  name: string;
  category: string;
  brand?: string;
}

/** What products of a category usually cost; `costShare` where the unit cost of some is known. */
export interface TypicalPrice {
  price: Money;
  costShare?: number;
}

interface TypicalRow {
  category: string;
  currency: string;
  amount: number;
  cost_share: number | null;
}

/** Bulk SQL: one statement a batch, rows in the order of their keys so that two batches cannot block each other. */
@Injectable()
export class CatalogueRepository {
  constructor(private readonly database: Database) {}

  async save(tx: Queryable, items: readonly ProductItem[]): Promise<void> {
    await tx.run(
      `INSERT INTO products (${COLUMNS})
       SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::boolean[], $5::text[], $6::double precision[],
                            $7::text[], $8::bigint[], $9::text[], $10::bigint[], $11::text[]) AS item (${COLUMNS})
       ORDER BY product_id
       ON CONFLICT (product_id) DO UPDATE SET
         name = excluded.name, brand = excluded.brand, own_brand = excluded.own_brand,
         category = excluded.category, pack_amount = excluded.pack_amount, pack_unit = excluded.pack_unit,
         price = excluded.price, currency = excluded.currency, unit_cost = excluded.unit_cost,
         equivalence_group = excluded.equivalence_group, updated_at = now()`,
      [
        items.map(({ productId }) => productId),
        items.map(({ name }) => name),
        items.map(({ brand }) => brand),
        items.map(({ ownBrand }) => ownBrand),
        items.map(({ category }) => category),
        items.map(({ packSize }) => packSize?.amount ?? null),
        items.map(({ packSize }) => packSize?.unit ?? null),
        items.map(({ price }) => price.amount),
        items.map(({ price }) => price.currency),
        items.map(({ unitCost }) => unitCost?.amount ?? null),
        items.map(({ equivalenceGroup }) => equivalenceGroup ?? null),
      ],
    );
  }

  /** @returns how many were missing */
  insertMissing(tx: Queryable, products: readonly ToldProduct[]): Promise<number> {
    return tx.run(
      `INSERT INTO products (product_id, name, brand, own_brand, category)
       SELECT product_id, name, brand, false, category
       FROM unnest($1::text[], $2::text[], $3::text[], $4::text[]) AS told (product_id, name, brand, category)
       ORDER BY product_id
       ON CONFLICT DO NOTHING`,
      [
        products.map(({ productId }) => productId),
        products.map(({ name }) => name),
        products.map(({ brand }) => brand ?? ''),
        products.map(({ category }) => category),
      ],
    );
  }

  async saveStock(tx: Queryable, items: readonly StockItem[]): Promise<void> {
    const unitsOf = ({ available }: StockItem): number | null =>
      typeof available === 'number' ? available : null;
    await tx.run(
      `INSERT INTO stock (store_id, product_id, units, available)
       SELECT * FROM unnest($1::text[], $2::text[], $3::integer[], $4::boolean[])
         AS item (store_id, product_id, units, available)
       ORDER BY store_id, product_id
       ON CONFLICT (store_id, product_id) DO UPDATE SET
         units = excluded.units, available = excluded.available, updated_at = now()`,
      [
        items.map(({ storeId }) => storeId),
        items.map(({ productId }) => productId),
        items.map(unitsOf),
        items.map(({ available }) => Boolean(available)),
      ],
    );
  }

  async byId(ids: readonly ProductId[]): Promise<Product[]> {
    const rows = await this.database.query<ProductRow>(
      `SELECT ${COLUMNS} FROM products WHERE product_id = ANY($1::text[])`,
      [ids],
    );
    return rows.map(productOf);
  }

  async inGroups(groups: readonly string[]): Promise<Product[]> {
    const rows = await this.database.query<ProductRow>(
      `SELECT ${COLUMNS} FROM products WHERE equivalence_group = ANY($1::text[]) ORDER BY product_id`,
      [groups],
    );
    return rows.map(productOf);
  }

  /** Of each category the median price, and the median share of cost in it, over its products in the commonest currency. */
  async typicalOf(categories: readonly string[]): Promise<Map<string, TypicalPrice>> {
    const rows = await this.database.query<TypicalRow>(
      `SELECT DISTINCT ON (category) category, currency,
              percentile_cont(0.5) WITHIN GROUP (ORDER BY price) AS amount,
              percentile_cont(0.5) WITHIN GROUP (ORDER BY unit_cost::float / price) AS cost_share
       FROM products WHERE category = ANY($1::text[]) AND price > 0 AND currency IS NOT NULL
       GROUP BY category, currency ORDER BY category, count(*) DESC, currency`,
      [categories],
    );
    return new Map(
      rows.map(({ category, currency, amount, cost_share: costShare }) => [
        category,
        { price: { amount, currency }, ...(costShare !== null && { costShare }) },
      ]),
    );
  }

  /** Products by id, from the one after `after`; `text` is part of a name, brand or id, in any case. */
  async search(
    wanted: { text: string | undefined; category: string | undefined },
    after: string,
    limit: number,
  ): Promise<Product[]> {
    const rows = await this.database.query<ProductRow>(
      `SELECT ${COLUMNS} FROM products
       WHERE product_id > $3
         AND ($1::text IS NULL OR strpos(lower(name || E'\\n' || brand || E'\\n' || product_id), lower($1)) > 0)
         AND ($2::text IS NULL OR category = $2)
       ORDER BY product_id LIMIT $4`,
      [wanted.text ?? null, wanted.category ?? null, after, limit],
    );
    return rows.map(productOf);
  }

  async stockOf(productIds: readonly ProductId[]): Promise<Map<string, boolean>> {
    const rows = await this.database.query<{ store_id: string; product_id: string; available: boolean }>(
      'SELECT store_id, product_id, available FROM stock WHERE product_id = ANY($1::text[])',
      [productIds],
    );
    return new Map(rows.map((row) => [stockKey(row.store_id, row.product_id), row.available]));
  }
}
