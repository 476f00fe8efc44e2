/* eslint-disable @typescript-eslint/no-non-null-assertion -- every index runs within its own array */
import gammaln from '@stdlib/math-base-special-gammaln';
import { sketchOf, sumByRepeats, typicalScale, type Cohort, type History } from './cohort.rules.js';
import { finished } from '../../shared/work.js';
import { maximise } from './maximise.rules.js';
import { hyp2f1One, logAddExp, logSubtractExp, logistic, saturation } from './special.rules.js';

/**
 * Pareto/NBD (Schmittlein, Morrison, Colombo 1987): while active a shopper buys at random with a rate that is
 * Gamma(r, α) over shoppers, and drops out at any moment with a rate that is Gamma(s, β). α and β in weeks.
 */
export interface ParetoNbd {
  r: number;
  alpha: number;
  s: number;
  beta: number;
}

/** ln likelihood of a cohort; the kernel without factorials of x, as published. */
export function logLikelihoodOfPareto(cohort: Cohort, model: ParetoNbd): number {
  const { r, alpha, s, beta } = model;
  const { counts, repeatsAt, lastAt, ageAt, times, repeats } = cohort;
  const zero = gammaln(r);
  let ofTimes = 0;
  for (let i = 0; i < counts.length; i += 1) {
    const x = repeats[repeatsAt[i]!]!;
    const age = times[ageAt[i]!]!;
    const alive = -(r + x) * Math.log(alpha + age) - s * Math.log(beta + age);
    ofTimes += counts[i]! * logAddExp(alive, logGone(model, x, times[lastAt[i]!]!, age));
  }
  return (
    ofTimes +
    sumByRepeats(cohort, (x) => gammaln(r + x) - zero) +
    cohort.shoppers * (r * Math.log(alpha) + s * Math.log(beta))
  );
}

/** The parameters of greatest likelihood. */
export function fitPareto(cohort: Cohort): { model: ParetoNbd; logLikelihood: number } {
  const modelOf = ([r = 1, alpha = 1, s = 1, beta = 1]: readonly number[]): ParetoNbd => ({
    r,
    alpha,
    s,
    beta,
  });
  const scale = typicalScale(cohort);
  const sketch = sketchOf(cohort);
  const { parameters, value } = finished(
    maximise({
      logLikelihood: (each) => logLikelihoodOfPareto(cohort, modelOf(each)),
      sketched: sketch === cohort ? undefined : (each) => logLikelihoodOfPareto(sketch, modelOf(each)),
      starts: [
        [1, scale, 1, scale],
        [0.5, 2 * scale, 0.5, 2 * scale],
      ],
    }),
  );
  return { model: modelOf(parameters), logLikelihood: value };
}

/** Probability that the shopper still is active at the end of the observation. */
export function probabilityActiveOfPareto(
  model: ParetoNbd,
  { repeats, lastWeeks, ageWeeks }: History,
): number {
  const { r, alpha, s, beta } = model;
  const alive = -(r + repeats) * Math.log(alpha + ageWeeks) - s * Math.log(beta + ageWeeks);
  return logistic(alive - logGone(model, repeats, lastWeeks, ageWeeks));
}

/** Expected purchase days within `weeks` after the observation, E[Y(t) | x, t_x, T]. */
export function expectedPurchasesOfPareto(model: ParetoNbd, history: History, weeks: number): number {
  const { r, alpha, s, beta } = model;
  const { repeats, ageWeeks } = history;
  const rate = ((r + repeats) * (beta + ageWeeks)) / (alpha + ageWeeks);
  const within = saturation(s - 1, Math.log1p(weeks / (beta + ageWeeks)));
  return rate * within * probabilityActiveOfPareto(model, history);
}

/** Expected purchase days within `weeks` after a first purchase, for a shopper of whom nothing else is known. */
export function meanPurchasesOfPareto({ r, alpha, s, beta }: ParetoNbd, weeks: number): number {
  return ((r * beta) / alpha) * saturation(s - 1, Math.log1p(weeks / beta));
}

/** ln of s ∫ from t_x to T of (α+τ)^-(r+x) (β+τ)^-(s+1) dτ: the shopper dropped out somewhere in between. */
function logGone(model: ParetoNbd, x: number, lastWeeks: number, ageWeeks: number): number {
  return (
    Math.log(model.s) + logSubtractExp(logGoneAfter(model, x, lastWeeks), logGoneAfter(model, x, ageWeeks))
  );
}

/**
 * ln of the same integral from `weeks` to ∞, without s. With m the greater of α and β, q the exponent at the lesser and
 * z = |α-β|/(m+t) it is (m+t)^-(r+s+x) / (r+s+x) · ₂F₁(r+s+x, q; r+s+x+1; z); by Euler's transform
 * ₂F₁ = (1-z)^(1-q) ₂F₁(1, r+s+x+1-q; r+s+x+1; z). All in logarithms: the powers overflow from x of about 300 on.
 */
function logGoneAfter({ r, alpha, s, beta }: ParetoNbd, x: number, weeks: number): number {
  const all = r + s + x;
  const [most, least, exponent] = alpha >= beta ? [alpha, beta, s + 1] : [beta, alpha, r + x];
  const far = most + weeks;
  const series = hyp2f1One(all + 1 - exponent, all + 1, (most - least) / far);
  return (
    (1 - exponent) * Math.log((least + weeks) / far) - all * Math.log(far) - Math.log(all) + Math.log(series)
  );
}
