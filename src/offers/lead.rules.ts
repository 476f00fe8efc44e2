import type { Product } from '../catalogue/index.js';
import { fail, ok, type Outcome, type ProductId, type ShopperView } from '../shared/index.js';
import type { LiveOffer } from './live-offer.js';

/** What the rules need to know of an offer to say which product it leads to here. */
export type Leading = Pick<LiveOffer, 'document' | 'target'>;
/** The product that one shopper is led to; none where the offer is about categories or about nothing in particular. */
export interface Lead {
  product?: Product;
  /** What the shopper would be led from: the products of their main brand, for an offer about brands. */
  from: readonly Product[];
}
type HasStock = (productId: ProductId) => boolean;

/**
 * The product that an offer leads this shopper to, of what is on the shelf here. An offer about brands takes the one
 * nearest in pack size to what the shopper buys, of two alike the cheaper; other offers the first they name. What is
 * sold out gives way to the rest, and where all of it is, to the nearest equivalent: of an own brand by an own brand
 * only, and never by the brand that is to be left.
 */
export function leadOf(
  offer: Leading,
  shopper: Pick<ShopperView, 'mainBrands'>,
  hasStock: HasStock,
): Outcome<Lead, 'out-of-stock'> {
  const { target } = offer;
  const from = leftBehind(offer, shopper);
  if (target.productIds.size === 0) return ok({ from });
  const there = target.products.filter(({ productId }) => hasStock(productId));
  const product = from.length > 0 ? nearest(there, from) : there[0];
  if (product !== undefined) return ok({ product, from });
  if ([...target.productIds].some((id) => isUnknown(target, id) && hasStock(id))) return ok({ from });
  const standIn = nearest(standInsFor(offer, from, hasStock), target.products);
  if (standIn !== undefined) return ok({ product: standIn, from });
  return fail('out-of-stock', `none of ${target.productIds.size} products is in stock here`);
}

/** A coupon is for what the offer leads to, and for what stands in for it. */
export function qualifying(
  { document, target }: Leading,
  product: Product | undefined,
): { productIds: readonly ProductId[]; categories: readonly string[] } {
  if (target.productIds.size === 0) return { productIds: [], categories: document.target.categories };
  const standIn = product === undefined ? [] : [product.productId];
  return { productIds: [...new Set([...target.productIds, ...standIn])], categories: [] };
}

function isUnknown({ products }: Leading['target'], id: ProductId): boolean {
  return products.every(({ productId }) => productId !== id);
}

function leftBehind({ document, target }: Leading, shopper: Pick<ShopperView, 'mainBrands'>): Product[] {
  if (document.kind !== 'brandSwitch' && document.target.fromBrand === null) return [];
  return target.equivalents.filter(({ brand, equivalenceGroup, productId }) => {
    const main = shopper.mainBrands.get(equivalenceGroup ?? '');
    return main !== undefined && main.brand === brand && !target.productIds.has(productId);
  });
}

function standInsFor({ document, target }: Leading, from: readonly Product[], hasStock: HasStock): Product[] {
  const left = new Set([document.target.fromBrand, ...from.map(({ brand }) => brand)]);
  return target.equivalents.filter(
    (each) =>
      hasStock(each.productId) &&
      !target.productIds.has(each.productId) &&
      !left.has(each.brand) &&
      target.products.some(
        ({ equivalenceGroup, ownBrand }) =>
          equivalenceGroup === each.equivalenceGroup && (!ownBrand || each.ownBrand),
      ),
  );
}

/** The nearest in pack size to any of the others, of several the cheapest; of those alike the first. */
function nearest(candidates: readonly Product[], others: readonly Product[]): Product | undefined {
  const ranked = candidates.map((product) => ({
    product,
    distance: Math.min(...others.map((other) => packDistance(product, other))),
    price: product.price?.amount ?? Infinity,
  }));
  ranked.sort((a, b) => compared(a.distance, b.distance) || compared(a.price, b.price));
  return ranked[0]?.product;
}

function compared(a: number, b: number): number {
  return a < b ? -1 : Number(a > b);
}

/** Units that measure the same, in the smallest of them. */
const UNITS: Readonly<Record<string, readonly [unit: string, amount: number]>> = {
  mg: ['g', 0.001],
  g: ['g', 1],
  kg: ['g', 1_000],
  ml: ['ml', 1],
  cl: ['ml', 10],
  dl: ['ml', 100],
  l: ['ml', 1_000],
};

/** How many times one pack holds the other, as a logarithm; endless where they do not compare. */
function packDistance({ packSize: one }: Product, { packSize: other }: Product): number {
  if (one === undefined || other === undefined) return Infinity;
  const [unit, amount] = UNITS[one.unit.toLowerCase()] ?? [one.unit.toLowerCase(), 1];
  const [otherUnit, otherAmount] = UNITS[other.unit.toLowerCase()] ?? [other.unit.toLowerCase(), 1];
  if (unit !== otherUnit) return Infinity;
  return Math.abs(Math.log((one.amount * amount) / (other.amount * otherAmount)));
}
