import { reserveOf } from '../../limits/index.js';
import type { LiveOffer } from '../../offers/index.js';
import { percentOf, type Money } from '../../shared/index.js';

/**
 * The most that one offer may cost, in minor units: what a budget would hold back for it. Of a percentage without
 * `maxDiscount`, that of the dearest product it leads to; of a gift, what the gift costs the shop, else its price.
 *
 * @returns undefined where that cannot be known: points, or a percentage of a category
 */
export function mostItCosts(
  { document: { reward }, target }: LiveOffer,
  currency: string,
): Money | undefined {
  switch (reward.type) {
    case 'none':
      return { amount: 0, currency };
    case 'points':
      return undefined;
    case 'amountOff':
      return reward.value;
    case 'percentOff': {
      if (reward.maxDiscount !== undefined) {
        return { amount: reserveOf(reward), currency: reward.maxDiscount.currency };
      }
      const dearest = target.products
        .map(({ price }) => price)
        .filter((price) => price !== undefined)
        .sort((a, b) => b.amount - a.amount)[0];
      return dearest && { amount: percentOf(dearest.amount, reward.value), currency: dearest.currency };
    }
    case 'gift':
      return target.gift?.unitCost ?? target.gift?.price;
  }
}
