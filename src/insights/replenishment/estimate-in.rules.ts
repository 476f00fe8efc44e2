import type { Foresight, Instant, ShopperView } from '../../shared/index.js';
import { visitEveryDays } from './history.rules.js';
import { standing, type ReplenishmentEstimate, type Standing } from './replenishment.rules.js';

/** How the shopper stands to the category, as their view has it; undefined where they never bought it. */
export function estimateIn(
  { replenishment, activity, foresight }: ShopperView,
  category: string,
  at: Instant,
): Standing | undefined {
  const history = replenishment.get(category);
  if (history === undefined) return undefined;
  return likely(standing(history, activity.visits, visitEveryDays(activity), at), foresight, category, at);
}

/** With the probability of the model of purchases, where there is one: it knows better than the gaps. */
export function likely(
  figures: Standing,
  foresight: Foresight | undefined,
  category: string,
  at: Instant,
): Standing {
  const purchaseProbability = foresight?.purchaseProbability(category, at);
  return purchaseProbability === undefined ? figures : { ...figures, purchaseProbability };
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
