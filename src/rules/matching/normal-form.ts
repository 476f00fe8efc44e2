import { isNegative, OPPOSITES } from '../comparison.js';
import { isGroup, type Condition, type Rule } from '../grammar.js';

/** A condition that has to say `wanted`; its operator is never one of the opposites (`!=`, `notIn`, …). */
export interface Literal {
  readonly condition: Condition;
  readonly wanted: boolean;
}

/** A rule in negation normal form: every `not` has been carried down to the conditions. */
export type Formula = Literal | { readonly all: readonly Formula[] } | { readonly any: readonly Formula[] };

/** One way to meet a rule: all of its literals, and all of the formulas that were too wide to be multiplied out. */
export interface Conjunction {
  readonly literals: readonly Literal[];
  readonly rest: readonly Formula[];
}

/**
 * Ways that one rule may be multiplied out to. `(a or b) and (c or d)` has four; wider alternatives stay whole, since
 * their number doubles with every pair.
 */
const MAX_WAYS = 8;

const NOTHING_ASKED: Conjunction = { literals: [], rest: [] };

/**
 * The rule with its `not`s carried down (De Morgan). This is exact although things may be unknown: every comparison
 * says yes or no, also about what is not known.
 */
export function normalForm(rule: Rule, wanted = true): Formula {
  if (!isGroup(rule)) return literalOf(rule, wanted);
  const wantedOfMembers = wanted !== (rule.not ?? false);
  // An empty group holds, whatever its combinator.
  if (rule.rules.length === 0) return wantedOfMembers ? { all: [] } : { any: [] };
  const members = rule.rules.map((member) => normalForm(member, wantedOfMembers));
  return (rule.combinator === 'and') === wantedOfMembers ? { all: members } : { any: members };
}

function literalOf(condition: Condition, wanted: boolean): Literal {
  const { operator } = condition;
  return isNegative(operator)
    ? { condition: { ...condition, operator: OPPOSITES[operator] }, wanted: !wanted }
    : { condition, wanted };
}

/** The ways to meet a formula, in its order: it holds exactly when one of them does. None when it can never hold. */
export function waysToMeet(formula: Formula): readonly Conjunction[] {
  if ('condition' in formula) return [{ literals: [formula], rest: [] }];
  if ('any' in formula) {
    const ways = formula.any.flatMap(waysToMeet);
    return ways.length <= MAX_WAYS ? ways : [{ literals: [], rest: [formula] }];
  }
  return formula.all.reduce<readonly Conjunction[]>((ways, member) => joined(ways, member), [NOTHING_ASKED]);
}

function joined(ways: readonly Conjunction[], member: Formula): readonly Conjunction[] {
  const more = waysToMeet(member);
  if (ways.length * more.length > MAX_WAYS) {
    return ways.map(({ literals, rest }) => ({ literals, rest: [...rest, member] }));
  }
  return ways.flatMap((one) =>
    more.map((other) => ({
      literals: [...one.literals, ...other.literals],
      rest: [...one.rest, ...other.rest],
    })),
  );
}
