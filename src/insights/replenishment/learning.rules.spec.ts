import { DAY_MS } from '../../shared/time.js';
import { ModelForesight } from './foresight.rules.js';
import type { Trip } from './history.rules.js';
import { isLater, learn, modelOf, visitsOf } from './learning.rules.js';
import { Clientele, type StoredClientele } from './model/clientele.rules.js';
import { packedModel, storedModel } from './packing.rules.js';

const START = 20_000;
const clientele = Clientele.default();
const trip = (day: number, ...categories: string[]): Trip => ({
  purchasedAt: (START + day) * DAY_MS + DAY_MS / 2,
  day: START + day,
  categories,
  products: categories.map((category) => `${category} of ours`),
  unknownProducts: [],
});
/** Twice a week; coffee every four weeks, milk always. */
const trips = Array.from({ length: 160 }, (_, visit) =>
  trip(Math.floor(visit * 3.5), 'milk', ...(visit % 8 === 0 ? ['coffee'] : [])),
);
const at = (day: number): number => (START + day) * DAY_MS + DAY_MS / 2;

function lived(upTo: number) {
  const model = modelOf(clientele);
  learn(model, visitsOf(trips.filter(({ day }) => day <= START + upTo)), clientele);
  return model;
}

describe('a shopper’s model', () => {
  it('is the same put away and taken up again after each visit', () => {
    let stepwise = modelOf(clientele);
    for (const each of trips) {
      expect(isLater(stepwise, [each])).toBe(true);
      learn(stepwise, visitsOf([each]), clientele);
      const { keys, habits, ...rest } = stepwise.stored();
      const records = keys.map((key, i): [string, Uint8Array] => [key, habits.slice(i * 64, (i + 1) * 64)]);
      stepwise = modelOf(clientele, storedModel(packedModel({ keys, habits, ...rest }), records));
    }
    expect(stepwise.stored()).toEqual(lived(1_000).stored());
    expect(isLater(stepwise, [trips.at(-1)!])).toBe(false);
  });

  it('expects coffee more when four weeks are over than right after it was bought', () => {
    const lastCoffee = 448;
    const foresight = new ModelForesight(lived(lastCoffee + 1), clientele, 'UTC');
    const soon = foresight.purchaseProbability('coffee', at(lastCoffee + 4))!;
    const due = new ModelForesight(lived(472), clientele, 'UTC').purchaseProbability('coffee', at(476))!;
    expect(due).toBeGreaterThan(soon);
    expect(foresight.purchaseProbability('milk', at(lastCoffee + 4))!).toBeGreaterThan(0.6);
    expect(foresight.purchaseProbability('tea', at(lastCoffee + 4))).toBeUndefined();
  });

  it('tells intervals that begin no earlier than today, and move on while nothing is bought', () => {
    const foresight = new ModelForesight(lived(449), clientele, 'UTC');
    const now = foresight.nextPurchase('coffee', at(450))!;
    const later = foresight.nextPurchase('coffee', at(540))!;
    expect(now.from).toBeLessThan(now.to);
    expect(now.from).toBeLessThan(at(476));
    expect(now.to).toBeGreaterThan(at(476));
    expect(later.from).toBeGreaterThanOrEqual(at(540) - 1);
    expect(later.to).toBeGreaterThan(now.to);
  });

  it('explains itself: the parts add up to the log odds', () => {
    const foresight = new ModelForesight(lived(472), clientele, 'UTC');
    const p = foresight.purchaseProbability('coffee', at(476))!;
    const parts = foresight.explain('coffee', at(476))!;
    const odds = parts.reduce((sum, { contribution }) => sum + contribution, 0);
    expect(1 / (1 + Math.exp(-odds))).toBeCloseTo(p, 9);
    expect(parts[0]!.label).toEqual(expect.any(String));
  });

  it('stands trips of which the catalogue knows nothing', () => {
    const model = modelOf(clientele);
    learn(model, visitsOf([trip(0), trip(1), trip(2, 'milk'), trip(3)]), clientele);
    const p = new ModelForesight(model, clientele, 'UTC').purchaseProbability('milk', at(4))!;
    expect(p).toBeGreaterThan(0);
    expect(p).toBeLessThan(1);
  });
});

describe('a clientele', () => {
  it('is the same put away and read again, and knows a name that it does not know as one of all', () => {
    const again = Clientele.from(JSON.parse(JSON.stringify(clientele.stored())) as StoredClientele);
    expect(again.population).toEqual(clientele.population);
    expect(again.numberOf('never heard of')).toBe(0);
  });
});
