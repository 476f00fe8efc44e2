import type { ProductId, ShopperView } from '../shared/index.js';
import type { OfferDocument } from './offer.schema.js';

/** What must be in the basket for a coupon; products where the offer names some, else categories. */
export interface LeadsTo {
  productIds: readonly ProductId[];
  categories: readonly string[];
}

/** What an offer leads to: `toProductIds`, else the target's products, else its categories. */
export function leadsTo({ target }: Pick<OfferDocument, 'target'>): LeadsTo {
  if (target.toProductIds.length > 0) return { productIds: target.toProductIds, categories: [] };
  if (target.productIds.length > 0) return { productIds: target.productIds, categories: [] };
  return { productIds: [], categories: target.categories };
}

/** The products whose equivalence groups `fromBrand` looks at. */
export function comparedProducts({ target }: Pick<OfferDocument, 'target'>): readonly ProductId[] {
  return target.productIds.length > 0 ? target.productIds : target.toProductIds;
}

/** What an offer needs for its verdict on brands. */
export interface BrandSwitch {
  document: Pick<OfferDocument, 'kind' | 'target'>;
  target: { equivalenceGroups: readonly string[] };
}
export type BrandVerdict = { ok: true } | { ok: false; path: string; detail: string };

const PATH = 'target.fromBrand';

/**
 * Whether a shopper buys the brand that the offer would have them leave: the one named, or any that is not own-brand.
 * Offers that name none, and are no `brandSwitch` with products, do not ask.
 */
export function brandSwitchVerdict(offer: BrandSwitch, view: Pick<ShopperView, 'mainBrands'>): BrandVerdict {
  const { document, target } = offer;
  const { fromBrand } = document.target;
  const asks = fromBrand !== null || document.kind === 'brandSwitch';
  if (!asks || comparedProducts(document).length === 0) return { ok: true };
  const bought = target.equivalenceGroups
    .map((group) => view.mainBrands.get(group))
    .filter((main) => main !== undefined);
  const suits = bought.some((main) => (fromBrand === null ? !main.ownBrand : main.brand === fromBrand));
  if (suits) return { ok: true };
  const found = bought.length === 0 ? 'unknown' : bought.map(({ brand }) => brand).join(', ');
  const needed = fromBrand ?? 'any brand that is not own-brand';
  return { ok: false, path: PATH, detail: `main brand is ${found}, needed ${needed}` };
}
