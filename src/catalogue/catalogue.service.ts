import { Injectable } from '@nestjs/common';
import {
  Database,
  Published,
  decodeCursor,
  notFound,
  pageFrom,
  sortBulk,
  type Page,
  type Queryable,
  type Rejection,
} from '../platform/index.js';
import type { PrincipalOf, ProductId, StoreId } from '../shared/index.js';
import { Stores, reaches } from '../stores/index.js';
import { screened } from './batch.rules.js';
import {
  productItem,
  stockItem,
  type BulkAnswer,
  type Product,
  type ProductQuery,
  type StockItem,
} from './catalogue.dto.js';
import { CatalogueRepository, type ToldProduct, type TypicalPrice } from './catalogue.repository.js';
import { stockKey } from './product.rules.js';

/** Products and their stock. Each write makes the new state known to every process, as `catalogue` or `stock`. */
@Injectable()
export class Catalogue {
  constructor(
    private readonly database: Database,
    private readonly repository: CatalogueRepository,
    private readonly stores: Stores,
    private readonly published: Published,
  ) {}

  /** Those of `ids` that are known; a purchase may come before its product. */
  async products(ids: readonly ProductId[]): Promise<Map<ProductId, Product>> {
    const products = ids.length === 0 ? [] : await this.repository.byId(ids);
    return new Map(products.map((product) => [product.productId, product]));
  }

  /** The products of these equivalence groups, by id: those of one group can stand in for each other. */
  async inGroups(groups: readonly string[]): Promise<Product[]> {
    return groups.length === 0 ? [] : this.repository.inGroups(groups);
  }

  /** What products of these categories usually cost; those without a priced product are missing. */
  async typicalOf(categories: readonly string[]): Promise<Map<string, TypicalPrice>> {
    return categories.length === 0 ? new Map() : this.repository.typicalOf(categories);
  }

  /** `storeId\nproductId` -> whether it is there. What is missing is not known, and counts as available. */
  async stockOf(productIds: readonly ProductId[]): Promise<Map<string, boolean>> {
    return productIds.length === 0 ? new Map() : this.repository.stockOf(productIds);
  }

  /** Makes the products that do not exist yet, without price; never changes one that does. */
  async ensure(tx: Queryable, products: readonly ToldProduct[]): Promise<void> {
    if (products.length === 0) return;
    const made = await this.repository.insertMissing(tx, products);
    if (made > 0) await this.published.raise(tx, 'catalogue');
  }

  /** @throws Problem 404 */
  async find(productId: ProductId): Promise<Product> {
    const [product] = await this.repository.byId([productId]);
    if (product === undefined) throw notFound('product');
    return product;
  }

  async search({ query, category, limit, cursor }: ProductQuery): Promise<Page<Product>> {
    const [after = ''] = decodeCursor(cursor, 1) ?? [];
    const found = await this.repository.search({ text: query, category }, String(after), limit + 1);
    return pageFrom(
      found,
      limit,
      ({ productId }) => [productId],
      (product) => product,
    );
  }

  /** Writes products whole, by id. */
  async saveProducts(body: unknown): Promise<BulkAnswer> {
    const batch = screened(sortBulk(productItem, body), ({ productId }) => productId);
    return this.#save('catalogue', batch, (tx, items) => this.repository.save(tx, items));
  }

  /** Writes what is there and what is not; a store out of the asker's reach is as unknown as a missing one. */
  async saveStock(body: unknown, asker: PrincipalOf<'service' | 'staff'>): Promise<BulkAnswer> {
    const sorted = sortBulk(stockItem, body);
    const storeIds = new Set(sorted.good.map(({ value }) => value.storeId));
    const known = await this.#known(storeIds);
    const fault = ({ storeId }: StockItem): Omit<Rejection, 'index'> | undefined =>
      known.has(storeId) && reaches(asker, storeId)
        ? undefined
        : { code: 'unknown-store', detail: `storeId: no store ${storeId}` };
    const batch = screened(sorted, ({ storeId, productId }) => stockKey(storeId, productId), fault);
    return this.#save('stock', batch, (tx, items) => this.repository.saveStock(tx, items));
  }

  /** Another process may have made a store a moment ago: only who is unknown after a fresh look is unknown. */
  async #known(storeIds: ReadonlySet<StoreId>): Promise<Set<StoreId>> {
    const isKnown = (storeId: StoreId): boolean => this.stores.layout(storeId) !== undefined;
    if (![...storeIds].every(isKnown)) await this.published.refresh();
    return new Set([...storeIds].filter(isKnown));
  }

  async #save<T>(
    name: 'catalogue' | 'stock',
    { good, rejected }: { good: readonly { value: T }[]; rejected: Rejection[] },
    write: (tx: Queryable, items: readonly T[]) => Promise<void>,
  ): Promise<BulkAnswer> {
    if (good.length > 0) {
      await this.database.transaction(async (tx) => {
        await write(
          tx,
          good.map(({ value }) => value),
        );
        await this.published.raise(tx, name);
      });
      await this.published.announce(name);
    }
    return { accepted: good.length, rejected };
  }
}
