import { DAY_MS } from '../../shared/index.js';
import type { Trip } from '../replenishment/history.rules.js';
import { learn, modelOf, visitsOf } from '../replenishment/learning.rules.js';
import { Clientele } from '../replenishment/model/clientele.rules.js';
import { productNeedsOf } from '../replenishment/product-needs.rules.js';
import { PastProducts } from './past-products.rules.js';

const clientele = Clientele.defaultOfProducts();
const trip = (day: number, hour: number, ...products: string[]): Trip => ({
  purchasedAt: (20_000 + day) * DAY_MS + hour * 3_600_000,
  day: 20_000 + day,
  categories: [],
  products,
  unknownProducts: [],
});
const trips = [
  trip(0, 9, 'oats'),
  trip(7, 9, 'oats', 'tea'),
  trip(7, 18, 'tea'),
  trip(14, 9, 'oats'),
  trip(30, 9, 'tea'),
];

function told(day: number, hour: number) {
  const at = (20_000 + day) * DAY_MS + hour * 3_600_000;
  const model = modelOf(clientele);
  learn(
    model,
    visitsOf(
      trips.filter(({ purchasedAt }) => purchasedAt <= at),
      'products',
    ),
    clientele,
  );
  return { at, needs: productNeedsOf(model, clientele, 'UTC') };
}

it('tells at any moment what whoever knew no later purchase would have told', () => {
  const past = new PastProducts([...trips].reverse(), clientele, 'UTC');
  const moments = [
    [0, 10],
    [7, 12],
    [7, 19],
    [20, 0],
    [40, 0],
    [8, 0],
    [31, 0],
  ] as const;
  for (const [day, hour] of moments) {
    const { at, needs } = told(day, hour);
    const then = past.at(at)!;
    expect([...then.histories]).toEqual([...needs.histories]);
    for (const product of then.histories.keys())
      expect(then.foresight.purchaseProbability(product, at)).toBe(
        needs.foresight.purchaseProbability(product, at),
      );
  }
  expect(past.at(19_999 * DAY_MS)).toBeUndefined();
});
