import normalCdf from '@stdlib/stats-base-dists-normal-cdf';
import tCdf from '@stdlib/stats-base-dists-t-cdf';
import tQuantile from '@stdlib/stats-base-dists-t-quantile';

/** Sums over the shoppers of one arm: of an outcome, and of the same before the offer, which explains part of it. */
export interface Moments {
  shoppers: number;
  sum: number;
  sumOfSquares: number;
  sumBefore: number;
  sumOfSquaresBefore: number;
  sumOfProducts: number;
}

/** Mean of an arm, and the variance between its shoppers. */
export interface Arm {
  shoppers: number;
  mean: number;
  variance: number;
}

/** How much more a shopper of one arm comes to than one of the other. */
export interface Difference {
  /** Shoppers of both arms. */
  shoppers: number;
  difference: number;
  standardError: number;
  degreesOfFreedom: number;
}

export interface Interval {
  low: number;
  high: number;
}

/**
 * At how many shoppers the always-valid interval is narrowest against a fixed one; it holds at any other number too.
 * 5,000 is what GrowthBook takes.
 */
const TUNED_TO_SHOPPERS = 5_000;

/** @returns undefined for an arm of less than two shoppers, of which nothing varies */
export function armOf({ shoppers, sum, sumOfSquares }: Moments): Arm | undefined {
  if (shoppers < 2) return undefined;
  return { shoppers, mean: sum / shoppers, variance: covariance(shoppers, sum, sum, sumOfSquares) };
}

/** An arm in which `successes` of the shoppers did something. */
export function armOfShare(shoppers: number, successes: number): Arm | undefined {
  if (shoppers < 2) return undefined;
  const mean = successes / shoppers;
  return { shoppers, mean, variance: mean * (1 - mean) };
}

/**
 * Both arms with what the time before explains taken out (CUPED, Deng et al. 2013): Y - theta (X - E X), with one theta
 * and one E X of both arms together, so that the difference stays what it was in expectation. `explained` is the share
 * of the variance that goes.
 */
export function adjusted(
  treated: Moments,
  control: Moments,
): { treated: Arm; control: Arm; explained: number } | undefined {
  const [raw, rawControl] = [armOf(treated), armOf(control)];
  if (raw === undefined || rawControl === undefined) return undefined;
  const arms = [treated, control];
  const spreadBefore = total(arms, (arm) => arm.shoppers * varianceBefore(arm));
  const theta = spreadBefore > 0 ? total(arms, (arm) => arm.shoppers * together(arm)) / spreadBefore : 0;
  const meanBefore = total(arms, (arm) => arm.sumBefore) / total(arms, (arm) => arm.shoppers);
  const adjust = (arm: Arm, moments: Moments): Arm => ({
    shoppers: arm.shoppers,
    mean: arm.mean - theta * (moments.sumBefore / arm.shoppers - meanBefore),
    variance: Math.max(
      0,
      arm.variance + theta ** 2 * varianceBefore(moments) - 2 * theta * together(moments),
    ),
  });
  const [left, leftControl] = [adjust(raw, treated), adjust(rawControl, control)];
  const spread = ({ shoppers, variance }: Arm): number => variance / shoppers;
  const before = spread(raw) + spread(rawControl);
  const explained = before > 0 ? Math.max(0, 1 - (spread(left) + spread(leftControl)) / before) : 0;
  return { treated: left, control: leftControl, explained };
}

/** The difference of two means, and how far it may be off (Welch). */
export function differenceOf(treated: Arm, control: Arm): Difference {
  const [a, b] = [treated.variance / treated.shoppers, control.variance / control.shoppers];
  return {
    shoppers: treated.shoppers + control.shoppers,
    difference: treated.mean - control.mean,
    standardError: Math.sqrt(a + b),
    degreesOfFreedom: welch(a, treated.shoppers, b, control.shoppers),
  };
}

/**
 * The same as a share of the control's mean, by the delta method.
 *
 * @returns undefined where the control's mean is not above nought, of which no share can be said
 */
export function relativeDifferenceOf(treated: Arm, control: Arm): Difference | undefined {
  if (control.mean <= 0) return undefined;
  const a = treated.variance / (treated.shoppers * control.mean ** 2);
  const b = (treated.mean ** 2 * control.variance) / (control.shoppers * control.mean ** 4);
  return {
    shoppers: treated.shoppers + control.shoppers,
    difference: treated.mean / control.mean - 1,
    standardError: Math.sqrt(a + b),
    degreesOfFreedom: welch(
      treated.variance / treated.shoppers,
      treated.shoppers,
      control.variance / control.shoppers,
      control.shoppers,
    ),
  };
}

/** The interval that is right for somebody who looks once, on a day fixed beforehand (Student). */
export function fixedInterval(
  { difference, standardError, degreesOfFreedom }: Difference,
  alpha = 0.05,
): Interval {
  if (standardError === 0) return { low: difference, high: difference };
  const half = tQuantile(1 - alpha / 2, degreesOfFreedom) * standardError;
  return { low: difference - half, high: difference + half };
}

/** How likely chance alone brings a difference this large, for somebody who looks once. */
export function fixedPValue({ difference, standardError, degreesOfFreedom }: Difference): number {
  if (standardError === 0) return difference === 0 ? 1 : 0;
  return 2 * tCdf(-Math.abs(difference / standardError), degreesOfFreedom);
}

/**
 * The interval that is right however often one looks, and whenever one stops (asymptotic confidence sequence,
 * Waudby-Smith et al. 2021, arXiv 2103.06476, equation 9, as GrowthBook has it).
 */
export function alwaysValidInterval(
  estimate: Difference,
  { alpha = 0.05, tunedTo = TUNED_TO_SHOPPERS } = {},
): Interval {
  const { shoppers, difference, standardError } = estimate;
  const rho = rhoOf(alpha, tunedTo);
  const grown = shoppers * rho ** 2 + 1;
  const half =
    standardError *
    Math.sqrt(shoppers) *
    Math.sqrt(((2 * grown) / (shoppers * rho) ** 2) * Math.log(Math.sqrt(grown) / alpha));
  return { low: difference - half, high: difference + half };
}

/** The p-value that goes with `alwaysValidInterval` at its usual level: below alpha exactly where that leaves out nought. */
export function alwaysValidPValue({ shoppers, difference, standardError }: Difference): number {
  if (standardError === 0) return difference === 0 ? 1 : 0;
  const rho = rhoOf(0.05, TUNED_TO_SHOPPERS);
  const grown = shoppers * rho ** 2 + 1;
  const evidence = (shoppers * difference ** 2) / standardError ** 2;
  return Math.min(1, Math.sqrt(grown) * Math.exp((-(rho ** 2) * evidence) / (2 * grown)));
}

/**
 * How likely chance alone moves as many shoppers between the arms as are missing from one of them. Below 0.001 the
 * assignment, or what is counted of it, is broken, and no difference means anything.
 *
 * @param expected sum over the shoppers of how likely each was to be held out
 * @param variance sum of p (1 - p) over the same; with one p for all, this is the chi-squared test
 */
export function sampleRatioPValue(heldOut: number, expected: number, variance: number): number {
  if (variance <= 0) return heldOut === expected ? 1 : 0;
  return 2 * normalCdf(-Math.abs(heldOut - expected) / Math.sqrt(variance), 0, 1);
}

/**
 * What the differences are once each is drawn towards their common mean by how little is known of it (empirical Bayes
 * with a normal prior, its variance by DerSimonian and Laird): the best of many is best partly by luck.
 */
export function shrunk(estimates: readonly Pick<Difference, 'difference' | 'standardError'>[]): number[] {
  const known = estimates
    .filter(({ standardError }) => standardError > 0)
    .map(({ difference, standardError }) => ({ difference, weight: standardError ** -2 }));
  if (known.length < 3) return estimates.map(({ difference }) => difference);
  const weight = total(known, (each) => each.weight);
  const mean = total(known, (each) => each.weight * each.difference) / weight;
  const scatter = total(known, (each) => each.weight * (each.difference - mean) ** 2);
  const freed = weight - total(known, (each) => each.weight ** 2) / weight;
  const between = Math.max(0, (scatter - (known.length - 1)) / freed);
  return estimates.map(({ difference, standardError }) => {
    const own = between + standardError ** 2;
    return own === 0 ? difference : mean + (between / own) * (difference - mean);
  });
}

/** Of all that are called found at this level or a lower one, at most this share is chance's (Benjamini and Hochberg). */
export function falseDiscoveryRates(pValues: readonly number[]): number[] {
  const ranked = pValues.map((p, index) => ({ p, index })).sort((a, b) => b.p - a.p);
  const rates = pValues.map(() => 1);
  let least = 1;
  ranked.forEach(({ p, index }, place) => {
    least = Math.min(least, (p * pValues.length) / (pValues.length - place));
    rates[index] = least;
  });
  return rates;
}

function rhoOf(alpha: number, tunedTo: number): number {
  const level = -2 * Math.log(alpha);
  return Math.sqrt((level + Math.log(level + 1)) / tunedTo);
}

/** Degrees of freedom of Welch and Satterthwaite; endless where nothing varies. */
function welch(a: number, shoppers: number, b: number, others: number): number {
  const spread = a ** 2 / (shoppers - 1) + b ** 2 / (others - 1);
  return spread === 0 ? Number.POSITIVE_INFINITY : (a + b) ** 2 / spread;
}

function covariance(count: number, sumX: number, sumY: number, sumOfProducts: number): number {
  return (sumOfProducts - (sumX * sumY) / count) / (count - 1);
}

function varianceBefore({ shoppers, sumBefore, sumOfSquaresBefore }: Moments): number {
  return covariance(shoppers, sumBefore, sumBefore, sumOfSquaresBefore);
}

function together({ shoppers, sum, sumBefore, sumOfProducts }: Moments): number {
  return covariance(shoppers, sum, sumBefore, sumOfProducts);
}

function total<T>(of: readonly T[], value: (each: T) => number): number {
  return of.reduce((sum, each) => sum + value(each), 0);
}
