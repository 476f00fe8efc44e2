import { DAY_MS, type ShopperView } from '../../shared/index.js';
import { MOST_CATEGORIES } from '../shopper-view/view.rules.js';

/** So much is known of a shopper before what is missing says anything: about weekly shopping for half a year. */
const ENOUGH_VISITS = 20;
const ENOUGH_DAYS = 180;

/** Of whom there is enough history, in SQL about `asked`. */
export const KNOWN_WELL = `coalesce((SELECT visits >= ${ENOUGH_VISITS} FROM shopper_activity
  WHERE shopper_activity.shopper_id = asked.shopper_id), false)`;

/**
 * Whether the shopper has never bought of a category, in any channel.
 *
 * @returns undefined without `profiling`, before there is enough history to judge by, and for who buys more categories
 *   than a view holds
 */
export function neverBought(shopper: ShopperView, category: string): boolean | undefined {
  if (!shopper.consents.profiling) return undefined;
  if (shopper.replenishment.has(category)) return false;
  const { visits, firstVisitAt = 0, lastVisitAt = 0 } = shopper.activity;
  const isKnownWell = visits >= ENOUGH_VISITS && lastVisitAt - firstVisitAt >= ENOUGH_DAYS * DAY_MS;
  return isKnownWell && shopper.replenishment.size < MOST_CATEGORIES ? true : undefined;
}
