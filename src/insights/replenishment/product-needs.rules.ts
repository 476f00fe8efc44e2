import type {
  CategoryHistory,
  CategoryPrior,
  Instant,
  ProductNeeds,
  ShopperView,
} from '../../shared/index.js';
import { foreseen, likely } from './estimate-in.rules.js';
import { ModelForesight } from './foresight.rules.js';
import { visitEveryDays } from './history.rules.js';
import type { Clientele } from './model/clientele.rules.js';
import { MEAN_WEIGHT } from './model/features.rules.js';
import type { ShopperModel } from './model/shopper.rules.js';
import { estimate, standing, type ReplenishmentEstimate, type Standing } from './replenishment.rules.js';

/** The needs of the products that `model` knows, read against one snapshot of the clientele. */
export function productNeedsOf(
  model: ShopperModel<string>,
  clientele: Clientele,
  timeZone: string,
): ProductNeeds & { foresight: ModelForesight } {
  return {
    visits: model.rhythm.visits,
    histories: new Map(
      model.keys.map((product, habit) => [
        product,
        { state: stateOf(model, habit), prior: priorOf(clientele, model.items[habit] as number) },
      ]),
    ),
    foresight: new ModelForesight(model, clientele, timeZone),
  };
}

/** How the shopper stands to the product; undefined where they never bought it, or it was not asked for. */
export function standingToProduct(
  needs: ProductNeeds | undefined,
  activity: ShopperView['activity'],
  product: string,
  at: Instant,
): Standing | undefined {
  const history = needs?.histories.get(product);
  if (needs === undefined || history === undefined) return undefined;
  return likely(standing(history, needs.visits, visitEveryDays(activity), at), needs.foresight, product, at);
}

/** The same with the interval of the next purchase. */
export function estimateOfProduct(
  needs: ProductNeeds | undefined,
  activity: ShopperView['activity'],
  product: string,
  at: Instant,
): ReplenishmentEstimate | undefined {
  const history = needs?.histories.get(product);
  if (needs === undefined || history === undefined) return undefined;
  return foreseen(
    estimate(history, needs.visits, visitEveryDays(activity), at),
    needs.foresight,
    product,
    at,
  );
}

/** The 64 bytes of a habit as the gaps speak of it: older gaps weigh less. */
function stateOf({ habits }: ShopperModel<string>, habit: number): CategoryHistory['state'] {
  return {
    purchases: habits.purchases(habit),
    lastPurchasedAt: habits.lastPurchasedAt(habit),
    visitsAtFirst: habits.firstVisit(habit),
    sumLogGap: habits.logDays(habit),
    sumLogGapSquared: habits.logDaysSquared(habit),
    gaps: habits.gaps(habit),
  };
}

function priorOf({ population: { items } }: Clientele, item: number): CategoryPrior {
  return {
    logGapMean: items.logDays[item] as number,
    // A shopper's own mean gap leans on the clientele's as far as in the model.
    logGapBetween: Math.sqrt(items.daysVariance / MEAN_WEIGHT),
    logGapWithin: Math.sqrt(items.daysVariance),
    visitShare: items.share[item] as number,
    visitStrength: items.strength,
  };
}
