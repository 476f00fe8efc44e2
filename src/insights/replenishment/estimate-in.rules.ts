import type { Instant, ShopperView } from '../../shared/index.js';
import { visitEveryDays } from './history.rules.js';
import { estimate, type ReplenishmentEstimate } from './replenishment.rules.js';

/** When the shopper will need the category again, as their view has it; undefined where they never bought it. */
export function estimateIn(
  { replenishment, activity }: ShopperView,
  category: string,
  at: Instant,
): ReplenishmentEstimate | undefined {
  const history = replenishment.get(category);
  return history && estimate(history, activity.visits, visitEveryDays(activity), at);
}
