import { moneyText } from '../../shared/index.js';
import type { Lift, LiftEstimate } from './lift.rules.js';

/** What a lift means, in one sentence. */
export function sentenceOf(lift: Lift): string {
  const { verdict, sampleRatio, treatedShoppers, controlShoppers } = lift;
  if (verdict === 'broken') {
    const { withheld, expected } = sampleRatio;
    return `The holdout is broken: withheld from ${withheld} shoppers, where about ${Math.round(expected)} were to be expected. No figure here means anything.`;
  }
  const margins = lift.estimates.filter(({ metric }) => metric === 'margin');
  if (margins.length === 0) {
    return `Too early to say: ${treatedShoppers} treated and ${controlShoppers} control shoppers so far, and ${lift.waiting} whose time is not over.`;
  }
  return `${margins.map(earnedText).join('; ')}.${outlookText(lift)}`;
}

function earnedText({ currency, earned }: LiftEstimate): string {
  const { amount, low, high } = earned ?? { amount: 0, low: 0, high: 0 };
  const text = (minor: number): string =>
    moneyText({ amount: Math.round(minor), currency: currency ?? 'XXX' });
  const difference = amount < 0 ? `Lost ${text(-amount)} against` : `Earned ${text(amount)} more than`;
  return `${difference} its holdout (95 %: ${text(low)} to ${text(high)})`;
}

function outlookText({ verdict, daysToKnow }: Lift): string {
  if (verdict !== 'notYetKnown') return '';
  if (daysToKnow === null) return ' Not yet known, and not within a year at this pace.';
  return ` Not yet known: about ${daysToKnow} more ${daysToKnow === 1 ? 'day' : 'days'} at this pace.`;
}
