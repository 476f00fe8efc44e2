import { DAY_MS, type Instant } from '../../shared/index.js';

export const STANDINGS = ['lapsing', 'lapsed', 'regular', 'unknown'] as const;
export type Standing = (typeof STANDINGS)[number];

/** Of one client's purchases, and when somebody of the shop last spoke to them. */
export interface Habit {
  /** Distinct days with a purchase; null: what they buy may not be used. */
  purchaseDays: number | null;
  firstPurchasedAt: Instant | null;
  lastPurchasedAt: Instant | null;
  lastContactAt: Instant | null;
}

export interface Judged {
  standing: Standing;
  daysSinceLastPurchase: number | null;
  /** Days between days with a purchase, on average. */
  usualDays: number | null;
  daysSinceLastContact: number | null;
}

/** Two gaps are the fewest that have a rhythm. */
const FEWEST_DAYS = 3;
/** Gaps scatter: half as long again is still usual. After three of them the habit is given up rather than late. */
const LAPSING_FROM = 1.5;
const LAPSED_FROM = 3;

export function judge(habit: Habit, now: Instant): Judged {
  const { purchaseDays, firstPurchasedAt, lastPurchasedAt, lastContactAt } = habit;
  const usualDays =
    purchaseDays !== null &&
    purchaseDays >= FEWEST_DAYS &&
    firstPurchasedAt !== null &&
    lastPurchasedAt !== null
      ? (lastPurchasedAt - firstPurchasedAt) / DAY_MS / (purchaseDays - 1)
      : null;
  return {
    standing: standingOf(usualDays, lastPurchasedAt, now),
    daysSinceLastPurchase: daysSince(lastPurchasedAt, now),
    usualDays: usualDays === null ? null : Math.max(1, Math.round(usualDays)),
    daysSinceLastContact: daysSince(lastContactAt, now),
  };
}

function standingOf(usualDays: number | null, lastPurchasedAt: Instant | null, now: Instant): Standing {
  if (usualDays === null || lastPurchasedAt === null) return 'unknown';
  const gaps = (now - lastPurchasedAt) / DAY_MS / Math.max(1, usualDays);
  if (gaps >= LAPSED_FROM) return 'lapsed';
  return gaps >= LAPSING_FROM ? 'lapsing' : 'regular';
}

/** Those lapsing first, for a word may keep them; among equals who was spoken to longest ago, or never. */
export function byNeed(a: Judged, b: Judged): number {
  return (
    STANDINGS.indexOf(a.standing) - STANDINGS.indexOf(b.standing) ||
    (b.daysSinceLastContact ?? Infinity) - (a.daysSinceLastContact ?? Infinity) ||
    (b.daysSinceLastPurchase ?? -1) - (a.daysSinceLastPurchase ?? -1)
  );
}

function daysSince(at: Instant | null, now: Instant): number | null {
  return at === null ? null : Math.max(0, Math.floor((now - at) / DAY_MS));
}
