import type { Money } from '../shared/index.js';
import type { Reward } from './reward.schema.js';

/** `2.00 EUR`: plain digits, because the words around it may be of any language. */
export function moneyText({ amount, currency }: Money): string {
  const digits = minorDigits(currency);
  return `${(amount / 10 ** digits).toFixed(digits)} ${currency}`;
}

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

/** By currency: making a format to ask it took a quarter of the time of a decision. */
const digitsOf = new Map<string, number>();

/** Digits after the point of a currency: 2 for EUR, 0 for JPY. */
function minorDigits(currency: string): number {
  const known = digitsOf.get(currency);
  if (known !== undefined) return known;
  const format = new Intl.NumberFormat('en', { style: 'currency', currency });
  const digits = format.resolvedOptions().maximumFractionDigits ?? 2;
  digitsOf.set(currency, digits);
  return digits;
}
