import type { CategoryHistory, Instant, ShopperView } from '../../shared/index.js';
import { shoppingDay } from '../replenishment/replenishment.rules.js';

/** What a shopper, with their household, bought since some moment, as far as it is needed to go back there. */
export interface Since {
  /** Purchases since then, ascending. */
  purchases: readonly Instant[];
  /** The last purchase before. */
  lastBefore: Instant | undefined;
  /** Of the categories asked about: purchases since then, ascending, and the last before. */
  categories: ReadonlyMap<string, { purchases: readonly Instant[]; lastBefore: Instant | undefined }>;
}

type Activity = ShopperView['activity'];

/**
 * The view as it would have been at `at`, as far as shopping days and the habits of the categories in `since` are
 * concerned; everything else stays as it is now. The model of purchases cannot unlearn: where something was bought
 * since, the gaps between purchases speak alone.
 */
export function rewound(view: ShopperView, since: Since, at: Instant): ShopperView {
  if (!since.purchases.some((bought) => bought > at)) return view;
  const { foresight: _learned, ...rest } = view;
  const replenishment = new Map(view.replenishment);
  for (const [category, bought] of since.categories) {
    const history = view.replenishment.get(category);
    if (history === undefined) continue;
    const before = historyAt(history, bought, at);
    if (before === undefined) replenishment.delete(category);
    else replenishment.set(category, before);
  }
  return { ...rest, activity: activityAt(view.activity, since, at), replenishment };
}

function activityAt(activity: Activity, since: Since, at: Instant): Activity {
  const then = since.purchases.filter((bought) => bought <= at);
  const lastVisitAt = then.at(-1) ?? since.lastBefore;
  if (lastVisitAt === undefined) return { visits: 0 };
  const days = new Set(since.purchases.filter((bought) => bought > at).map(shoppingDay));
  days.delete(shoppingDay(lastVisitAt));
  return { ...activity, visits: Math.max(1, activity.visits - days.size), lastVisitAt };
}

/** Takes the gaps off again that purchases after `at` have added. */
function historyAt(
  history: CategoryHistory,
  { purchases, lastBefore }: { purchases: readonly Instant[]; lastBefore: Instant | undefined },
  at: Instant,
): CategoryHistory | undefined {
  const later = purchases.filter((bought) => bought > at);
  if (later.length === 0) return history;
  const last = purchases.filter((bought) => bought <= at).at(-1) ?? lastBefore;
  if (last === undefined) return undefined;
  let { purchases: count, sumLogGap, sumLogGapSquared } = history.state;
  let previous = shoppingDay(last);
  for (const day of [...new Set(later.map(shoppingDay))]) {
    if (day === previous) continue;
    const logGap = Math.log(day - previous);
    count -= 1;
    sumLogGap -= logGap;
    sumLogGapSquared -= logGap * logGap;
    previous = day;
  }
  // What is left of sums of which everything was taken off is rounding.
  const isSingle = count <= 1;
  const state = {
    ...history.state,
    purchases: Math.max(1, count),
    lastPurchasedAt: last,
    sumLogGap: isSingle ? 0 : Math.max(0, sumLogGap),
    sumLogGapSquared: isSingle ? 0 : Math.max(0, sumLogGapSquared),
  };
  return { ...history, state };
}
