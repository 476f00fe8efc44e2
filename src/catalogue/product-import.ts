import { Injectable, type OnModuleInit } from '@nestjs/common';
import { ItemImport, quickly, Recorder, type Column } from '../imports/index.js';
import { Published } from '../platform/index.js';
import { isOfOneCurrency, productItem } from './catalogue.dto.js';
import { saveItems } from './product-items.js';

const columns: readonly Column[] = [
  { path: 'productId', kind: 'text', required: true },
  { path: 'name', kind: 'text', aliases: ['productName'], required: true },
  { path: 'brand', kind: 'text' },
  { path: 'ownBrand', kind: 'boolean', required: true },
  { path: 'category', kind: 'text', required: true },
  { path: 'packSize.amount', kind: 'number', aliases: ['packAmount', 'packSize'] },
  { path: 'packSize.unit', kind: 'text', aliases: ['packUnit'] },
  { path: 'price.amount', kind: 'number', aliases: ['price'], required: true },
  { path: 'price.currency', kind: 'text', aliases: ['currency'], required: true },
  { path: 'unitCost.amount', kind: 'number', aliases: ['unitCost'] },
  { path: 'unitCost.currency', kind: 'text' },
  { path: 'equivalenceGroup', kind: 'text' },
];

/** A row has one currency for both its amounts, and an empty cell where a product has no brand. */
function completed(item: Record<string, unknown>): unknown {
  const { price, unitCost } = item as { price?: { currency?: string }; unitCost?: { currency?: string } };
  return {
    ...item,
    brand: item['brand'] ?? '',
    ...(unitCost !== undefined && { unitCost: { currency: price?.currency, ...unitCost } }),
  };
}

export const quick = quickly(productItem, (item) => (isOfOneCurrency(item) ? item : undefined));

/** Files of products: each row is an item of `POST /v1/products`. */
@Injectable()
export class ProductImport implements OnModuleInit {
  constructor(
    private readonly published: Published,
    private readonly recorder: Recorder,
  ) {}

  onModuleInit(): void {
    this.recorder.provide(
      new ItemImport({
        name: 'products',
        columns,
        itemField: 'productId',
        schema: productItem,
        quick,
        completed,
        idField: 'productId',
        keyOf: ({ productId }) => productId,
        write: async ({ tx }) => {
          await saveItems(tx);
          await this.published.raise(tx, 'catalogue');
          return { refused: [], announce: () => this.published.announce('catalogue') };
        },
      }),
    );
  }
}
