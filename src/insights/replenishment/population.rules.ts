import gammaln from '@stdlib/math-base-special-gammaln';
import { highestIn } from '../../shared/maximum.js';
import type { CategoryPrior, ReplenishmentState } from '../../shared/shopper-view.js';
import { defaultPrior } from './replenishment.rules.js';

/** Weights of what is known beforehand, in shoppers, gaps and visits: the default for a clientele, it for a category. */
const PRIOR_SHOPPERS = 20;
const CATEGORY_SHOPPERS = 10;
const CATEGORY_GAPS = 20;
/** Mean ln gaps differ by about 1 between shoppers of a category, by .6 between categories: (1/.6)² ≈ 3. */
const MEAN_SHOPPERS = 3;
const SHARE_VISITS = 10;
const DEVIATION_RANGE = [0.1, 1.5] as const;
const SHARE_RANGE = [1e-4, 0.99] as const;
const LOG_STRENGTH_RANGE = [0, Math.log(200)] as const;
/** Golden-section steps: .618²⁰ of the range of ln strength is below a tenth of a per mille. */
const STRENGTH_STEPS = 20;

/** One shopper's history of one category, and the shopper's distinct shopping days until now. */
export interface CategoryObservation {
  category: string;
  state: ReplenishmentState;
  visits: number;
}

/** How many shoppers have a count. As small as counts differ: a few hundred entries. */
type Histogram = Map<number, number>;

/** Sums over the shoppers of one category; of a size that does not grow with their number. */
interface CategoryTally {
  /** Over shoppers with at least one gap: their number, Σ mean, Σ mean², Σ 1/gaps. */
  shoppers: number;
  means: number;
  meansSquared: number;
  inverseGaps: number;
  /** Within shoppers: Σ (ln gap - own mean)² and its degrees of freedom. */
  squaresWithin: number;
  freedomWithin: number;
  /** Visits after the first purchase: on how many they bought, on how many not, and how many they made. */
  bought: Histogram;
  without: Histogram;
  visits: Histogram;
}

/** What has been gathered so far, by category. Start with `new Map()`. */
export type PopulationTally = Map<string, CategoryTally>;

/** Adds one shopper's history of a category, in O(1), to `tally`. The order does not matter. */
export function accumulate(tally: PopulationTally, { category, state, visits }: CategoryObservation): void {
  const sums = tally.get(category) ?? emptyTally();
  tally.set(category, sums);
  const gaps = state.purchases - 1;
  if (gaps > 0) {
    const mean = state.sumLogGap / gaps;
    sums.shoppers += 1;
    sums.means += mean;
    sums.meansSquared += mean * mean;
    sums.inverseGaps += 1 / gaps;
    sums.squaresWithin += Math.max(0, state.sumLogGapSquared - mean * state.sumLogGap);
    sums.freedomWithin += gaps - 1;
  }
  const since = Math.max(gaps, visits - state.visitsAtFirst);
  count(sums.bought, gaps);
  count(sums.without, since - gaps);
  count(sums.visits, since);
}

/**
 * The prior of each category seen. Small categories lean on the clientele's overall figures, and a small clientele
 * on {@link defaultPrior}. A category not seen has none: read it against the default.
 *
 * Gaps: method of moments over shoppers (each counts once, so that frequent buyers do not shorten the mean).
 * Visits: share (bought + 10 m) / (visits + 10), and one strength for all categories by maximum likelihood of the
 * Beta-Binomial given the shares.
 */
export function finish(tally: PopulationTally): Map<string, CategoryPrior> {
  const gaps = overallGaps([...tally.values()]);
  const visits = visitPriors(tally);
  const priors = new Map<string, CategoryPrior>();
  for (const { category, sums, visitShare } of visits.shares) {
    priors.set(category, { ...categoryGaps(sums, gaps), visitShare, visitStrength: visits.strength });
  }
  return priors;
}

/** {@link accumulate} and {@link finish} in one, for histories that come as an iterable; they are read once. */
export function fitPopulation(histories: Iterable<CategoryObservation>): Map<string, CategoryPrior> {
  const tally: PopulationTally = new Map();
  for (const history of histories) accumulate(tally, history);
  return finish(tally);
}

function emptyTally(): CategoryTally {
  return {
    shoppers: 0,
    means: 0,
    meansSquared: 0,
    inverseGaps: 0,
    squaresWithin: 0,
    freedomWithin: 0,
    bought: new Map(),
    without: new Map(),
    visits: new Map(),
  };
}

function count(histogram: Histogram, value: number): void {
  histogram.set(value, (histogram.get(value) ?? 0) + 1);
}

type GapPrior = Pick<CategoryPrior, 'logGapMean' | 'logGapBetween' | 'logGapWithin'>;

function overallGaps(tallies: readonly CategoryTally[]): GapPrior {
  const prior = defaultPrior();
  const within =
    (total(tallies, (sums) => sums.squaresWithin) + PRIOR_SHOPPERS * prior.logGapWithin ** 2) /
    (total(tallies, (sums) => sums.freedomWithin) + PRIOR_SHOPPERS);
  const squares = total(tallies, (sums) => squaresBetween(sums, within));
  const between =
    (Math.max(0, squares) + PRIOR_SHOPPERS * prior.logGapBetween ** 2) /
    (total(tallies, (sums) => Math.max(0, sums.shoppers - 1)) + PRIOR_SHOPPERS);
  const mean =
    (total(tallies, (sums) => sums.means) + PRIOR_SHOPPERS * prior.logGapMean) /
    (total(tallies, (sums) => sums.shoppers) + PRIOR_SHOPPERS);
  return gapPrior(mean, between, within);
}

function categoryGaps(sums: CategoryTally, overall: GapPrior): GapPrior {
  const within =
    (sums.squaresWithin + CATEGORY_GAPS * overall.logGapWithin ** 2) / (sums.freedomWithin + CATEGORY_GAPS);
  const between =
    (Math.max(0, squaresBetween(sums, within)) + CATEGORY_SHOPPERS * overall.logGapBetween ** 2) /
    (Math.max(0, sums.shoppers - 1) + CATEGORY_SHOPPERS);
  const mean = (sums.means + MEAN_SHOPPERS * overall.logGapMean) / (sums.shoppers + MEAN_SHOPPERS);
  return gapPrior(mean, between, within);
}

function gapPrior(logGapMean: number, between: number, within: number): GapPrior {
  return {
    logGapMean,
    logGapBetween: clamp(Math.sqrt(between), DEVIATION_RANGE),
    logGapWithin: clamp(Math.sqrt(within), DEVIATION_RANGE),
  };
}

/** (shoppers - 1) times the variance of true means: that of the observed ones less what chance within shoppers adds. */
function squaresBetween(sums: CategoryTally, within: number): number {
  if (sums.shoppers < 2) return 0;
  const observed = sums.meansSquared - (sums.means * sums.means) / sums.shoppers;
  return observed - ((sums.shoppers - 1) * within * sums.inverseGaps) / sums.shoppers;
}

interface VisitPriors {
  shares: readonly ShareOfVisits[];
  strength: number;
}

function visitPriors(tally: PopulationTally): VisitPriors {
  const prior = defaultPrior();
  const tallies = [...tally.values()];
  const believed = PRIOR_SHOPPERS * SHARE_VISITS;
  const overall =
    (total(tallies, (sums) => sumOf(sums.bought)) + believed * prior.visitShare) /
    (total(tallies, (sums) => sumOf(sums.visits)) + believed);
  const shares = [...tally].map(([category, sums]): ShareOfVisits => {
    const bought = sumOf(sums.bought) + SHARE_VISITS * overall;
    const visitShare = clamp(bought / (sumOf(sums.visits) + SHARE_VISITS), SHARE_RANGE);
    return { category, sums, visitShare };
  });
  const pairs = total(tallies, (sums) => total([...sums.visits.values()], (shoppers) => shoppers));
  const logStrength =
    (pairs * likeliestLogStrength(shares) + PRIOR_SHOPPERS * Math.log(prior.visitStrength)) /
    (pairs + PRIOR_SHOPPERS);
  return { shares, strength: Math.exp(logStrength) };
}

interface ShareOfVisits {
  category: string;
  sums: CategoryTally;
  visitShare: number;
}

/** Golden-section search, as the likelihood rises to one hill in ln strength on all histories tried. */
function likeliestLogStrength(categories: readonly ShareOfVisits[]): number {
  return highestIn(LOG_STRENGTH_RANGE, STRENGTH_STEPS, (logStrength) =>
    total(categories, (category) => logLikelihood(category, Math.exp(logStrength))),
  );
}

/** Σ over shoppers of ln B(a+x, b+n-x) - ln B(a, b), with a = strength · share and b = strength - a. */
function logLikelihood({ sums, visitShare }: ShareOfVisits, strength: number): number {
  return (
    logRising(sums.bought, strength * visitShare) +
    logRising(sums.without, strength * (1 - visitShare)) -
    logRising(sums.visits, strength)
  );
}

/** Σ over shoppers of ln Γ(start + count) - ln Γ(start). */
function logRising(histogram: Histogram, start: number): number {
  const none = gammaln(start);
  return total([...histogram], ([value, shoppers]) => shoppers * (gammaln(start + value) - none));
}

function sumOf(histogram: Histogram): number {
  return total([...histogram], ([value, shoppers]) => value * shoppers);
}

function total<T>(values: readonly T[], of: (value: T) => number): number {
  return values.reduce((soFar, value) => soFar + of(value), 0);
}

function clamp(value: number, [low, high]: readonly [number, number]): number {
  return Math.min(high, Math.max(low, value));
}
