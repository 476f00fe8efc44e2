import { moneyText } from '../shared/index.js';
import type { Reward } from './reward.schema.js';

/**
 * A reward in words: `15 % off`, `2.00 EUR off`, `500 points`, `Coffee mug free`; nothing for none.
 *
 * @param giftName the name of the product given, where it is known
 */
export function rewardText(reward: Reward, giftName?: string): string {
  switch (reward.type) {
    case 'percentOff':
      return `${reward.value} % off`;
    case 'amountOff':
      return `${moneyText(reward.value)} off`;
    case 'points':
      return reward.value === 1 ? '1 point' : `${reward.value} points`;
    case 'gift':
      return giftName === undefined ? 'a gift' : `${giftName} free`;
    case 'none':
      return '';
  }
}
