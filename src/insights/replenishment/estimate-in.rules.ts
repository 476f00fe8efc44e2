import type { Foresight, Instant, ShopperView } from '../../shared/index.js';
import { visitEveryDays } from './history.rules.js';
import { dueProbability, estimate, type ReplenishmentEstimate } from './replenishment.rules.js';

/** When the shopper will need the category again, as their view has it; undefined where they never bought it. */
export function estimateIn(
  { replenishment, activity, foresight }: ShopperView,
  category: string,
  at: Instant,
): ReplenishmentEstimate | undefined {
  const history = replenishment.get(category);
  if (history === undefined) return undefined;
  return foreseen(estimate(history, activity.visits, visitEveryDays(activity), at), foresight, category, at);
}

/** How likely the category runs out before the next visit, as {@link estimateIn} says; the model of purchases has no part in it. */
export function dueProbabilityIn(
  { replenishment, activity }: ShopperView,
  category: string,
  at: Instant,
): number | undefined {
  const history = replenishment.get(category);
  return history && dueProbability(history, visitEveryDays(activity), at);
}

/**
 * The estimate with what the model of purchases knows better: how likely a visit brings the purchase, and between
 * which days the next one falls. When to remind stays with the gaps (docs/decisions/0007).
 */
export function foreseen(
  figures: ReplenishmentEstimate,
  foresight: Foresight | undefined,
  category: string,
  at: Instant,
): ReplenishmentEstimate {
  const purchaseProbability = foresight?.purchaseProbability(category, at);
  const next = foresight?.nextPurchase(category, at);
  return {
    ...figures,
    ...(purchaseProbability !== undefined && { purchaseProbability }),
    ...(next !== undefined && { dueFrom: next.from, dueTo: next.to }),
  };
}
