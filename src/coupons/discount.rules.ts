import type { Reward } from '../offers/index.js';
import { fail, ok, percentOf, type Money, type Outcome, type ProductId } from '../shared/index.js';
import type { BasketLine, Coupon } from './coupon.js';

export type DiscountOutcome = Outcome<Money, 'basket-does-not-qualify'>;

/** @returns the product's category; undefined for one that the catalogue does not know */
export type CategoryOf = (productId: ProductId) => string | undefined;

/**
 * What a coupon takes off a basket, in minor units: on the lines that qualify, never more than they come to, never
 * negative. A gift is free of charge itself; what the offer leads to must be in the basket all the same.
 *
 * @param basket at least one line, all in one currency
 */
export function discountOf(
  { reward, qualifies }: Pick<Coupon, 'reward' | 'qualifies'>,
  basket: readonly BasketLine[],
  categoryOf: CategoryOf,
): DiscountOutcome {
  const lines = basket.filter(({ productId }) => isQualifying(qualifies, productId, categoryOf));
  const currency = lines[0]?.unitPrice.currency;
  if (currency === undefined) {
    return fail('basket-does-not-qualify', 'The basket holds nothing that the coupon is for.');
  }
  const total = totalOf(lines);
  switch (reward.type) {
    case 'percentOff':
      return percentOff(reward, { amount: total, currency });
    case 'amountOff':
      return reward.value.currency === currency
        ? ok({ amount: Math.min(reward.value.amount, total), currency })
        : otherCurrency(reward.value.currency, currency);
    case 'gift':
      return gift(reward.value, basket, currency);
    default:
      return ok({ amount: 0, currency });
  }
}

function isQualifying(
  { productIds, categories }: Coupon['qualifies'],
  productId: ProductId,
  categoryOf: CategoryOf,
): boolean {
  if (productIds.length === 0 && categories.length === 0) return true;
  const category = categories.length === 0 ? undefined : categoryOf(productId);
  return productIds.includes(productId) || (category !== undefined && categories.includes(category));
}

/** What the lines come to, rounded half up once for all of them. */
function totalOf(lines: readonly BasketLine[]): number {
  return Math.floor(lines.reduce((sum, line) => sum + line.quantity * line.unitPrice.amount, 0) + 0.5);
}

function percentOff(
  { value, maxDiscount }: Extract<Reward, { type: 'percentOff' }>,
  { amount, currency }: Money,
): DiscountOutcome {
  if (maxDiscount !== undefined && maxDiscount.currency !== currency) {
    return otherCurrency(maxDiscount.currency, currency);
  }
  return ok({ amount: Math.min(percentOf(amount, value), amount, maxDiscount?.amount ?? amount), currency });
}

/** One unit, at the lowest price for which it is in the basket. */
function gift(productId: ProductId, basket: readonly BasketLine[], currency: string): DiscountOutcome {
  const given = basket.filter((line) => line.productId === productId);
  if (given.length === 0) {
    return fail('basket-does-not-qualify', `The gift ${productId} is not in the basket.`);
  }
  const price = Math.min(...given.map(({ unitPrice }) => unitPrice.amount));
  return ok({ amount: Math.min(price, totalOf(given)), currency });
}

function otherCurrency(coupons: string, baskets: string): DiscountOutcome {
  return fail('basket-does-not-qualify', `The coupon is in ${coupons}, the basket in ${baskets}.`);
}
