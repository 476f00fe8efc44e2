import { z } from 'zod';
import { vocabulary } from '../platform/index.js';

const packSize = z.strictObject({
  amount: z.number().positive().max(1_000_000_000),
  unit: vocabulary.text(20).trim().min(1),
});

/** A product's cost is in the currency of its price. */
export function isOfOneCurrency({
  price,
  unitCost,
}: {
  price: { currency: string };
  unitCost?: { currency: string };
}): boolean {
  return unitCost === undefined || unitCost.currency === price.currency;
}

/** A product as the back office writes it. */
export const productItem = z
  .strictObject({
    productId: vocabulary.productId,
    name: vocabulary.name,
    brand: vocabulary.text(200).trim().describe('may be empty'),
    ownBrand: z.boolean(),
    category: vocabulary.name,
    packSize: z.exactOptional(packSize),
    price: vocabulary.money,
    unitCost: z.exactOptional(vocabulary.money),
    equivalenceGroup: z
      .exactOptional(vocabulary.name)
      .describe('products of one group can stand in for each other'),
  })
  .refine(isOfOneCurrency, {
    path: ['unitCost', 'currency'],
    error: 'must be the currency of the price',
    params: { code: 'currency-mismatch' },
  });
export type ProductItem = z.output<typeof productItem>;

/** A product as it is read: one that only purchases have told of has no price yet. */
export const product = z.strictObject({
  ...productItem.shape,
  price: z.exactOptional(vocabulary.money),
});
export type Product = z.output<typeof product>;

export const stockItem = z.strictObject({
  storeId: vocabulary.storeId,
  productId: vocabulary.productId,
  available: z
    .union([z.boolean(), z.int().min(0).max(2_147_483_647)], {
      error: 'expected true, false or a whole number from 0',
    })
    .describe('a yes or no, or how many there are'),
});
export type StockItem = z.output<typeof stockItem>;

export const productQuery = vocabulary.page.extend({
  query: z.string().trim().max(200).optional().describe('part of a name, brand or productId'),
  category: z.string().max(200).optional(),
});
export type ProductQuery = z.output<typeof productQuery>;

export const bulkAnswer = z.strictObject({
  accepted: z.int(),
  rejected: z.array(z.strictObject({ index: z.int(), code: z.string(), detail: z.string() })),
});
export type BulkAnswer = z.output<typeof bulkAnswer>;
