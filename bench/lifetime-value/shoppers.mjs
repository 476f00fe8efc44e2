/** Shoppers who buy as MBG/CNBD-k says, drawn from a fixed seed: figures of two runs compare. */
export function simulate(shoppers, { k, r, alpha, a, b }, { seed = 1, days = 730 } = {}) {
  const random = mulberry32(seed);
  const histories = [];
  const spends = [];
  let sumLogGaps = 0;
  for (let i = 0; i < shoppers; i += 1) {
    const first = Math.floor(random() * days * 0.8);
    const rate = gamma(random, r) / alpha;
    const stays = beta(random, a, b);
    const boughtOn = [first];
    for (let at = first; random() >= stays;) {
      at += (gamma(random, k) / rate) * 7;
      if (at > days) break;
      const day = Math.max(Math.ceil(at), boughtOn.at(-1) + 1);
      if (day > days) break;
      sumLogGaps += Math.log((day - boughtOn.at(-1)) / 7);
      boughtOn.push(day);
    }
    histories.push({
      repeats: boughtOn.length - 1,
      lastWeeks: (boughtOn.at(-1) - first) / 7,
      ageWeeks: (days - first) / 7,
      count: 1,
    });
    const level = gamma(random, 4) / 15;
    spends.push({
      purchases: boughtOn.length,
      mean: gamma(random, 6 * boughtOn.length) / level / boughtOn.length,
      count: 1,
    });
  }
  return { histories, spends, sumLogGaps };
}

function mulberry32(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

function normal(random) {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

/** Marsaglia and Tsang 2000. */
function gamma(random, shape) {
  if (shape < 1) return gamma(random, shape + 1) * (1 - random()) ** (1 / shape);
  const d = shape - 1 / 3;
  const c = 1 / Math.sqrt(9 * d);
  for (;;) {
    const x = normal(random);
    const v = (1 + c * x) ** 3;
    if (v > 0 && Math.log(1 - random()) < 0.5 * x * x + d - d * v + d * Math.log(v)) return d * v;
  }
}

function beta(random, a, b) {
  const left = gamma(random, a);
  return left / (left + gamma(random, b));
}
