import { STOCK_FIELD, type Product } from '../catalogue/index.js';
import {
  compileRule,
  conditionsOf,
  explainRule,
  listsIn,
  validateRule,
  type Explainer,
  type FieldRegistry,
  type Predicate,
  type Rule,
} from '../rules/index.js';
import type { OfferId, ProductId } from '../shared/index.js';
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
  /** What it leads to, as the offer names it. */
  productIds: ReadonlySet<ProductId>;
  /** What it leads to, in the offer's order. */
  products: readonly Product[];
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
  /** The lists that `eligible` asks about item by item: to be read before it is asked. */
  lists: ReadonlySet<string>;
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
    lists: listsIn(validation.rule),
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

export function resolveTarget(
  document: OfferDocument,
  catalogue: ReadonlyMap<ProductId, Product>,
): ResolvedTarget {
  const known = (ids: readonly ProductId[]): Product[] =>
    ids.map((id) => catalogue.get(id)).filter((product) => product !== undefined);
  const { target, reward } = document;
  const { productIds } = leadsTo(document);
  const about = known([...target.productIds, ...target.toProductIds]);
  const groups = known(comparedProducts(document)).map(({ equivalenceGroup }) => equivalenceGroup);
  const gift = reward.type === 'gift' ? catalogue.get(reward.value) : undefined;
  return {
    categories: new Set([...target.categories, ...about.map(({ category }) => category)]),
    productIds: new Set(productIds),
    products: known(productIds),
    equivalenceGroups: [...new Set(groups.filter((group) => group !== undefined))],
    ...(gift === undefined ? {} : { gift }),
  };
}
