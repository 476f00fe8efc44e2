import { fnv1a } from '../../shared/index.js';

/** One choice as it was logged: what was done, with what probability, what came of it. */
export interface LoggedChoice {
  /** Where choices of different places must not be taken for one another (a position on a page), the place is in the name. */
  action: string;
  propensity: number;
  reward: number;
  /** The policy that is judged: what it would have done here. Probabilities add up to 1. */
  target: readonly (readonly [action: string, probability: number])[];
}

export interface Estimate {
  estimate: number;
  /** Of 95 %, by the normal approximation. */
  interval: readonly [number, number];
}

export interface OffPolicyReport {
  choices: number;
  /** What the logging policy earned: the mean reward. */
  logged: Estimate;
  /** Null where they are refused. */
  estimates: { ips: Estimate; snips: Estimate; doublyRobust: Estimate } | null;
  refused?: string;
  /** (Σ w)² / Σ w², w = judged probability / propensity. */
  effectiveSampleSize: number;
  maxWeight: number;
  meanWeight: Estimate;
  /** False where the mean weight's interval leaves out 1: then propensities or the judged policy are not what they are said to be. */
  weightsAgree: boolean;
}

/** With fewer, an estimate rests on a handful of choices, and says so by nothing but its own luck. */
const LEAST_SAMPLE = 100;
const FOLDS = 5;
/** Rewards at the mean of all that an action's own mean is drawn to. */
const REWARD_STRENGTH = 20;
/** Of the normal distribution, two-sided 95 %. */
const Z = 1.959964;

/**
 * What a policy would have earned, from the choices of another: by inverse propensities (IPS), the same normalised by
 * the weights (SNIPS), and doubly robust, with rewards by action fitted on the other four fifths.
 *
 * @throws RangeError for a choice without a propensity in (0, 1]
 */
export function offPolicy(log: readonly LoggedChoice[]): OffPolicyReport {
  const weights = log.map(weightOf);
  const sum = total(weights);
  const squares = total(weights.map((weight) => weight * weight));
  const effectiveSampleSize = squares === 0 ? 0 : (sum * sum) / squares;
  const meanWeight = meanOf(weights);
  const isEnough = effectiveSampleSize >= LEAST_SAMPLE;
  return {
    choices: log.length,
    logged: meanOf(log.map(({ reward }) => reward)),
    estimates: isEnough ? estimatesOf(log, weights) : null,
    ...(!isEnough && {
      refused: `the effective sample is ${effectiveSampleSize.toFixed(1)} choices, fewer than ${LEAST_SAMPLE}: the log says too little of what this policy does`,
    }),
    effectiveSampleSize,
    maxWeight: weights.reduce((most, weight) => Math.max(most, weight), 0),
    meanWeight,
    weightsAgree: meanWeight.interval[0] <= 1 && 1 <= meanWeight.interval[1],
  };
}

function weightOf({ action, propensity, target }: LoggedChoice): number {
  if (!(propensity > 0 && propensity <= 1)) {
    throw new RangeError(`propensity: expected more than 0 and at most 1, not ${propensity}`);
  }
  const judged = target.find(([name]) => name === action)?.[1] ?? 0;
  return judged / propensity;
}

function estimatesOf(
  log: readonly LoggedChoice[],
  weights: readonly number[],
): NonNullable<OffPolicyReport['estimates']> {
  const weighted = log.map(({ reward }, at) => (weights[at] as number) * reward);
  const share = total(weights) / log.length;
  const snips = total(weighted) / total(weights);
  const residuals = log.map(({ reward }, at) => ((weights[at] as number) * (reward - snips)) / share);
  const spread = meanOf(residuals);
  return {
    ips: meanOf(weighted),
    snips: { estimate: snips, interval: [snips + spread.interval[0], snips + spread.interval[1]] },
    doublyRobust: meanOf(doublyRobust(log, weights)),
  };
}

/** Σ π(a) q(a) + w (r - q) of each choice, q from the folds that it is not in. */
function doublyRobust(log: readonly LoggedChoice[], weights: readonly number[]): number[] {
  const models = Array.from({ length: FOLDS }, (_, fold) =>
    rewardsOf(log.filter((_, at) => foldOf(at) !== fold)),
  );
  return log.map(({ action, reward, target }, at) => {
    const rewardOf = models[foldOf(at)] as (action: string) => number;
    const expected = total(target.map(([name, probability]) => probability * rewardOf(name)));
    return expected + (weights[at] as number) * (reward - rewardOf(action));
  });
}

/** Scattered, so that a log with a period has each action in every fold. */
function foldOf(at: number): number {
  return fnv1a(String(at)) % FOLDS;
}

function rewardsOf(log: readonly LoggedChoice[]): (action: string) => number {
  const overall = log.length === 0 ? 0 : total(log.map(({ reward }) => reward)) / log.length;
  const sums = new Map<string, { count: number; reward: number }>();
  for (const { action, reward } of log) {
    const known = sums.get(action) ?? { count: 0, reward: 0 };
    sums.set(action, { count: known.count + 1, reward: known.reward + reward });
  }
  return (action) => {
    const { count, reward } = sums.get(action) ?? { count: 0, reward: 0 };
    return (reward + REWARD_STRENGTH * overall) / (count + REWARD_STRENGTH);
  };
}

function meanOf(values: readonly number[]): Estimate {
  const count = values.length;
  if (count === 0) return { estimate: 0, interval: [0, 0] };
  const estimate = total(values) / count;
  const squares = total(values.map((value) => (value - estimate) ** 2));
  const half = count < 2 ? 0 : Z * Math.sqrt(squares / (count - 1) / count);
  return { estimate, interval: [estimate - half, estimate + half] };
}

function total(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}
