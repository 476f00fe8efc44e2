import { biasOfBg, expectedPurchasesOfBg, fitBg, type BgModel, type FittedBg } from './bg-cnbd.rules.js';
import { cohortOf, DAYS_PER_WEEK, type Cohort, type History } from './cohort.rules.js';
import { fitGammaGamma } from './gamma-gamma.rules.js';
import { fitGrid, likeliest } from './grid.rules.js';
import { holdoutErrors, type HoldoutErrors } from './holdout.rules.js';
import { expectedPurchasesOfNbd, fitNbd } from './nbd.rules.js';
import { expectedPurchasesOfPareto, fitPareto } from './pareto-nbd.rules.js';
import { observed, type Observed, type PurchaseDay } from './purchase-days.rules.js';
import { wheatMorrisonK } from './regularity.rules.js';

/** A log of purchases, and where to cut it. Days are counted from 1970-01-01. */
export interface Trial {
  /** By shopper, the days in order, each once. */
  shoppers: ReadonlyMap<string, readonly PurchaseDay[]>;
  hasSpend: boolean;
  calibrationEnd: number;
  /** The last day that the log covers. */
  until: number;
}

interface Fitted {
  parameters: Readonly<Record<string, number>>;
  logLikelihood: number;
}

export interface Evaluation {
  shoppers: number;
  repeaters: number;
  repeats: number;
  nbd: Fitted;
  bgNbd: Fitted;
  mbgNbd: Fitted;
  bgCnbdK: Fitted & { grid: { k: number; logLikelihood: number }[] };
  mbgCnbdK: Fitted & { grid: { k: number; logLikelihood: number }[] };
  paretoNbd: Fitted;
  /** Null where the log has no spend, or of too few shoppers. */
  gammaGamma: (Fitted & { spenders: number }) | null;
  wheatMorrisonK: number | null;
  holdout: { weeks: number; actualTotal: number; errors: Readonly<Record<string, HoldoutErrors>> };
  warnings: string[];
}

/** A person of the trial: what was seen until the cut, and the purchase days after it. */
interface Subject extends Observed {
  after: number;
}

/**
 * Fits every model to the purchases until the calibration's end and judges its forecast of those after it. Shoppers who
 * first bought after the end are in neither.
 *
 * @throws RangeError where there is nothing to fit to, or nothing to judge by
 */
export function evaluateLifetimeValue(trial: Trial): Evaluation {
  const subjects = subjectsOf(trial);
  const weeks = (trial.until - trial.calibrationEnd) / DAYS_PER_WEEK;
  const cohort = cohortOf(
    subjects.map((subject) => ({ ...subject, count: 1 })),
    subjects.reduce((sum, { sumLogGaps }) => sum + sumLogGaps, 0),
  );
  const models = fitAll(cohort);
  const gaps = subjects.flatMap(({ lastGaps }) => (lastGaps === undefined ? [] : [lastGaps]));
  const gammaGamma = trial.hasSpend ? spendModel(subjects) : null;
  return {
    shoppers: subjects.length,
    repeaters: subjects.filter(({ repeats }) => repeats > 0).length,
    repeats: cohort.sumRepeats,
    nbd: fitted(models.nbd),
    bgNbd: fittedBg(models.bg),
    mbgNbd: fittedBg(models.mbg),
    bgCnbdK: fittedGrid(models.bgGrid),
    mbgCnbdK: fittedGrid(models.mbgGrid),
    paretoNbd: fitted(models.pareto),
    gammaGamma,
    wheatMorrisonK: wheatMorrisonK(gaps) ?? null,
    holdout: judged(subjects, weeks, forecastsOf(models, cohort, weeks)),
    warnings: warningsOf(cohort, trial.hasSpend, gammaGamma !== null),
  };
}

function subjectsOf({ shoppers, calibrationEnd, until }: Trial): Subject[] {
  if (until <= calibrationEnd) throw new RangeError('no purchase comes after the calibration end');
  const subjects: Subject[] = [];
  for (const days of shoppers.values()) {
    const [first] = days;
    if (first === undefined || first.day > calibrationEnd) continue;
    const after = days.filter(({ day }) => day > calibrationEnd && day <= until).length;
    subjects.push({ ...observed(days, calibrationEnd), after });
  }
  if (subjects.length === 0) throw new RangeError('nobody bought until the calibration end');
  return subjects;
}

interface Models {
  nbd: ReturnType<typeof fitNbd>;
  bg: FittedBg;
  mbg: FittedBg;
  bgGrid: FittedBg[];
  mbgGrid: FittedBg[];
  pareto: ReturnType<typeof fitPareto>;
}

function fitAll(cohort: Cohort): Models {
  const bg = fitBg(cohort, { k: 1, dropoutAtFirst: 0 });
  const mbg = fitBg(cohort, { k: 1, dropoutAtFirst: 1 });
  return {
    nbd: fitNbd(cohort),
    bg,
    mbg,
    bgGrid: fitGrid(cohort, 0, bg),
    mbgGrid: fitGrid(cohort, 1, mbg),
    pareto: fitPareto(cohort),
  };
}

type Expect = (history: History) => number;

/** Beside the models: the naive forecast that everybody goes on as before. */
function forecastsOf(models: Models, cohort: Cohort, weeks: number): Record<string, Expect> {
  const byBg =
    (model: BgModel, factor = 1): Expect =>
    (history) =>
      factor * expectedPurchasesOfBg(model, history, weeks);
  const bgK = likeliest(models.bgGrid).model;
  const mbgK = likeliest(models.mbgGrid).model;
  return {
    naive: ({ repeats, ageWeeks }) => (ageWeeks > 0 ? (repeats * weeks) / ageWeeks : 0),
    nbd: (history) => expectedPurchasesOfNbd(models.nbd.model, history, weeks),
    bgNbd: byBg(models.bg.model),
    mbgNbd: byBg(models.mbg.model),
    bgCnbdK: byBg(bgK),
    mbgCnbdK: byBg(mbgK),
    mbgCnbdKBiasCorrected: byBg(mbgK, biasOfBg(mbgK, cohort, weeks)),
    paretoNbd: (history) => expectedPurchasesOfPareto(models.pareto.model, history, weeks),
  };
}

function judged(
  subjects: readonly Subject[],
  weeks: number,
  forecasts: Readonly<Record<string, Expect>>,
): Evaluation['holdout'] {
  const errors = Object.entries(forecasts).map(([name, expect]) => [
    name,
    holdoutErrors(
      subjects.map((subject) => ({
        repeats: subject.repeats,
        expected: expect(subject),
        actual: subject.after,
      })),
    ),
  ]);
  return {
    weeks,
    actualTotal: subjects.reduce((sum, { after }) => sum + after, 0),
    errors: Object.fromEntries(errors) as Record<string, HoldoutErrors>,
  };
}

function spendModel(subjects: readonly Subject[]): Evaluation['gammaGamma'] {
  const spends = subjects
    .filter(({ repeats, repeatSpend }) => repeats > 0 && repeatSpend > 0)
    .map(({ repeats, repeatSpend }) => ({ purchases: repeats, mean: repeatSpend / repeats, count: 1 }));
  const fit = fitGammaGamma(spends);
  return fit === undefined ? null : { ...fitted(fit), spenders: spends.length };
}

function warningsOf(cohort: Cohort, hasSpend: boolean, spendFitted: boolean): string[] {
  const warnings: string[] = [];
  if (cohort.sumRepeats === 0) {
    warnings.push('nobody bought again before the calibration end: the parameters are not determined');
  }
  if (!hasSpend) warnings.push('the file has no spend: gammaGamma is not fitted');
  else if (!spendFitted)
    warnings.push('too few shoppers spent anything on repeat purchases to fit gammaGamma');
  return warnings;
}

function fitted<Model extends { [Name in keyof Model]: number }>({
  model,
  logLikelihood,
}: {
  model: Model;
  logLikelihood: number;
}): Fitted {
  return { parameters: { ...model }, logLikelihood };
}

/** What is fixed by the model's name is no parameter of it. */
function fittedBg({ model: { r, alpha, a, b }, logLikelihood }: FittedBg): Fitted {
  return { parameters: { r, alpha, a, b }, logLikelihood };
}

function fittedGrid(grid: readonly FittedBg[]): Evaluation['mbgCnbdK'] {
  const { model, logLikelihood } = likeliest(grid);
  const { k, r, alpha, a, b } = model;
  return {
    parameters: { k, r, alpha, a, b },
    logLikelihood,
    grid: grid.map((each) => ({ k: each.model.k, logLikelihood: each.logLikelihood })),
  };
}
