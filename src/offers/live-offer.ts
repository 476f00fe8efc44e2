import { STOCK_FIELD, type Product, type TypicalPrice } from '../catalogue/index.js';
import {
  compileRule,
  conditionsOf,
  explainRule,
  readsIn,
  validateRule,
  type Explainer,
  type FieldRegistry,
  type Predicate,
  type Rule,
} from '../rules/index.js';
import type { OfferId, ProductId, Reads } from '../shared/index.js';
import { parseContent, type ParsedContent } from './content.js';
import type { OfferDocument } from './offer.schema.js';
import { comparedProducts, leadsTo } from './target.rules.js';
import { triggerTest, type TriggerTest } from './trigger.rules.js';

/** A revision as the snapshot reads it. */
export interface StoredOffer {
  offerId: OfferId;
  revision: number;
  document: OfferDocument;
}

/** What an offer is about, with the catalogue's knowledge. Products that the catalogue lacks are left out of lists. */
export interface ResolvedTarget {
  /** Everything it is about: the target's categories and those of its products. */
  categories: ReadonlySet<string>;
  /** What it leads to, as the offer names it; a brand switch that names only what to leave leads to the own brand. */
  productIds: ReadonlySet<ProductId>;
  /** The same as products, in the offer's order. */
  products: readonly Product[];
  /** All products of the equivalence groups of what it names: among them is who stands in, and whom a switch is from. */
  equivalents: readonly Product[];
  /** What the categories that it leads to usually cost. */
  typical: ReadonlyMap<string, TypicalPrice>;
  /** Where `fromBrand` looks. */
  equivalenceGroups: readonly string[];
  gift?: Product;
}

/** An approved offer, compiled: all that depends only on the offer and the catalogue is worked out. */
export interface LiveOffer extends StoredOffer {
  matches: TriggerTest;
  /** Its eligibility, validated. */
  rule: Rule;
  eligible: Predicate;
  /** What stands in the way of `eligible`; paths start with `eligibility`. */
  explain: Explainer;
  /** What has to be read before `eligible` is asked. */
  reads: Reads;
  content: ParsedContent;
  target: ResolvedTarget;
}
export type CompiledOffer = Omit<LiveOffer, 'target'>;

/**
 * What can be worked out of a revision alone.
 *
 * @throws when a rule or template is not good (any more): a field may have left the registry since it was saved
 */
export function compileOffer(stored: StoredOffer, fields: FieldRegistry): CompiledOffer {
  const { document } = stored;
  const validation = validateRule(document.eligibility, fields, 'eligibility');
  if (!validation.ok) {
    const [fault] = validation.faults;
    throw new Error(`${fault?.path ?? 'eligibility'}: ${fault?.detail ?? 'not valid'}`);
  }
  return {
    ...stored,
    matches: triggerTest(document),
    rule: validation.rule,
    eligible: compileRule(validation.rule, fields),
    explain: explainRule(validation.rule, fields, 'eligibility'),
    reads: readsIn(validation.rule),
    content: parseContent(document.content),
  };
}

/** Every product that an offer speaks of. */
export function namedProducts({ target, reward }: OfferDocument): ProductId[] {
  const gift = reward.type === 'gift' ? [reward.value] : [];
  return [...target.productIds, ...target.toProductIds, ...gift];
}

/** The products whose stock a rule asks about. */
export function stockAskedIn(rule: Rule): ProductId[] {
  return [...conditionsOf(rule)].flatMap(({ condition: { field, of } }) =>
    field === STOCK_FIELD && of?.productId !== undefined ? [of.productId as ProductId] : [],
  );
}

/** The catalogue, as far as some offers need it. */
export interface KnownGoods {
  products: ReadonlyMap<ProductId, Product>;
  /** All products of the equivalence groups of those products. */
  equivalents: readonly Product[];
  typical: ReadonlyMap<string, TypicalPrice>;
}

export function resolveTarget(document: OfferDocument, goods: KnownGoods): ResolvedTarget {
  const known = (ids: readonly ProductId[]): Product[] =>
    ids.map((id) => goods.products.get(id)).filter((product) => product !== undefined);
  const { target, reward } = document;
  const about = known([...target.productIds, ...target.toProductIds]);
  const groups = known(comparedProducts(document)).map(({ equivalenceGroup }) => equivalenceGroup);
  const gift = reward.type === 'gift' ? goods.products.get(reward.value) : undefined;
  const named = new Set(about.map(({ equivalenceGroup }) => equivalenceGroup));
  const equivalents = goods.equivalents.filter(
    ({ equivalenceGroup }) => equivalenceGroup !== undefined && named.has(equivalenceGroup),
  );
  const { productIds, products } = destinations(document, known, equivalents);
  return {
    categories: new Set([...target.categories, ...about.map(({ category }) => category)]),
    productIds: new Set(productIds),
    products,
    equivalents,
    typical: new Map(
      target.categories.flatMap((category) => {
        const price = goods.typical.get(category);
        return price === undefined ? [] : [[category, price]];
      }),
    ),
    equivalenceGroups: [...new Set(groups.filter((group) => group !== undefined))],
    ...(gift === undefined ? {} : { gift }),
  };
}

/** Whoever names only the brands to leave leads to the own-brand products that can stand in for them. */
function destinations(
  document: OfferDocument,
  known: (ids: readonly ProductId[]) => Product[],
  equivalents: readonly Product[],
): { productIds: readonly ProductId[]; products: readonly Product[] } {
  const { productIds } = leadsTo(document);
  const products = known(productIds);
  const isNamed = document.target.toProductIds.length > 0 || products.some(({ ownBrand }) => ownBrand);
  const own = equivalents.filter(({ ownBrand }) => ownBrand);
  if (document.kind !== 'brandSwitch' || document.target.fromBrand !== null || isNamed || own.length === 0) {
    return { productIds, products };
  }
  return { productIds: own.map(({ productId }) => productId), products: own };
}
