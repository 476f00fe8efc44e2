import type { Product, TypicalPrice } from '../../catalogue/index.js';
import { estimateIn } from '../../insights/index.js';
import type { Lead, LiveOffer } from '../../offers/index.js';
import type { Facts, ShopperView } from '../../shared/index.js';
import { responseTo, type Tallies } from './responses.rules.js';
import { savingOf } from './saving.rules.js';

/** What is known of money and of what offers bring, beside the offer and the shopper. */
export interface Economics {
  /** Of the price, where a product's cost is not known. */
  marginShare: number;
  /** Minor units that a loyalty point costs. */
  pointValue: number;
  tallies: Tallies;
}

/** What an offer is expected to earn with one shopper at one visit. Money in minor units of the price's currency. */
export interface Worth {
  /** p0: that the shopper buys here on this visit without it. */
  organic: number;
  /** That one who would not have bought follows it. */
  response: number;
  /** p1 = p0 + (1 - p0) · response: that the shopper buys if it is made. */
  taken: number;
  margin: number;
  /** What the reward costs if it is taken. */
  cost: number;
  /** (p1 - p0) · margin - p1 · cost */
  value: number;
  need: number;
  currency: string | undefined;
}

/** A visit brings the first purchase of a given category .0008 to .0012 times: 50 shoppers of an Italian supermarket, 375 categories. */
const FIRST_PURCHASE = 0.001;

/** Something that the offer may sell: how likely it is bought anyway, and what one unit of it costs and earns. */
interface Good {
  organic: number;
  price: number;
  margin: number;
  currency: string | undefined;
}

export function worthOf(
  offer: LiveOffer,
  { product, from }: Lead,
  need: number,
  facts: Facts,
  economics: Economics,
): Worth {
  const [category] = offer.target.categories;
  const placed = { offerId: offer.offerId, kind: offer.document.kind, category };
  const response = responseTo(placed, need, economics.tallies, facts.at);
  const good =
    product !== undefined && from.length > 0
      ? switched(product, from, response, facts, economics)
      : together(goodsOf(offer, product, facts, economics));
  const taken = good.organic + (1 - good.organic) * response;
  const cost = costOf(offer, good, economics);
  const value = (taken - good.organic) * good.margin - taken * cost;
  const { organic, margin, currency } = good;
  return { organic, response, taken, margin, cost, value, need, currency };
}

/**
 * True of a discount that gives away to those who would have bought anyway at least what it earns with those it
 * brings; or, where it earns nothing with anybody, whose takers would mostly have bought anyway. What costs nothing
 * never does.
 */
export function wouldBuyAnyway({ organic, taken, margin, cost, value }: Worth): boolean {
  if (cost <= 0 || value > 0 || organic <= 0) return false;
  return margin > cost || organic >= taken / 2;
}

/** One good a category: who buys the category anyway buys the one product of it instead of another. */
function goodsOf(
  { document, target }: LiveOffer,
  product: Product | undefined,
  { shopper, at }: Facts,
  economics: Economics,
): Good[] {
  const organicOf = (category: string): number => organicIn(shopper, category, at);
  if (target.productIds.size === 0) {
    return document.target.categories.map((category) => ({
      organic: organicOf(category),
      ...typicalMargin(target.typical.get(category), economics),
    }));
  }
  const products = product === undefined ? target.products : [product, ...target.products];
  const byCategory = new Map(products.toReversed().map((each) => [each.category, each]));
  return [...byCategory.values()].map((each) => ({
    organic: organicOf(each.category),
    ...marginOf(each, economics),
  }));
}

/** Any of the goods; each weighs as much as it is likely to be what is bought. */
function together(goods: readonly Good[]): Good {
  const weight = goods.reduce((sum, { organic }) => sum + organic, 0);
  const mean = (figure: (good: Good) => number): number =>
    weight === 0 ? 0 : goods.reduce((sum, good) => sum + good.organic * figure(good), 0) / weight;
  return {
    organic: 1 - goods.reduce((none, { organic }) => none * (1 - organic), 1),
    price: mean(({ price }) => price),
    margin: mean(({ margin }) => margin),
    currency: goods.find(({ currency }) => currency !== undefined)?.currency,
  };
}

/**
 * A switch within an equivalence group: bought anyway is what the shopper buys of the brand it leads to, and whoever
 * follows brings its margin less that of what they would have bought else.
 */
function switched(
  product: Product,
  from: readonly Product[],
  response: number,
  { shopper, at }: Facts,
  economics: Economics,
): Good {
  const bought = organicIn(shopper, product.category, at);
  const organic = bought * shareOf(product, shopper);
  const instead = from.map((each) => marginOf(each, economics).margin);
  const lost = instead.reduce((sum, margin) => sum + margin, 0) / instead.length;
  const elseBought = organic < 1 ? (bought - organic) / (1 - organic) : 0;
  const good = marginOf(product, economics);
  return { ...good, organic, margin: good.margin - elseBought * lost };
}

/** The share of the product's brand in what the shopper buys of its equivalence group. */
function shareOf({ brand, ownBrand, equivalenceGroup = '' }: Product, { mainBrands }: ShopperView): number {
  const main = mainBrands.get(equivalenceGroup);
  if (main === undefined) return 0;
  if (main.brand === brand) return main.share ?? 1;
  return ownBrand ? (main.ownBrandShare ?? 0) : 0;
}

function organicIn(shopper: ShopperView, category: string, at: number): number {
  return estimateIn(shopper, category, at)?.purchaseProbability ?? FIRST_PURCHASE;
}

/** Of one unit; nothing where no price is known. */
function marginOf({ price, unitCost }: Product, { marginShare }: Economics): Omit<Good, 'organic'> {
  if (price === undefined) return { price: 0, margin: 0, currency: undefined };
  const cost = unitCost?.amount ?? price.amount * (1 - marginShare);
  return { price: price.amount, margin: price.amount - cost, currency: price.currency };
}

function typicalMargin(typical: TypicalPrice | undefined, { marginShare }: Economics): Omit<Good, 'organic'> {
  if (typical === undefined) return { price: 0, margin: 0, currency: undefined };
  const { price, costShare = 1 - marginShare } = typical;
  return { price: price.amount, margin: price.amount * (1 - costShare), currency: price.currency };
}

/** What the reward costs where it is taken, on one unit; where no price is known nothing, as nothing is earned. */
function costOf({ document, target }: LiveOffer, { price, currency }: Good, economics: Economics): number {
  const { reward } = document;
  if (reward.type === 'points') return reward.value * economics.pointValue;
  if (reward.type !== 'gift')
    return savingOf(reward, { price: price > 0 ? price : undefined, currency }) ?? 0;
  if (target.gift === undefined) return 0;
  const gift = marginOf(target.gift, economics);
  return gift.price - gift.margin;
}

/** Before anything is known of what offers bring; the shares are the settings' defaults. */
export const FIRST_ECONOMICS: Economics = { marginShare: 0.3, pointValue: 1, tallies: new Map() };
