import type { Money } from '../shared/money.js';
import { DAY_MS, type Instant } from '../shared/time.js';

/** What the purchases and visits of one shopper come to. Days are UTC days. */
export interface Totals {
  purchases: number;
  lastPurchasedAt: Instant | null;
  /** Distinct days with a purchase, and the days from the first of them to the last. */
  purchaseDays: number;
  purchaseSpanDays: number;
  /** Distinct days on which the shopper was in a store: sensed, checked in or buying there. */
  storeDays: number;
  firstStoreDayAt: Instant | null;
  spent: Money | null;
}

/** What a shopper is worth, as far as it is worked out today; `null` where it is not known. */
export interface Value {
  recencyDays: number | null;
  frequency: number | null;
  monetary: Money | null;
  rfm: null;
  probabilityActive: null;
  lifetimeValue: null;
  interPurchaseDays: number | null;
  visitsPer30Days: number | null;
}

const WINDOW_DAYS = 30;
const NOT_WORKED_OUT = { rfm: null, probabilityActive: null, lifetimeValue: null } as const;

/** Of a shopper whose purchases may not be used. */
export const UNKNOWN_VALUE: Value = {
  recencyDays: null,
  frequency: null,
  monetary: null,
  ...NOT_WORKED_OUT,
  interPurchaseDays: null,
  visitsPer30Days: null,
};

/**
 * Recency in whole days, frequency in purchases, and two rhythms: mean days between purchase days (known from the
 * second on), and store days per 30 days since the first, which for a newcomer is not blown up: the first 30 days
 * count as 30.
 */
export function valueOf(totals: Totals, now: Instant): Value {
  const { lastPurchasedAt, purchaseDays, purchaseSpanDays, storeDays, firstStoreDayAt } = totals;
  return {
    recencyDays: lastPurchasedAt === null ? null : Math.max(0, Math.floor((now - lastPurchasedAt) / DAY_MS)),
    frequency: totals.purchases,
    monetary: totals.spent,
    ...NOT_WORKED_OUT,
    interPurchaseDays: purchaseDays < 2 ? null : purchaseSpanDays / (purchaseDays - 1),
    visitsPer30Days:
      firstStoreDayAt === null
        ? 0
        : (WINDOW_DAYS * storeDays) / Math.max(WINDOW_DAYS, (now - firstStoreDayAt) / DAY_MS),
  };
}
