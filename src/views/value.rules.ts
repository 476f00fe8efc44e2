import type { CustomerValue, RfmSegment } from '../insights/index.js';
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

interface Expected {
  purchases: number;
  margin: Money | null;
}

/** What a shopper is worth; `null` where it is not known. */
export interface Value {
  recencyDays: number | null;
  frequency: number | null;
  monetary: Money | null;
  rfm: { r: number; f: number; m: number; segment: RfmSegment } | null;
  probabilityActive: number | null;
  /** Margin expected in twelve months. */
  lifetimeValue: Money | null;
  expected: { months6: Expected; months12: Expected; months18: Expected } | null;
  interPurchaseDays: number | null;
  visitsPer30Days: number | null;
}

const WINDOW_DAYS = 30;
const NOTHING_EXPECTED = { rfm: null, probabilityActive: null, lifetimeValue: null, expected: null } as const;

/** Of a shopper whose purchases may not be used. */
export const UNKNOWN_VALUE: Value = {
  recencyDays: null,
  frequency: null,
  monetary: null,
  ...NOTHING_EXPECTED,
  interPurchaseDays: null,
  visitsPer30Days: null,
};

/**
 * Recency in whole days, frequency in purchases, and two rhythms: mean days between purchase days (known from the
 * second on), and store days per 30 days since the first, which for a newcomer is not blown up: the first 30 days
 * count as 30.
 */
export function valueOf(totals: Totals, now: Instant, worth?: CustomerValue): Value {
  const { lastPurchasedAt, purchaseDays, purchaseSpanDays, storeDays, firstStoreDayAt } = totals;
  return {
    recencyDays: lastPurchasedAt === null ? null : Math.max(0, Math.floor((now - lastPurchasedAt) / DAY_MS)),
    frequency: totals.purchases,
    monetary: totals.spent,
    ...(worth === undefined ? NOTHING_EXPECTED : expectedOf(worth)),
    interPurchaseDays: purchaseDays < 2 ? null : purchaseSpanDays / (purchaseDays - 1),
    visitsPer30Days:
      firstStoreDayAt === null
        ? 0
        : (WINDOW_DAYS * storeDays) / Math.max(WINDOW_DAYS, (now - firstStoreDayAt) / DAY_MS),
  };
}

function expectedOf({
  state: { rfm, currency },
  estimate,
}: CustomerValue): Pick<Value, keyof typeof NOTHING_EXPECTED> {
  const money = (amount: number | null): Money | null =>
    amount === null || currency === null ? null : { amount, currency };
  const expected = ({ purchases, margin }: { purchases: number; margin: number | null }): Expected => ({
    purchases,
    margin: money(margin),
  });
  const { probabilityActive, months6, months12, months18 } = estimate;
  return {
    rfm: rfm == null ? null : { r: rfm.recency, f: rfm.frequency, m: rfm.monetary, segment: rfm.segment },
    probabilityActive,
    lifetimeValue: money(months12.margin),
    expected: { months6: expected(months6), months12: expected(months12), months18: expected(months18) },
  };
}
