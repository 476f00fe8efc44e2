import { seeded } from '../../../shared/random.js';
import { Clientele } from './clientele.rules.js';
import { FEATURE_COUNT, momentOf, writeFeatures } from './features.rules.js';
import { probabilitiesOf, ShopperModel } from './shopper.rules.js';

const HABITS = 400;
const FIRST_DAY = 20_000;
const TODAY = FIRST_DAY + 900;
const { numberOf, population } = Clientele.default();

/** The shopper of the benchmark: everything once, then some of it. */
function shopper(): ShopperModel<string> {
  const roll = seeded('bench');
  const model = new ShopperModel(numberOf);
  const names = Array.from({ length: HABITS }, (_, each) => `c${each}`);
  model.observe({ day: FIRST_DAY, items: names }, population.items, population.intervals);
  for (let visit = 1; visit < 300; visit += 1) {
    const bought = new Set(Array.from({ length: 12 }, () => names[Math.floor(HABITS * roll() ** 3)]!));
    model.observe({ day: FIRST_DAY + visit * 3, items: [...bought] }, population.items, population.intervals);
  }
  return model;
}

describe('the features of a shopper’s habits', () => {
  const model = shopper();
  const rows = new Float64Array(HABITS * FEATURE_COUNT);
  model.featuresAt(TODAY, population.items, rows);

  it('are the same for all at once and for one at a time', () => {
    const moment = momentOf(model.rhythm, TODAY);
    const row = new Float64Array(FEATURE_COUNT);
    for (let habit = 0; habit < HABITS; habit += 1) {
      writeFeatures(model.habits, habit, 1, population.items, model.items, moment, row);
      expect([...row]).toEqual([...rows.subarray(habit * FEATURE_COUNT, (habit + 1) * FEATURE_COUNT)]);
    }
  });

  it('are to 1e-12 what they were when each was worked out by itself', () => {
    const means = Array.from({ length: FEATURE_COUNT }, (_, feature) => {
      let sum = 0;
      for (let at = feature; at < rows.length; at += FEATURE_COUNT) sum += rows[at]!;
      return sum / HABITS;
    });
    const probabilities = new Float64Array(HABITS);
    probabilitiesOf(rows, HABITS, population.weighing.weights, model.offsets, probabilities);
    const mean = probabilities.reduce((sum, each) => sum + each, 0) / HABITS;
    [...means, mean].forEach((each, at) => {
      expect(Math.abs(each - MEANS[at]!)).toBeLessThan(1e-12);
    });
  });
});

/** Of the 24 features and of the probability, by the code of one habit at a time. */
const MEANS = [
  1, -3.86095403378365, -4.36251336117176, -4.375616499022234, -4.258564654201573, -4.245155227190426,
  1.7135072118482655, -3.765638458845253, -3.5909053868660603, 1.3949938289343788, -3.5026912552004945,
  1.2658652757910347, 1.766294505946598, 5.703782474656226, -2.795073057443084, 2.5052537911188835,
  -0.10175096604889702, -0.10220895344907627, 0, 0, 0, 0, -0.044105878294985794, -0.037570450023891616,
  0.027737007387985336,
];
