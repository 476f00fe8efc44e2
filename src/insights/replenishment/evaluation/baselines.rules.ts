import { logOfCount } from '../model/numbers.rules.js';
import type { Items } from '../model/population.rules.js';
import type { ShopperModel, Visit } from '../model/shopper.rules.js';
import type { DayNumber } from '../model/calendar.rules.js';

/** Names as the report has them. */
export const BASELINES = ['personalFrequency', 'poissonGamma', 'betaBinomial'] as const;
export type Baseline = (typeof BASELINES)[number];

/** Items whose repeat customers are too few for a Gamma of their own lean on all of them by so many. */
const RATES_LEANT_ON = 10;
const USUAL_VISIT_DAYS = 7;
/** Purchases a day. */
const LEAST_RATE = 1e-4;

/**
 * The prior of the Poisson-Gamma (Bhagat et al., "Buy It Again", KDD 2018): a Gamma by maximum likelihood over the
 * purchase rates a day of each item's repeat customers, and the share of its customers who came back to it.
 */
export interface RatePriors {
  shape: Float64Array;
  rate: Float64Array;
  repeatShare: Float64Array;
}

/** @param shoppers histories up to the cut, ascending */
export function fitRates(shoppers: readonly (readonly Visit[])[], itemCount: number): RatePriors {
  const sums = Array.from({ length: itemCount + 1 }, () => ({ n: 0, sum: 0, logs: 0, customers: 0 }));
  const overall = sums[itemCount] as (typeof sums)[number];
  for (const visits of shoppers) {
    const last = visits.at(-1)?.day ?? 0;
    for (const [item, { first, purchases }] of countsOf(visits)) {
      for (const each of [sums[item] as typeof overall, overall]) {
        each.customers += 1;
        if (purchases < 2) continue;
        const perDay = purchases / Math.max(1, last - first);
        each.n += 1;
        each.sum += perDay;
        each.logs += Math.log(perDay);
      }
    }
  }
  const shape = new Float64Array(itemCount);
  const rate = new Float64Array(itemCount);
  const repeatShare = new Float64Array(itemCount);
  for (let item = 0; item < itemCount; item += 1) {
    const { n, sum, logs, customers } = sums[item] as typeof overall;
    const weight = RATES_LEANT_ON / Math.max(1, overall.n);
    const count = n + RATES_LEANT_ON;
    const mean = Math.max(LEAST_RATE, (sum + weight * overall.sum) / count);
    shape[item] = gammaShape(Math.log(mean) - (logs + weight * overall.logs) / count);
    rate[item] = (shape[item] as number) / mean;
    repeatShare[item] =
      (n + (RATES_LEANT_ON * overall.n) / Math.max(1, overall.customers)) / (customers + RATES_LEANT_ON);
  }
  return { shape, rate, repeatShare };
}

/**
 * The shape of a Gamma of which ln of the mean exceeds the mean of ln by `spread`, by maximum likelihood within 1.5 %
 * (Minka, "Estimating a Gamma distribution", 2002, the closed form his iteration begins with).
 */
function gammaShape(spread: number): number {
  const s = Math.max(1e-6, spread);
  return (3 - s + Math.sqrt((s - 3) ** 2 + 24 * s)) / (12 * s);
}

function countsOf(visits: readonly Visit[]): Map<number, { first: DayNumber; purchases: number }> {
  const counts = new Map<number, { first: DayNumber; purchases: number }>();
  for (const { day, items } of visits) {
    for (const item of items) {
      const known = counts.get(item);
      if (known === undefined) counts.set(item, { first: day, purchases: 1 });
      else known.purchases += 1;
    }
  }
  return counts;
}

/** Share of the shopper's visits so far on which the item was bought (P-TopFreq), by Laplace's half. */
export function personalFrequency({ habits, rhythm }: ShopperModel, habit: number): number {
  return (habits.purchases(habit) + 0.5) / (rhythm.visits + 1);
}

/** (k - 1 + s·m) / (visits since the first + s). */
export function betaBinomial(
  { habits, rhythm }: ShopperModel,
  habit: number,
  items: Items,
  item: number,
): number {
  const repeats = habits.purchases(habit) - 1;
  const since = Math.max(repeats, rhythm.visits - habits.firstVisit(habit));
  return (repeats + items.strength * (items.share[item] as number)) / (since + items.strength);
}

/**
 * Modified Poisson-Gamma (same paper): the rate is highest when the shopper's mean gap has passed; once two have, it
 * is the plain one. With t since the last purchase, T between the first and the last and g the mean gap:
 * λ = (k + a) / (T + 2 |g - t| + b), from t = 2g on (k + a) / (T + t + b); repeat share · (1 - e^(-λ·days a visit)).
 *
 * @param firstDay of the item's first purchase
 */
export function poissonGamma(
  { habits, rhythm }: ShopperModel,
  habit: number,
  priors: RatePriors,
  item: number,
  firstDay: DayNumber,
  day: DayNumber,
): number {
  const purchases = habits.purchases(habit);
  const elapsed = day - habits.lastDay(habit);
  const between = habits.lastDay(habit) - firstDay;
  const meanGap = purchases > 1 ? between / (purchases - 1) : 0;
  const exposure = elapsed < 2 * meanGap ? between + 2 * Math.abs(meanGap - elapsed) : between + elapsed;
  const perDay = (purchases + (priors.shape[item] as number)) / (exposure + (priors.rate[item] as number));
  const visitDays = rhythm.visitEveryDays ?? USUAL_VISIT_DAYS;
  return (priors.repeatShare[item] as number) * -Math.expm1(-perDay * visitDays);
}

/** ln of a count, for callers that break ties by it. */
export function popularityOf(shoppers: readonly (readonly Visit[])[], itemCount: number): Float64Array {
  const counts = new Float64Array(itemCount);
  for (const visits of shoppers) {
    for (const { items } of visits) for (const item of items) counts[item] = (counts[item] as number) + 1;
  }
  return counts.map((count) => logOfCount(1 + count));
}
