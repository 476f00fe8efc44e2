import {
  adjusted,
  alwaysValidInterval,
  alwaysValidPValue,
  armOfShare,
  differenceOf,
  falseDiscoveryRates,
  relativeDifferenceOf,
  sampleRatioPValue,
  shrunk,
  type Arm,
  type Difference,
  type Moments,
} from './statistics.rules.js';

/** One arm of an experiment: who may be compared, who came in too late to be, and what they did. */
export interface ArmCount {
  withheld: boolean;
  /** Whose window is over. */
  shoppers: number;
  /** Whose window still runs. */
  waiting: number;
  /** Who later came into the other arm too, because a share was changed. */
  crossed: number;
  entered: number;
  expectedWithheld: number;
  varianceWithheld: number;
  buyers: number;
}

/** Sums of one arm in one currency; shoppers who spent nothing are not in them. */
export interface SpendingSums extends Omit<Moments, 'shoppers'> {
  withheld: boolean;
  currency: string;
  metric: 'margin' | 'revenue';
}

/** How the arms differ in one figure, a shopper. */
export interface LiftEstimate {
  metric: 'margin' | 'revenue' | 'buyers';
  /** Minor units of it; null for what is no money. */
  currency: string | null;
  treatedMean: number;
  controlMean: number;
  difference: number;
  standardError: number;
  /** Of the difference: right at 95 % however often one looks. */
  low: number;
  high: number;
  pValue: number;
  /** As a share of the control's mean; null where that is not above nought. */
  relative: { difference: number; low: number; high: number } | null;
  /** Share of the variance that the time before explains. */
  explained: number;
  /** Over all treated shoppers; null for what is no money. */
  earned: { amount: number; low: number; high: number } | null;
}

/** What the arms are as an assignment. */
export interface SampleRatio {
  withheld: number;
  expected: number;
  pValue: number;
  broken: boolean;
}

export type Verdict = 'earns' | 'loses' | 'notYetKnown' | 'broken';

export interface Lift {
  treatedShoppers: number;
  controlShoppers: number;
  waiting: number;
  crossed: number;
  sampleRatio: SampleRatio;
  estimates: LiftEstimate[];
  verdict: Verdict;
  /** Until the interval leaves out nought, should the difference stay what it is; null when it is known, or out of sight. */
  daysToKnow: number | null;
}

/** Margins of several experiments beside one another. */
export interface Beside {
  /** The difference, drawn to what all experiments have in common. */
  shrunkDifference: number;
  falseDiscoveryRate: number;
}

/** Fewer in an arm, and means are not yet spread as the intervals take them to be. */
const FEWEST_SHOPPERS = 30;
/** The customary alarm: at 0.05 one sound experiment in twenty would raise it. */
const BROKEN_BELOW = 0.001;
const OUT_OF_SIGHT_DAYS = 365;

/**
 * What an experiment shows.
 *
 * @param arms both of them; one that nobody came into may be absent
 * @param spending sums of either arm; an absent one is nought
 * @param days how long shoppers whose window is over came in
 */
export function liftOf(arms: readonly ArmCount[], spending: readonly SpendingSums[], days: number): Lift {
  const [treated, control] = [armIn(arms, false), armIn(arms, true)];
  const currencies = new Set(spending.map((each) => each.currency));
  const money = [...currencies]
    .sort()
    .flatMap((each) =>
      (['margin', 'revenue'] as const).map((metric) =>
        moneyEstimate(metric, each, treated, control, spending),
      ),
    );
  const isTooEarly = Math.min(treated.shoppers, control.shoppers) < FEWEST_SHOPPERS;
  const estimates = isTooEarly
    ? []
    : [...money, buyersEstimate(treated, control)].filter((each) => each !== undefined);
  const sampleRatio = sampleRatioOf(treated, control);
  const margins = estimates.filter(({ metric }) => metric === 'margin');
  const verdict = sampleRatio.broken ? 'broken' : verdictOf(margins);
  return {
    treatedShoppers: treated.shoppers,
    controlShoppers: control.shoppers,
    waiting: treated.waiting + control.waiting,
    crossed: treated.crossed + control.crossed,
    sampleRatio,
    estimates,
    verdict,
    daysToKnow:
      verdict === 'notYetKnown' ? daysToKnow(margins, treated.shoppers + control.shoppers, days) : null,
  };
}

/** The margins of several experiments in one currency beside one another, in their order. */
export function besides(margins: readonly LiftEstimate[]): Beside[] {
  const drawn = shrunk(margins);
  const rates = falseDiscoveryRates(margins.map(({ pValue }) => pValue));
  return margins.map(({ difference }, i) => ({
    shrunkDifference: drawn[i] ?? difference,
    falseDiscoveryRate: rates[i] ?? 1,
  }));
}

function armIn(arms: readonly ArmCount[], withheld: boolean): ArmCount {
  return arms.find((arm) => arm.withheld === withheld) ?? { ...NOBODY, withheld };
}

const NOBODY = {
  shoppers: 0,
  waiting: 0,
  crossed: 0,
  entered: 0,
  buyers: 0,
  expectedWithheld: 0,
  varianceWithheld: 0,
};

function moneyEstimate(
  metric: 'margin' | 'revenue',
  currency: string,
  treated: ArmCount,
  control: ArmCount,
  spending: readonly SpendingSums[],
): LiftEstimate | undefined {
  const momentsOf = ({ withheld, shoppers }: ArmCount): Moments => {
    const sums = spending.find(
      (each) => each.withheld === withheld && each.currency === currency && each.metric === metric,
    );
    return { ...NOTHING, ...sums, shoppers };
  };
  const arms = adjusted(momentsOf(treated), momentsOf(control));
  if (arms === undefined) return undefined;
  const estimate = estimateOf(arms.treated, arms.control);
  const { difference, low, high } = estimate;
  const times = treated.shoppers;
  return {
    metric,
    currency,
    ...estimate,
    explained: arms.explained,
    earned: { amount: difference * times, low: low * times, high: high * times },
  };
}

const NOTHING = { sum: 0, sumOfSquares: 0, sumBefore: 0, sumOfSquaresBefore: 0, sumOfProducts: 0 };

function buyersEstimate(treated: ArmCount, control: ArmCount): LiftEstimate | undefined {
  const [one, other] = [
    armOfShare(treated.shoppers, treated.buyers),
    armOfShare(control.shoppers, control.buyers),
  ];
  if (one === undefined || other === undefined) return undefined;
  return { metric: 'buyers', currency: null, ...estimateOf(one, other), explained: 0, earned: null };
}

function estimateOf(
  treated: Arm,
  control: Arm,
): Omit<LiftEstimate, 'metric' | 'currency' | 'explained' | 'earned'> {
  const found = differenceOf(treated, control);
  const share = relativeDifferenceOf(treated, control);
  return {
    treatedMean: treated.mean,
    controlMean: control.mean,
    difference: found.difference,
    standardError: found.standardError,
    ...alwaysValidInterval(found),
    pValue: alwaysValidPValue(found),
    relative: share === undefined ? null : { difference: share.difference, ...alwaysValidInterval(share) },
  };
}

function sampleRatioOf(treated: ArmCount, control: ArmCount): SampleRatio {
  const expected = treated.expectedWithheld + control.expectedWithheld;
  const pValue = sampleRatioPValue(
    control.entered,
    expected,
    treated.varianceWithheld + control.varianceWithheld,
  );
  return { withheld: control.entered, expected, pValue, broken: pValue < BROKEN_BELOW };
}

/** What all currencies agree on. */
function verdictOf(margins: readonly LiftEstimate[]): Verdict {
  const [gains, losses] = [margins.some(({ low }) => low > 0), margins.some(({ high }) => high < 0)];
  if (gains === losses) return 'notYetKnown';
  return gains ? 'earns' : 'loses';
}

/** In days at the pace of before, the shortest over the currencies. */
function daysToKnow(margins: readonly LiftEstimate[], shoppers: number, days: number): number | null {
  const needed = margins.map((margin) => timesToKnow(differenceBehind(margin, shoppers)));
  const more = Math.ceil((Math.min(...needed) - 1) * days);
  return Number.isFinite(more) && more <= OUT_OF_SIGHT_DAYS ? Math.max(1, more) : null;
}

/** How many times as many shoppers it takes, twice as many a step until it is enough and then between the last two. */
function timesToKnow(found: Difference): number {
  const isKnown = (times: number): boolean => {
    const { low, high } = alwaysValidInterval({
      ...found,
      shoppers: found.shoppers * times,
      standardError: found.standardError / Math.sqrt(times),
    });
    return low > 0 || high < 0;
  };
  let enough = 1;
  while (!isKnown(enough)) {
    enough *= 2;
    if (enough > 2 ** 20) return Number.POSITIVE_INFINITY;
  }
  let [tooFew, times] = [enough / 2, enough];
  while (times - tooFew > 0.01 * times) {
    const between = (tooFew + times) / 2;
    if (isKnown(between)) times = between;
    else tooFew = between;
  }
  return times;
}

function differenceBehind({ difference, standardError }: LiftEstimate, shoppers: number): Difference {
  return { shoppers, difference, standardError, degreesOfFreedom: shoppers };
}
