/* eslint-disable @typescript-eslint/no-non-null-assertion -- every index runs within its own array */
import gammaln from '@stdlib/math-base-special-gammaln';
import {
  historiesOf,
  sketchOf,
  sumByRepeats,
  typicalScale,
  type Cohort,
  type History,
} from './cohort.rules.js';
import { finished, type Work } from '../../shared/work.js';
import { maximise } from './maximise.rules.js';
import { hyp2f1, logAddExp, logBeta, logistic } from './special.rules.js';

/**
 * The family of beta-geometric models: while active, the gaps between a shopper's purchases are Erlang of shape k, with
 * a rate that is Gamma(r, α) over shoppers; after each purchase the shopper drops out with a probability that is
 * Beta(a, b) over them.
 *
 * - BG/NBD: k = 1, `dropoutAtFirst` 0: the first purchase is never the last (Fader, Hardie, Lee 2005).
 * - MBG/NBD: k = 1, `dropoutAtFirst` 1: it may be (Batislam, Denizel, Filiztekin 2007).
 * - BG/CNBD-k and MBG/CNBD-k: k > 1, purchases more regular than chance (Platzer, Reutterer 2016, "Ticking away the
 *   moments"; formulas as in their package BTYDplus).
 */
export interface BgModel {
  k: number;
  dropoutAtFirst: 0 | 1;
  r: number;
  /** α, in weeks. */
  alpha: number;
  a: number;
  b: number;
}

/** Close to a = 1 the formula of E[Y] is 0/0. The limit is smooth: a step aside is off by its own size at most. */
const STEP_FROM_ONE = 1e-6;
/** What is left out of a sum of probabilities. */
const NEGLIGIBLE = 1e-13;
const MOST_TERMS = 2_000_000;

/**
 * ln likelihood of a cohort. For k > 1 it holds the gaps (Σ ln gap), so that different k compare; the kernel has no
 * factorials of x, as published.
 */
export function logLikelihoodOfBg(cohort: Cohort, model: BgModel): number {
  const { k, dropoutAtFirst: d, r, alpha, a, b } = model;
  const { counts, repeatsAt, lastAt, ageAt, times, repeats } = cohort;
  const logTimes = times.map((weeks) => Math.log(alpha + weeks));
  const logLeaving = repeats.map((x) => (x + d === 0 ? -Infinity : Math.log(a / (b + x - 1 + d))));
  const zero = gammaln(r) + logBeta(a, b);
  const ofRepeats = sumByRepeats(
    cohort,
    (x) => gammaln(r + k * x) + logBeta(a, b + x + d) - zero - (k > 1 ? x * gammaln(k) : 0),
  );
  let ofTimes = 0;
  for (let i = 0; i < counts.length; i += 1) {
    const [at, last, age] = [repeatsAt[i]!, lastAt[i]!, ageAt[i]!];
    const shape = r + k * repeats[at]!;
    const gone = logLeaving[at]! + shape * (logTimes[age]! - logTimes[last]!);
    const alive = logWaiting(k, shape, (times[age]! - times[last]!) / (alpha + times[age]!));
    ofTimes += counts[i]! * (logAddExp(gone, alive) - shape * logTimes[age]!);
  }
  return (k - 1) * cohort.sumLogGaps + ofRepeats + cohort.shoppers * r * Math.log(alpha) + ofTimes;
}

export interface FittedBg {
  model: BgModel;
  logLikelihood: number;
}

/**
 * The parameters of greatest likelihood.
 *
 * @param near parameters to begin at besides the usual ones: those of a neighbouring k, or of yesterday
 */
export function fitBg(
  cohort: Cohort,
  shape: Pick<BgModel, 'k' | 'dropoutAtFirst'>,
  near?: BgModel,
): FittedBg {
  return finished(fittingBg(cohort, shape, near));
}

/** {@link fitBg} in turns. */
export function* fittingBg(
  cohort: Cohort,
  { k, dropoutAtFirst }: Pick<BgModel, 'k' | 'dropoutAtFirst'>,
  near?: BgModel,
): Work<FittedBg> {
  const modelOf = ([r = 1, alpha = 1, a = 1, b = 1]: readonly number[]): BgModel => ({
    k,
    dropoutAtFirst,
    r,
    alpha,
    a,
    b,
  });
  const scale = typicalScale(cohort) / k;
  const starts = [
    [1, scale, 1, 1],
    [0.3, scale, 0.6, 2.5],
  ];
  // α of a shape twice as regular is about half as long.
  const close = near && [[near.r, (near.alpha * near.k) / k, near.a, near.b]];
  const sketch = sketchOf(cohort);
  const { parameters, value } = yield* maximise({
    logLikelihood: (each) => logLikelihoodOfBg(cohort, modelOf(each)),
    sketched: sketch === cohort ? undefined : (each) => logLikelihoodOfBg(sketch, modelOf(each)),
    starts: close ?? starts,
  });
  return { model: modelOf(parameters), logLikelihood: value };
}

/**
 * Probability that the shopper still is active at the end of the observation: 1 / (1 + S1/S2), by its logarithm, as the
 * ratio itself overflows for frequent buyers.
 */
export function probabilityActiveOfBg(model: BgModel, { repeats: x, lastWeeks, ageWeeks }: History): number {
  const { k, dropoutAtFirst: d, r, alpha, a, b } = model;
  if (x + d === 0) return 1;
  const shape = r + k * x;
  const gone =
    Math.log(a / (b + x - 1 + d)) + shape * Math.log1p((ageWeeks - lastWeeks) / (alpha + lastWeeks));
  const alive = logWaiting(k, shape, (ageWeeks - lastWeeks) / (alpha + ageWeeks));
  return logistic(alive - gone);
}

/**
 * Expected purchase days within `weeks` after the observation, E[Y(t) | x, t_x, T]. Exact for k = 1. For k > 1 it is
 * BTYDplus's approximation by a BG/NBD of the same mean rate (α is k times as long); {@link biasOfBg} corrects it.
 *
 * Where a - 1 < r + x the published ₂F₁(r+x, b+x+d; a+b+x-1+d; z) grows without bound and is taken by Euler's
 * transform, whose power of 1-z cancels ((α+T)/(α+T+t))^(r+x) but for (1-z)^(a-1); else as it is published.
 */
export function expectedPurchasesOfBg(model: BgModel, history: History, weeks: number): number {
  if (weeks <= 0) return 0;
  const { k, dropoutAtFirst: d, r, alpha, b } = model;
  const { repeats: x, ageWeeks } = history;
  const a = Math.abs(model.a - 1) < STEP_FROM_ONE ? 1 + STEP_FROM_ONE : model.a;
  const c = a + b + x - 1 + d;
  const z = weeks / (k * alpha + ageWeeks + weeks);
  const shape = r + x;
  const rest =
    a - 1 < shape
      ? Math.exp((a - 1) * Math.log1p(-z)) * hyp2f1(c - shape, a - 1, c, z)
      : Math.exp(shape * Math.log1p(-z)) * hyp2f1(shape, b + x + d, c, z);
  // Zero times infinity: both a and x in the thousands. What is left of the time then is all but the whole.
  if (!Number.isFinite(rest)) return (c / (a - 1)) * probabilityActiveOfBg(model, history);
  return Math.max(0, (c / (a - 1)) * (1 - rest)) * probabilityActiveOfBg(model, history);
}

/**
 * Expected purchase days within `weeks` after a first purchase, for a shopper of whom nothing else is known: Σ over
 * x >= 1 of P(not dropped out before) · P(N(t) >= x). Exact for every k.
 */
export function meanPurchasesOfBg(model: BgModel, weeks: number): number {
  const { k, dropoutAtFirst: d, a, b } = model;
  const tails = tailsOf(model, weeks);
  let expected = 0;
  let staying = d === 0 ? 1 : b / (a + b);
  for (let x = 1; k * x < tails.length; x += 1) {
    expected += staying * tails[k * x]!;
    staying *= (b + x - 1 + d) / (a + b + x - 1 + d);
  }
  return expected;
}

/** P(X(t) = x): exactly `repeats` purchase days within `weeks` after the first purchase. */
export function probabilityOfRepeats(model: BgModel, repeats: number, weeks: number): number {
  const { k, dropoutAtFirst: d, a, b } = model;
  const tails = tailsOf(model, weeks, k * (repeats + 1));
  const tailAt = (x: number): number => tails[k * x] ?? 0;
  const log = logBeta(a, b);
  const stayed = Math.exp(logBeta(a, b + repeats + d) - log);
  const left = repeats + d === 0 ? 0 : Math.exp(logBeta(a + 1, b + repeats - 1 + d) - log);
  return stayed * (tailAt(repeats) - tailAt(repeats + 1)) + left * tailAt(repeats);
}

/**
 * What the approximation of {@link expectedPurchasesOfBg} is to be multiplied by, so that a whole cohort comes to the
 * exact expectation: Σ (E[X(T+t)] - E[X(T)]) / Σ E[Y(t)], as in BTYDplus. 1 where nothing needs it: k = 1, or a cohort
 * too small to stand for the clientele.
 */
export function biasOfBg(model: BgModel, cohort: Cohort, weeks: number, leastShoppers = 100): number {
  if (model.k === 1 || cohort.shoppers < leastShoppers) return 1;
  const exact = new Map<number, number>();
  let [expected, approximate] = [0, 0];
  for (const history of historiesOf(sketchOf(cohort))) {
    const { ageWeeks, count } = history;
    const rise =
      exact.get(ageWeeks) ?? meanPurchasesOfBg(model, ageWeeks + weeks) - meanPurchasesOfBg(model, ageWeeks);
    exact.set(ageWeeks, rise);
    expected += count * rise;
    approximate += count * expectedPurchasesOfBg(model, history, weeks);
  }
  return approximate > 0 ? expected / approximate : 1;
}

/** ln S2, S2 = 1 + Σ over j = 1 … k-1 of shape·(shape+1)···(shape+j-1)·shareʲ/j!, for Erlang gaps under way. */
function logWaiting(k: number, shape: number, share: number): number {
  if (k === 1) return 0;
  let [sum, term] = [1, 1];
  for (let j = 1; j < k; j += 1) {
    term *= ((shape + j - 1) * share) / j;
    sum += term;
  }
  return Math.log(sum);
}

/** P(N(t) >= j), j = 0, 1, …, of the negative binomial that counts steps of the Erlang gaps; summed from the small end. */
function tailsOf({ r, alpha }: BgModel, weeks: number, atLeast = 0): Float64Array {
  const share = weeks / (alpha + weeks);
  const steps: number[] = [];
  let step = Math.exp(r * Math.log1p(-share));
  const mean = (r * weeks) / alpha;
  while (steps.length < MOST_TERMS) {
    steps.push(step);
    const j = steps.length;
    step *= ((r + j - 1) / j) * share;
    if (j > atLeast && j > mean && step < NEGLIGIBLE * (1 - share)) break;
  }
  const tails = Float64Array.from(steps);
  for (let j = tails.length - 2; j >= 0; j -= 1) tails[j]! += tails[j + 1]!;
  return tails;
}
