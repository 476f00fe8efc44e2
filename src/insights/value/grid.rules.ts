/* eslint-disable @typescript-eslint/no-non-null-assertion -- every index runs within its own array */
import { finished, type Work } from '../../shared/work.js';
import { fittingBg, type FittedBg } from './bg-cnbd.rules.js';
import { sketchOf, type Cohort } from './cohort.rules.js';

const MOST_K = 12;
/** The likelihood rises to one hill in k: after so many falls in a row it is behind us. */
const FALLS = 2;

/**
 * (M)BG/CNBD-k for k = 1, 2, … 12, each begun from the one before, until the likelihood has fallen twice in a row.
 *
 * @returns all that were fitted, in the order of k
 */
export function fitGrid(cohort: Cohort, dropoutAtFirst: 0 | 1, first?: FittedBg): FittedBg[] {
  return finished(fittingGrid(cohort, dropoutAtFirst, first));
}

function* fittingGrid(cohort: Cohort, dropoutAtFirst: 0 | 1, first?: FittedBg): Work<FittedBg[]> {
  const fitted = [first ?? (yield* fittingBg(cohort, { k: 1, dropoutAtFirst }))];
  let falls = 0;
  for (let k = 2; k <= MOST_K && falls < FALLS; k += 1) {
    const before = fitted[fitted.length - 1]!;
    const next = yield* fittingBg(cohort, { k, dropoutAtFirst }, before.model);
    falls = next.logLikelihood < before.logLikelihood ? falls + 1 : 0;
    fitted.push(next);
  }
  return fitted;
}

/** The one of greatest likelihood. */
export function likeliest(fitted: readonly FittedBg[]): FittedBg {
  return fitted.reduce((best, each) => (each.logLikelihood > best.logLikelihood ? each : best));
}

/** The likeliest MBG/CNBD-k; of a large cohort k is chosen on a sketch, and only that one is fitted to all. */
export function* fittingMbgCnbdK(cohort: Cohort): Work<FittedBg> {
  const sketch = sketchOf(cohort);
  const chosen = likeliest(yield* fittingGrid(sketch, 1));
  return sketch === cohort ? chosen : yield* fittingBg(cohort, chosen.model, chosen.model);
}
