// Rules as marketers write them, and shoppers to ask them about. All from one seed.

export const STORES = 50;
const CATEGORIES = Array.from({ length: 40 }, (_, index) => `category ${index}`);
const TIERS = ['none', 'bronze', 'silver', 'gold'];
const LOCALES = ['en-GB', 'de-DE', 'fr-FR', 'it-IT', 'es-ES', 'nl-NL'];
const KINDS = ['entrance', 'aisle', 'department', 'service', 'checkout'];
const CITIES = Array.from({ length: 30 }, (_, index) => `city ${index}`);
const BRANDS = Array.from({ length: 12 }, (_, index) => `brand ${index}`);
const NOW = Date.parse('2026-03-02T16:20:00Z');
const DAY_MS = 86_400_000;

/** Xorshift32: the same draws for the same seed, on every machine. */
export function drawsOf(seed) {
  let state = seed >>> 0 || 1;
  const next = () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
  const whole = (below) => Math.floor(next() * below);
  const one = (list) => list[whole(list.length)];
  const some = (list, count) => [...new Set(Array.from({ length: count }, () => one(list)))];
  return { next, whole, one, some };
}

const order = (draws, least, most, step = 1) => {
  const at = () => least + draws.whole((most - least) / step) * step;
  const operator = draws.one(['<', '<=', '>', '>=', 'between']);
  const [one, other] = [at(), at()];
  return { operator, value: operator === 'between' ? [Math.min(one, other), Math.max(one, other)] : one };
};
const choice = (draws, list) => {
  const operator = draws.one(['=', '=', 'in', 'in', '!=', 'notIn']);
  const value = operator === '=' || operator === '!=' ? draws.one(list) : draws.some(list, 3);
  return { operator, value };
};
const ofAttribute = (name) => ({ field: 'shopper.attributes', of: { name } });
const ofCategory = (draws, field) => ({ field, of: { category: draws.one(CATEGORIES) } });

/** Each makes a condition on another thing. */
const TOPICS = [
  (draws) => ({ field: 'zone.id', ...choice(draws, zonesOf()) }),
  (draws) => ({ field: 'zone.kind', ...choice(draws, KINDS) }),
  (draws) => ({ field: 'zone.categories', operator: 'contains', value: draws.one(CATEGORIES) }),
  (draws) => ({ field: 'zone.dwellSeconds', ...order(draws, 5, 240, 5) }),
  (draws) => ({ field: 'visit.seconds', ...order(draws, 30, 3_600, 30) }),
  (draws) => ({ field: 'time.hour', ...order(draws, 7, 21) }),
  (draws) => ({ field: 'time.weekday', ...order(draws, 1, 7) }),
  (draws) => ({ field: 'loyalty.tier', ...choice(draws, TIERS) }),
  (draws) => ({ field: 'loyalty.points', ...order(draws, 0, 5_000, 10) }),
  (draws) => ({ field: 'shopper.locale', ...choice(draws, LOCALES) }),
  (draws) => ({ field: 'visits.count', ...order(draws, 0, 120) }),
  (draws) => ({ field: 'visits.daysSinceLast', ...order(draws, 0, 60) }),
  (draws) => ({ ...ofAttribute('city'), ...choice(draws, CITIES) }),
  (draws) => ({ ...ofAttribute('age'), ...order(draws, 18, 90) }),
  (draws) => ({ ...ofAttribute('vegan'), operator: '=', value: draws.next() < 0.5 }),
  (draws) => ({ ...ofAttribute('interests'), operator: 'contains', value: draws.one(BRANDS) }),
  (draws) => ({ ...ofCategory(draws, 'replenishment.purchases'), ...order(draws, 0, 20) }),
  (draws) => ({ ...ofCategory(draws, 'replenishment.daysSinceLast'), ...order(draws, 0, 60) }),
];

function zonesOf() {
  return Array.from({ length: 20 }, (_, index) => `zone ${index}`);
}

/** 3 to 8 conditions, all of which have to hold; in the mixed shop the first of them names a store. */
export function rulesOf(count, { mixed, seed }) {
  const draws = drawsOf(seed);
  return Array.from({ length: count }, () => {
    const size = 3 + draws.whole(6);
    const topics = new Set();
    while (topics.size < size - (mixed ? 1 : 0)) topics.add(draws.whole(TOPICS.length));
    const asked = [...topics].map((topic) => TOPICS[topic](draws));
    const store = { field: 'store.id', operator: '=', value: `store ${draws.whole(STORES)}` };
    return { combinator: 'and', rules: mixed ? [store, ...asked] : asked };
  });
}

/** Moments as a decision has them, of shoppers of whom everything is known that the rules ask. */
export function momentsOf(count, { seed }) {
  const draws = drawsOf(seed);
  return Array.from({ length: count }, (_, index) => ({
    at: NOW,
    on: 'zoneEntered',
    local: {
      isoWeekday: 1 + draws.whole(7),
      minuteOfDay: 980,
      hour: 7 + draws.whole(14),
      date: '2026-03-02',
      monthDay: '03-02',
    },
    storeId: `store ${draws.whole(STORES)}`,
    visitId: `visit ${index}`,
    visitSeconds: draws.whole(3_600),
    zone: { zoneId: draws.one(zonesOf()), kind: draws.one(KINDS), categories: draws.some(CATEGORIES, 4) },
    dwellSeconds: draws.whole(240),
    shopper: shopperOf(index, draws),
  }));
}

function shopperOf(index, draws) {
  return {
    shopperId: `shopper ${index}`,
    locale: draws.one(LOCALES),
    homeStoreId: `store ${draws.whole(STORES)}`,
    attributes: {
      city: draws.one(CITIES),
      age: 18 + draws.whole(72),
      vegan: draws.next() < 0.2,
      interests: draws.some(BRANDS, 4),
    },
    loyalty: { tier: draws.one(TIERS), points: draws.whole(5_000) },
    consents: { location: true, profiling: true, push: true, clienteling: true },
    preferences: { mutedCategories: [] },
    activity: {
      visits: draws.whole(120),
      firstVisitAt: NOW - 900 * DAY_MS,
      lastVisitAt: NOW - draws.whole(60 * 24) * 3_600_000,
    },
    replenishment: new Map(CATEGORIES.map((category) => [category, historyOf(draws)])),
    mainBrands: new Map(),
  };
}

function historyOf(draws) {
  const purchases = 1 + draws.whole(20);
  return {
    state: {
      purchases,
      firstPurchasedAt: NOW - 600 * DAY_MS,
      lastPurchasedAt: NOW - draws.whole(60 * 24) * 3_600_000,
      visitsAtFirst: 1,
      sumLogGap: (purchases - 1) * 3,
      sumLogGapSquared: (purchases - 1) * 9.5,
    },
    prior: { logGapMean: 3, logGapBetween: 0.5, logGapWithin: 0.5, visitShare: 0.1, visitStrength: 10 },
  };
}
