import type { ProductId } from '../shared/index.js';
import type { Product } from './catalogue.dto.js';

/** A row of `products`. */
export interface ProductRow {
  product_id: ProductId;
  name: string;
  brand: string;
  own_brand: boolean;
  category: string;
  pack_amount: number | null;
  pack_unit: string | null;
  /** Minor units of `currency`, as is `unit_cost`. */
  price: number | null;
  currency: string | null;
  unit_cost: number | null;
  equivalence_group: string | null;
}

export function productOf(row: ProductRow): Product {
  const { pack_amount: amount, pack_unit: unit, price, currency, unit_cost: unitCost } = row;
  return {
    productId: row.product_id,
    name: row.name,
    brand: row.brand,
    ownBrand: row.own_brand,
    category: row.category,
    ...(amount !== null && unit !== null && { packSize: { amount, unit } }),
    ...(price !== null && currency !== null && { price: { amount: price, currency } }),
    ...(unitCost !== null && currency !== null && { unitCost: { amount: unitCost, currency } }),
    ...(row.equivalence_group !== null && { equivalenceGroup: row.equivalence_group }),
  };
}

/** The key of a stock figure: ids hold no line break. */
export function stockKey(storeId: string, productId: string): string {
  return `${storeId}\n${productId}`;
}
