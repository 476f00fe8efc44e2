import type { Facts } from '../shared/index.js';
import { comparisonOf } from './comparison.js';
import { isGroup, type Condition, type FieldArguments, type Group, type Rule } from './grammar.js';
import type { FieldRegistry } from './registry.js';

export type Predicate = (facts: Facts) => boolean;

const always: Predicate = () => true;

/**
 * A validated rule as one predicate: everything that depends only on the rule is worked out here, once.
 *
 * @throws when the rule names a field the registry lacks: validate what was stored before compiling it
 */
export function compileRule(rule: Rule, fields: FieldRegistry): Predicate {
  return isGroup(rule) ? compileGroup(rule, fields) : compileCondition(rule, fields);
}

/** The arguments of a condition, free of anything inherited, so that rooms can look them up blindly. */
export function argumentsOf(condition: Condition): FieldArguments {
  const bare = Object.create(null) as Record<string, string>;
  return Object.freeze(Object.assign(bare, condition.of));
}

function compileGroup(group: Group, fields: FieldRegistry): Predicate {
  const members = group.rules.map((member) => compileRule(member, fields));
  const joined = group.combinator === 'and' ? allOf(members) : anyOf(members);
  return group.not === true ? (facts) => !joined(facts) : joined;
}

function compileCondition(condition: Condition, fields: FieldRegistry): Predicate {
  const field = fields.get(condition.field);
  const meets = comparisonOf(condition, field);
  const of = argumentsOf(condition);
  return (facts) => meets(field.read(facts, of), facts.at);
}

function allOf(members: readonly Predicate[]): Predicate {
  const [first = always, second] = members;
  if (second === undefined) return first;
  if (members.length === 2) return (facts) => first(facts) && second(facts);
  return (facts) => {
    for (const member of members) if (!member(facts)) return false;
    return true;
  };
}

function anyOf(members: readonly Predicate[]): Predicate {
  const [first = always, second] = members;
  if (second === undefined) return first;
  if (members.length === 2) return (facts) => first(facts) || second(facts);
  return (facts) => {
    for (const member of members) if (member(facts)) return true;
    return false;
  };
}
