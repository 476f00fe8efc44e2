import type { Roll } from '../../shared/index.js';

export interface Exploration {
  /** The larger, the less is left to chance: a worse choice is taken with at most 1 / (γ · how much worse). */
  gamma: number;
  /** No choice has less. */
  minimumPropensity: number;
}

/**
 * SquareCB (Foster and Rakhlin, 2020): p = 1 / (K + γ (best - value)) of each but the best, which has the rest; then
 * no less than the floor. They add up to 1.
 *
 * @param values of at least one choice, in parts of what is at stake
 */
export function propensitiesOf(
  values: readonly number[],
  { gamma, minimumPropensity }: Exploration,
): number[] {
  const best = Math.max(...values);
  const bestAt = values.indexOf(best);
  const floor = Math.min(minimumPropensity, 1 / values.length);
  const propensities = values.map((value, index) =>
    index === bestAt ? 0 : Math.max(floor, 1 / (values.length + gamma * (best - value))),
  );
  propensities[bestAt] = 1 - propensities.reduce((sum, each) => sum + each, 0);
  return propensities;
}

/** Which of them it is: the same chance gives the same. */
export function drawnFrom(propensities: readonly number[], roll: Roll): number {
  let left = roll();
  const at = propensities.findIndex((propensity) => (left -= propensity) < 0);
  // Sums of fractions may end a hair below 1.
  return at < 0 ? propensities.indexOf(Math.max(...propensities)) : at;
}
