import type { Product, TypicalPrice } from '../catalogue/index.js';
import { badRequest, parse, type Fault } from '../platform/index.js';
import { validateRule, type FieldRegistry } from '../rules/index.js';
import type { OfferId, ProductId } from '../shared/index.js';
import { compileOffer, resolveTarget, type LiveOffer } from './live-offer.js';
import { offerDocument, type OfferDocument } from './offer.schema.js';
import { atOnce, RuleIndexes } from './rule-indexes.js';
import { snapshotOf, type LiveSnapshot } from './snapshot.rules.js';

/**
 * Offers as `POST /v1/offers` takes them, compiled as if they were approved and live, without a database. They get their
 * place in the list as id, so that of equals the earlier counts as the older.
 *
 * @param products those that the offers may name; what is not among them is as unknown as in the catalogue
 * @throws Problem 400 naming the place, such as `offers[2].trigger.on`
 */
export function draftSnapshot(
  documents: readonly unknown[],
  fields: FieldRegistry,
  products: readonly Product[],
): LiveSnapshot {
  const goods = {
    products: new Map(products.map((product): [ProductId, Product] => [product.productId, product])),
    equivalents: products.filter(({ equivalenceGroup }) => equivalenceGroup !== undefined),
    typical: typicalOf(products),
  };
  const offers = documents.map((given, index): LiveOffer => {
    const document = checked(given, `offers[${index}]`, fields);
    const offerId = `offer-${String(index + 1).padStart(4, '0')}` as OfferId;
    const compiled = compileOffer({ offerId, revision: 1, document }, fields);
    return { ...compiled, target: resolveTarget(document, goods) };
  });
  return snapshotOf(1, offers, new Map(), new RuleIndexes(fields, atOnce));
}

/** Without a database the first priced product of a category speaks for it. */
function typicalOf(products: readonly Product[]): Map<string, TypicalPrice> {
  const typical = new Map<string, TypicalPrice>();
  for (const { category, price, unitCost } of products) {
    if (price === undefined || price.amount === 0 || typical.has(category)) continue;
    typical.set(category, { price, ...(unitCost && { costShare: unitCost.amount / price.amount }) });
  }
  return typical;
}

function checked(given: unknown, where: string, fields: FieldRegistry): OfferDocument {
  const document = parse(offerDocument, given, where);
  const rule = validateRule(document.eligibility, fields, `${where}.eligibility`);
  if (rule.ok) return document;
  const errors: Fault[] = rule.faults.map(({ path, code, detail }) => ({ path, code, detail }));
  throw badRequest('invalid-rule', 'The rule is not valid.', errors);
}
