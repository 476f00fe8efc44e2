// `npm run bench -- replenishment`: scoring the 400 categories of a warm shopper, and taking a purchase in.
import os from 'node:os';
import path from 'node:path';

const load = (file) => import(path.resolve(import.meta.dirname, '../../dist/insights/replenishment', file));

const CATEGORIES = 400;
const VISITS = 300;
const BASKET = 12;
const ROUNDS = 2_000;
const FIRST_DAY = 20_000;

export async function bench() {
  const { Clientele } = await load('model/clientele.rules.js');
  const { FEATURE_COUNT } = await load('model/features.rules.js');
  const { HABIT_BYTES } = await load('model/habits.rules.js');
  const { probabilitiesOf, ShopperModel } = await load('model/shopper.rules.js');
  const { estimateIn } = await load('estimate-in.rules.js');
  const { ModelForesight } = await load('foresight.rules.js');
  const { defaultPrior } = await load('replenishment.rules.js');
  const { packedModel } = await load('packing.rules.js');
  const { seeded } = await import(path.resolve(import.meta.dirname, '../../dist/shared/random.js'));
  const clientele = Clientele.default();
  const { items, weighing, intervals } = clientele.population;
  const model = shopperOf(ShopperModel, clientele, seeded('bench'));
  const rows = new Float64Array(CATEGORIES * FEATURE_COUNT);
  const probabilities = new Float64Array(CATEGORIES);
  const today = FIRST_DAY + VISITS * 3;

  const ours = timed(() => {
    const count = model.featuresAt(today, items, rows);
    probabilitiesOf(rows, count, weighing.weights, model.offsets, probabilities);
    return probabilities[0];
  });
  const foresight = new ModelForesight(model, clientele, 'Europe/Rome');
  const now = today * 86_400_000 + 43_200_000;
  const view = { ...viewOf(model, now, defaultPrior()), foresight };
  const foreseen = timed(() =>
    model.keys.reduce((sum, key) => sum + foresight.purchaseProbability(key, now), 0),
  );
  const asked = timed(() =>
    model.keys.reduce((sum, key) => sum + estimateIn(view, key, now).dueProbability, 0),
  );
  const floor = timed(() => {
    const { habits, rhythm } = model;
    for (let habit = 0; habit < CATEGORIES; habit += 1) {
      const repeats = habits.purchases(habit) - 1;
      const since = rhythm.visits - habits.firstVisit(habit);
      const worth = items.strength * items.share[model.items[habit]];
      probabilities[habit] = (repeats + worth) / (since + items.strength);
    }
    return probabilities[0];
  });
  let day = today;
  const observed = timed(() => {
    day += 1;
    model.observe({ day, items: [model.keys[day % CATEGORIES]] }, items, intervals);
    return day;
  });
  const candidates = [
    { name: 'aislecue', categories: CATEGORIES, ...ours, aimMicroseconds: 100 },
    { name: 'foreseen one by one', categories: CATEGORIES, ...foreseen },
    { name: 'asked by rules one by one, with what is due', categories: CATEGORIES, ...asked },
    { name: 'beta-binomial', categories: CATEGORIES, ...floor },
    { name: 'one purchase taken in', ...observed },
    {
      name: 'state',
      bytesAPair: HABIT_BYTES,
      bytesAShopper: packedModel(model.stored()).length,
      aimBytesAPair: 64,
    },
  ];
  console.error(candidates.map((each) => JSON.stringify(each)).join('\n'));
  const [cpu] = os.cpus();
  const machine = { cpu: cpu?.model, cores: os.cpus().length, node: process.version, load: os.loadavg()[0] };
  const ratios = { 'aislecue / beta-binomial': ours.cpuMicroseconds / floor.cpuMicroseconds };
  console.log(JSON.stringify({ machine, candidates, ratios }));
}

/** Buys everything once and then some of it, the first categories most. */
function shopperOf(ShopperModel, clientele, roll) {
  const { items, intervals } = clientele.population;
  const model = new ShopperModel(clientele.numberOf);
  const names = Array.from({ length: CATEGORIES }, (_, each) => `category ${each}`);
  model.observe({ day: FIRST_DAY, items: names }, items, intervals);
  for (let visit = 1; visit < VISITS; visit += 1) {
    const basket = new Set(Array.from({ length: BASKET }, () => names[Math.floor(CATEGORIES * roll() ** 3)]));
    model.observe({ day: FIRST_DAY + visit * 3, items: [...basket] }, items, intervals);
  }
  return model;
}

/** As decisions read it: the gaps of each category beside the model. */
function viewOf({ keys, rhythm }, now, prior) {
  const state = {
    purchases: 5,
    lastPurchasedAt: now - 20 * 86_400_000,
    visitsAtFirst: 1,
    sumLogGap: 12,
    sumLogGapSquared: 38,
  };
  return {
    replenishment: new Map(keys.map((key) => [key, { state, prior }])),
    activity: { visits: rhythm.visits, firstVisitAt: FIRST_DAY * 86_400_000, lastVisitAt: now },
  };
}

/** Wall time by percentile, and CPU time, which other work on the machine leaves alone; after a round to warm up. */
function timed(work) {
  for (let round = 0; round < ROUNDS / 4; round += 1) work();
  const took = new Float64Array(ROUNDS);
  const cpuBefore = process.cpuUsage();
  for (let round = 0; round < ROUNDS; round += 1) {
    const began = performance.now();
    work();
    took[round] = (performance.now() - began) * 1_000;
  }
  const { user } = process.cpuUsage(cpuBefore);
  took.sort();
  const at = (share) => Math.round(took[Math.floor(share * (ROUNDS - 1))] * 100) / 100;
  return {
    p50Microseconds: at(0.5),
    p99Microseconds: at(0.99),
    cpuMicroseconds: Math.round((user / ROUNDS) * 100) / 100,
  };
}
