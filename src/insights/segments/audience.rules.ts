import { isGroup, type Predicate, type Rule } from '../../rules/index.js';
import type { Facts } from '../../shared/index.js';

/** The normal quantile of a two-sided interval of 95 %. */
const Z_95 = 1.96;

/** The conditions that a shopper has to pass one after the other: the members of an `and`, else the rule as a whole. */
export function stepsOf(rule: Rule): readonly Rule[] {
  return isGroup(rule) && rule.combinator === 'and' && rule.not !== true && rule.rules.length > 0
    ? rule.rules
    : [rule];
}

/** Counts how many shoppers are left after each step. */
export class Funnel {
  readonly #remaining: number[];
  #asked = 0;

  constructor(private readonly steps: readonly Predicate[]) {
    this.#remaining = steps.map(() => 0);
  }

  /** @returns true for a shopper who passes all steps */
  add(facts: Facts): boolean {
    this.#asked += 1;
    for (const [place, holds] of this.steps.entries()) {
      if (!holds(facts)) return false;
      this.#remaining[place] = (this.#remaining[place] ?? 0) + 1;
    }
    return true;
  }

  get asked(): number {
    return this.#asked;
  }

  /** By step, of those asked. */
  get remaining(): readonly number[] {
    return this.#remaining;
  }
}

/**
 * How many of `total` there are, by `found` of a sample of `asked`, and half the width of its 95 % interval.
 *
 * The margin is that of a simple random sample without replacement: z · √(p(1-p)/n · (N-n)/(N-1)) · N, with the
 * finite-population correction, so that it is 0 where everybody was asked (Cochran, Sampling Techniques, 3rd ed., 3.2).
 */
export function scaled(found: number, asked: number, total: number): { count: number; margin: number } {
  if (asked === 0 || total <= 1) return { count: found, margin: 0 };
  const share = found / asked;
  const correction = Math.max(0, (total - asked) / (total - 1));
  const deviation = Math.sqrt(((share * (1 - share)) / asked) * correction);
  return { count: Math.round(share * total), margin: Math.ceil(Z_95 * deviation * total) };
}
