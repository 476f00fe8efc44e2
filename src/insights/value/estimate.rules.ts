import type { ValueModel, ValueState } from '../../shared/shopper-view.js';
import { DAY_MS, type Instant } from '../../shared/time.js';
import { expectedPurchasesOfBg, probabilityActiveOfBg } from './bg-cnbd.rules.js';
import { DAYS_PER_WEEK, type History } from './cohort.rules.js';
import { expectedSpend } from './gamma-gamma.rules.js';

/** Six, twelve and eighteen months. */
export const HORIZON_WEEKS = [26, 52, 78] as const;

/**
 * The model of a shop that has not enough shoppers yet to fit one: MBG/CNBD-2 as fitted to groceryElog (1,525 shoppers
 * of a grocer, 52 weeks), and no model of spends.
 */
export const DEFAULT_MODEL: ValueModel = {
  purchases: { k: 2, dropoutAtFirst: 1, r: 1.329, alpha: 2.813, a: 0.425, b: 0.79 },
  bias: [1, 1, 1],
  spend: null,
};

/** Purchase days, and margin in minor units of the shopper's currency; null where no price is known. */
export interface Expectation {
  purchases: number;
  margin: number | null;
}

export interface ValueEstimate {
  probabilityActive: number;
  months6: Expectation;
  months12: Expectation;
  months18: Expectation;
}

/**
 * What is to be expected of a shopper from `now` on, from O(1) state: purchases by the purchase model, margin as
 * purchases · spend per purchase day (Gamma-Gamma, the shopper's mean drawn to the clientele's) · the shopper's share of
 * margin in what was spent. Not discounted.
 */
export function estimateValue(
  { purchases, bias, spend }: ValueModel,
  state: ValueState,
  now: Instant,
): ValueEstimate {
  const history = historyOf(state, now);
  const perPurchase = marginPerPurchase(spend, state);
  const expect = (index: 0 | 1 | 2): Expectation => {
    const expected = bias[index] * expectedPurchasesOfBg(purchases, history, HORIZON_WEEKS[index]);
    return { purchases: expected, margin: perPurchase === null ? null : Math.round(expected * perPurchase) };
  };
  return {
    probabilityActive: probabilityActiveOfBg(purchases, history),
    months6: expect(0),
    months12: expect(1),
    months18: expect(2),
  };
}

/** The state as the models see it at `now`, a purchase of today included. */
export function historyOf({ purchaseDays, firstDay, lastDay }: ValueState, now: Instant): History {
  const today = Math.max(lastDay, Math.floor(now / DAY_MS));
  return {
    repeats: purchaseDays - 1,
    lastWeeks: (lastDay - firstDay) / DAYS_PER_WEEK,
    ageWeeks: (today - firstDay) / DAYS_PER_WEEK,
  };
}

function marginPerPurchase(
  spend: ValueModel['spend'],
  { currency, spent, margin, spendDays }: ValueState,
): number | null {
  // Of whom everything came back, nothing tells what a purchase earns.
  if (currency === null || spendDays === 0 || spent <= 0) return null;
  const share = Math.min(1, Math.max(-1, margin / spent));
  const mean = spent / spendDays;
  const perDay = spend?.currency === currency ? expectedSpend(spend, spendDays, mean) : mean;
  return perDay * share;
}
