/* eslint-disable @typescript-eslint/no-non-null-assertion -- every index runs within its own array */
import gammaln from '@stdlib/math-base-special-gammaln';
import { sumByRepeats, typicalScale, type Cohort, type History } from './cohort.rules.js';
import { finished } from '../../shared/work.js';
import { maximise } from './maximise.rules.js';

/** Negative binomial: nobody ever drops out (Ehrenberg 1959). The floor that the other models must beat. α in weeks. */
export interface Nbd {
  r: number;
  alpha: number;
}

/** ln likelihood of a cohort; the kernel without factorials of x, so that it compares with the other models. */
export function logLikelihoodOfNbd(cohort: Cohort, { r, alpha }: Nbd): number {
  const zero = gammaln(r);
  let sum = cohort.shoppers * r * Math.log(alpha) + sumByRepeats(cohort, (x) => gammaln(r + x) - zero);
  const { counts, repeatsAt, ageAt, repeats } = cohort;
  const logAges = cohort.times.map((weeks) => Math.log(alpha + weeks));
  for (let i = 0; i < counts.length; i += 1) {
    sum -= counts[i]! * (r + repeats[repeatsAt[i]!]!) * logAges[ageAt[i]!]!;
  }
  return sum;
}

export function fitNbd(cohort: Cohort): { model: Nbd; logLikelihood: number } {
  const modelOf = ([r = 1, alpha = 1]: readonly number[]): Nbd => ({ r, alpha });
  const { parameters, value } = finished(
    maximise({
      logLikelihood: (each) => logLikelihoodOfNbd(cohort, modelOf(each)),
      starts: [[0.5, typicalScale(cohort)]],
    }),
  );
  return { model: modelOf(parameters), logLikelihood: value };
}

/** Expected purchase days within `weeks` after the observation. */
export function expectedPurchasesOfNbd(
  { r, alpha }: Nbd,
  { repeats, ageWeeks }: History,
  weeks: number,
): number {
  return ((r + repeats) / (alpha + ageWeeks)) * weeks;
}
