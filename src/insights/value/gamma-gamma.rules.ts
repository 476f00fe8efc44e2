import gammaln from '@stdlib/math-base-special-gammaln';
import { finished, type Work } from '../../shared/work.js';
import { maximise } from './maximise.rules.js';

/**
 * Gamma-Gamma (Colombo, Jiang 1999; Fader, Hardie 2013): a shopper's spend per purchase day is Gamma(p, ν), with a rate
 * ν that is Gamma(q, v) over shoppers. It does not depend on how often they buy. v in the unit of the spends.
 */
export interface GammaGamma {
  p: number;
  q: number;
  v: number;
}

/** So many shoppers who spent `mean` on average of `purchases` purchase days. */
export interface Spend {
  purchases: number;
  mean: number;
  count: number;
}

/** Fewer spenders than this teach nothing about how spends differ. */
const LEAST_SPENDERS = 10;

/** What a likelihood needs of all spenders, gathered once. */
interface Spends {
  list: readonly Spend[];
  byPurchases: Map<number, number>;
  spenders: number;
  /** Σ x ln z, Σ ln z, Σ x ln x. */
  weightedLogMeans: number;
  logMeans: number;
  logPurchases: number;
}

/**
 * ln likelihood of those who spent anything on at least one purchase day.
 *
 * @throws RangeError where a spend is not more than nothing
 */
export function logLikelihoodOfGammaGamma(spends: readonly Spend[], model: GammaGamma): number {
  return logLikelihood(gathered(spends), model);
}

interface FittedGammaGamma {
  model: GammaGamma;
  logLikelihood: number;
}

/** The parameters of greatest likelihood; `undefined` when fewer than ten shoppers spent anything. */
export function fitGammaGamma(spends: readonly Spend[]): FittedGammaGamma | undefined {
  return finished(fittingGammaGamma(spends));
}

/** {@link fitGammaGamma} in turns. */
export function* fittingGammaGamma(spends: readonly Spend[]): Work<FittedGammaGamma | undefined> {
  const all = gathered(spends);
  if (all.spenders < LEAST_SPENDERS) return undefined;
  const modelOf = ([p = 1, q = 1, v = 1]: readonly number[]): GammaGamma => ({ p, q, v });
  const typical = Math.exp(all.logMeans / all.spenders);
  const { parameters, value } = yield* maximise({
    logLikelihood: (each) => logLikelihood(all, modelOf(each)),
    starts: [
      [2, 3, typical],
      [6, 4, typical / 2],
    ],
  });
  return { model: modelOf(parameters), logLikelihood: value };
}

/**
 * Expected spend per purchase day, E[M | z, x] = p (v + x z) / (p x + q - 1): the shopper's own mean, drawn to that of
 * the clientele the more the fewer purchases there are. Of `purchases` 0 it is the clientele's.
 */
export function expectedSpend({ p, q, v }: GammaGamma, purchases: number, mean: number): number {
  // A tail so heavy that it has no mean: then the shopper's own is all there is.
  const weight = p * purchases + q - 1;
  if (weight <= 0) return mean;
  return (p * (v + purchases * mean)) / weight;
}

function gathered(spends: readonly Spend[]): Spends {
  const byPurchases = new Map<number, number>();
  const sums = { spenders: 0, weightedLogMeans: 0, logMeans: 0, logPurchases: 0 };
  for (const { purchases, mean, count } of spends) {
    if (!(purchases > 0 && mean > 0)) throw new RangeError(`no spend: ${mean} on ${purchases} purchase days`);
    byPurchases.set(purchases, (byPurchases.get(purchases) ?? 0) + count);
    sums.spenders += count;
    sums.weightedLogMeans += count * purchases * Math.log(mean);
    sums.logMeans += count * Math.log(mean);
    sums.logPurchases += count * purchases * Math.log(purchases);
  }
  return { list: spends, byPurchases, ...sums };
}

/** Σ of lnΓ(px+q) - lnΓ(px) - lnΓ(q) + q ln v + (px-1) ln z + px ln x - (px+q) ln(xz+v). */
function logLikelihood(spends: Spends, { p, q, v }: GammaGamma): number {
  let sum =
    spends.spenders * (q * Math.log(v) - gammaln(q)) +
    p * (spends.weightedLogMeans + spends.logPurchases) -
    spends.logMeans;
  for (const [x, count] of spends.byPurchases) sum += count * (gammaln(p * x + q) - gammaln(p * x));
  for (const { purchases: x, mean, count } of spends.list) {
    sum -= count * (p * x + q) * Math.log(x * mean + v);
  }
  return sum;
}
