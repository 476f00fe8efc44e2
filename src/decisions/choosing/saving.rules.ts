import type { LiveOffer } from '../../offers/index.js';
import { percentOf, type Money } from '../../shared/index.js';

type Reward = LiveOffer['document']['reward'];

/** What a reward may be taken off of: one piece. No price: it is not known. */
export interface Piece {
  price?: number | undefined;
  currency?: string | undefined;
  /** Of what is given away. */
  giftPrice?: number | undefined;
}

/**
 * What the reward takes off the price of one piece, or gives away with it, in minor units: never more than the piece costs.
 * Undefined where it depends on a price that is not known. What is in another currency than the piece the till refuses: it
 * saves nothing. What a point is worth is the shopper's to say: none here.
 */
export function savingOf(reward: Reward, { price, currency, giftPrice }: Piece): number | undefined {
  const inCurrency = (money: Money): number =>
    currency === undefined || money.currency === currency ? money.amount : 0;
  switch (reward.type) {
    case 'percentOff': {
      if (price === undefined) return undefined;
      const most = reward.maxDiscount === undefined ? price : inCurrency(reward.maxDiscount);
      return Math.min(percentOf(price, reward.value), price, most);
    }
    case 'amountOff':
      return Math.min(inCurrency(reward.value), price ?? Infinity);
    case 'gift':
      return giftPrice;
    case 'points':
    case 'none':
      return 0;
  }
}
