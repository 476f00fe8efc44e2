import type { Instant } from '../../shared/time.js';
import type { Trip } from './history.rules.js';
import type { Clientele } from './model/clientele.rules.js';
import { FEATURE_COUNT } from './model/features.rules.js';
import { adapt, probabilitiesOf, ShopperModel, type StoredModel, type Visit } from './model/shopper.rules.js';

/** A shopper's model, begun or as it was kept. */
export function modelOf(clientele: Clientele, stored?: StoredModel<string>): ShopperModel<string> {
  return new ShopperModel(clientele.numberOf, stored);
}

/** What was bought by day, ascending, each category or product once and in one order however the trips came. */
export function visitsOf(
  trips: readonly Trip[],
  level: 'categories' | 'products' = 'categories',
): Visit<string>[] {
  const byDay = new Map<number, Map<string, Instant>>();
  for (const { day, purchasedAt, [level]: items } of trips) {
    const bought = byDay.get(day) ?? new Map<string, Instant>();
    byDay.set(day, bought);
    for (const item of items) bought.set(item, Math.max(purchasedAt, bought.get(item) ?? purchasedAt));
  }
  return [...byDay]
    .sort(([a], [b]) => a - b)
    .map(([day, bought]) => {
      const items = [...bought.keys()].sort();
      return { day, items, moments: items.map((item) => bought.get(item) as Instant) };
    });
}

/** True when no trip is of a day that the model has seen or that lies before it: then the short way is open. */
export function isLater(model: ShopperModel<string>, trips: readonly Trip[]): boolean {
  const { visits, lastDay } = model.rhythm;
  return visits === 0 || trips.every(({ day }) => day > lastDay);
}

/** Lets the model live through visits: it foresees each, learns from what was bought, and takes it in. */
export function learn(
  model: ShopperModel<string>,
  visits: readonly Visit<string>[],
  clientele: Clientele,
): void {
  const { items, weighing, intervals } = clientele.population;
  for (const visit of visits) {
    const { size } = model.habits;
    if (size > 0) {
      const rows = new Float64Array(size * FEATURE_COUNT);
      const probabilities = new Float64Array(size);
      const bought = new Uint8Array(size);
      model.featuresAt(visit.day, items, rows);
      probabilitiesOf(rows, size, weighing.weights, model.offsets, probabilities);
      for (const item of visit.items) {
        const habit = model.habitOf(item);
        if (habit !== undefined) bought[habit] = 1;
      }
      adapt(model.offsets, weighing, rows, probabilities, bought, size);
    }
    model.observe(visit, items, intervals);
  }
}
