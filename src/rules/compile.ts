import type { Facts, Instant, Item } from '../shared/index.js';
import { isMissing, plainComparisonOf, type Comparison } from './comparison.js';
import { groupOf, isGroup, type Condition, type FieldArguments, type Group, type Rule } from './grammar.js';
import type { FieldRegistry, FieldValue } from './registry.js';

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

/** Inherits nothing. Unlike `Object.create(null)`, whose things V8 looks up by hashing, its names stay quick to read. */
const Bare = function (this: object): void {
  // Holds what it is given.
} as unknown as new () => Record<string, string>;
Bare.prototype = Object.create(null) as object;

/** The arguments of a condition, free of anything inherited, so that rooms can look them up blindly. */
export function argumentsOf(condition: Condition): FieldArguments {
  return Object.freeze(Object.assign(new Bare(), condition.of));
}

/**
 * The comparison of a validated condition, made once per rule; of a list with items, whether one of them meets the
 * group. A list that is not known has none.
 */
export function comparisonOf(condition: Condition, fields: FieldRegistry): Comparison {
  const field = fields.get(condition.field);
  if (condition.operator !== 'matchesAny') return plainComparisonOf(condition, field);
  const holds = compileRule(groupOf(condition), fields.itemsOf(condition.field));
  return (items, at) => itemsIn(items).some((item) => holds(factsOfItem(item, at)));
}

/** What was read of a list with items; none where it is not known. */
export function itemsIn(value: FieldValue): readonly Item[] {
  return isMissing(value) || !Array.isArray(value) ? [] : (value as readonly Item[]);
}

/** All that a rule about an item may ask: the registry of its fields holds no others. */
export function factsOfItem(item: Item, at: Instant): Facts {
  return { item, at } as Facts;
}

function compileGroup(group: Group, fields: FieldRegistry): Predicate {
  const members = group.rules.map((member) => compileRule(member, fields));
  const joined = group.combinator === 'and' ? allOf(members) : anyOf(members);
  return group.not === true ? (facts) => !joined(facts) : joined;
}

function compileCondition(condition: Condition, fields: FieldRegistry): Predicate {
  const field = fields.get(condition.field);
  const meets = comparisonOf(condition, fields);
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
