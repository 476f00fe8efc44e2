import type { Facts } from '../shared/index.js';
import { isMissing } from './comparison.js';
import { argumentsOf, comparisonOf, itemsIn } from './compile.js';
import { describeItem } from './describe.js';
import { childPath, isGroup, type Condition, type Group, type Rule } from './grammar.js';
import type { FieldRegistry, FieldValue } from './registry.js';
import { spokenInstant, spokenOperand, spokenValue, subjectOf } from './words.js';

/** A condition that stands in the way of a rule: where it is, what was asked and what was found. */
export interface Miss {
  readonly path: string;
  readonly detail: string;
}

export type Explainer = (facts: Facts) => readonly Miss[];

/** `wanted` is false below an odd number of `not`: then it is the true conditions that stand in the way. */
type Part = (facts: Facts, wanted: boolean) => readonly Miss[];

const NONE: readonly Miss[] = [];

/**
 * Why a validated rule does not hold: nothing exactly when it holds, else every condition that would have to change,
 * in the order of the rule. Where one of several would have done, all of them are named, each saying so.
 *
 * @param path where the rule lies, e.g. `eligibility`; the paths start with it
 * @throws when the rule names a field the registry lacks
 */
export function explainRule(rule: Rule, fields: FieldRegistry, path = ''): Explainer {
  const part = partOf(rule, fields, path);
  return (facts) => part(facts, true);
}

function partOf(rule: Rule, fields: FieldRegistry, path: string): Part {
  if (isGroup(rule)) return groupPart(rule, fields, path);
  return rule.operator === 'matchesAny' ? itemsPart(rule, fields, path) : conditionPart(rule, fields, path);
}

/** Of a list, what is asked of its items is said as one: none of them comes nearer than the others. */
function itemsPart(condition: Condition, fields: FieldRegistry, path: string): Part {
  const { field: name } = condition;
  const field = fields.get(name);
  const meets = comparisonOf(condition, fields);
  const of = argumentsOf(condition);
  const asked = describeItem(condition, fields);
  const found = (value: FieldValue): string =>
    isMissing(value) ? 'unknown' : `none of ${itemsIn(value).length}`;
  return (facts, wanted) => {
    const value = field.read(facts, of);
    if (meets(value, facts.at) === wanted) return NONE;
    const detail = wanted ? `${found(value)}, needed one where ${asked}` : `one where ${asked}, needed none`;
    return [{ path, detail: `${name}: ${detail}` }];
  };
}

function conditionPart(condition: Condition, fields: FieldRegistry, path: string): Part {
  const field = fields.get(condition.field);
  const meets = comparisonOf(condition, fields);
  const of = argumentsOf(condition);
  const subject = subjectOf(field.field, condition);
  const operand = spokenOperand(condition.value, condition.operator, field);
  return (facts, wanted) => {
    const value = field.read(facts, of);
    if (meets(value, facts.at) === wanted) return NONE;
    const needed = neededWords(condition, operand, facts);
    const detail = `${subject} is ${spokenValue(value, field)}, needed ${wanted ? '' : 'not '}${needed}`;
    return [{ path, detail }];
  };
}

/** The operators are named as the rule names them, so that the one to change is easily found in it. */
function neededWords(condition: Condition, operand: string, facts: Facts): string {
  switch (condition.operator) {
    case 'null':
      return 'unknown';
    case 'notNull':
      return 'known';
    case 'in':
      return `one of ${operand}`;
    case 'notIn':
      return `none of ${operand}`;
    case 'contains':
      return `to contain ${operand}`;
    case 'notContains':
      return `not to contain ${operand}`;
    case 'withinDays':
      return `within ${operand} of ${spokenInstant(facts.at)}`;
    default:
      return `${condition.operator} ${operand}`;
  }
}

function groupPart(group: Group, fields: FieldRegistry, path: string): Part {
  const members = group.rules.map((member, index) => partOf(member, fields, childPath(path, index)));
  return (facts, wanted) => {
    // De Morgan: a negated 'and' needs one member to fail, a negated 'or' needs all of them to.
    const wantedOfMembers = wanted !== (group.not ?? false);
    if (members.length === 0) {
      return wantedOfMembers ? NONE : [{ path, detail: 'an empty group always holds, needed not' }];
    }
    const needsAll = (group.combinator === 'and') === wantedOfMembers;
    const misses = members.map((member) => member(facts, wantedOfMembers));
    if (needsAll) return misses.flat();
    if (misses.some((missed) => missed.length === 0)) return NONE;
    return members.length === 1 ? misses.flat() : misses.flatMap((missed) => asAlternative(missed, path));
  };
}

function asAlternative(misses: readonly Miss[], path: string): Miss[] {
  const where = path === '' ? 'the rule' : path;
  return misses.map((miss) => ({ ...miss, detail: `${miss.detail} (one way to meet ${where})` }));
}
