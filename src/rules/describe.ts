import { groupOf, isGroup, type Condition, type Operator, type Rule } from './grammar.js';
import type { Field, FieldRegistry } from './registry.js';
import { spokenOperand, subjectOf } from './words.js';

const VERBS: Readonly<Record<Operator, string>> = {
  '=': 'is',
  '!=': 'is not',
  '<': 'is less than',
  '<=': 'is at most',
  '>': 'is more than',
  '>=': 'is at least',
  between: 'is between',
  in: 'is one of',
  notIn: 'is none of',
  contains: 'contains',
  notContains: 'does not contain',
  null: 'is unknown',
  notNull: 'is known',
  withinDays: 'is within',
  matchesAny: 'has one where',
};

const VERBS_OF_TIME: Partial<Readonly<Record<Operator, string>>> = {
  '<': 'is before',
  '<=': 'is not after',
  '>': 'is after',
  '>=': 'is not before',
};

/**
 * A validated rule in plain words, by the labels of its fields: `Tier is gold and (Visits is at least 3 or …)`.
 *
 * @throws when the rule names a field the registry lacks
 */
export function describeRule(rule: Rule, fields: FieldRegistry): string {
  if (!isGroup(rule)) return describeCondition(rule, fields);
  const members = rule.rules.map((member) => {
    const words = describeRule(member, fields);
    return isGroup(member) && member.not !== true && member.rules.length > 1 ? `(${words})` : words;
  });
  const words = members.length === 0 ? 'always' : members.join(` ${rule.combinator} `);
  return rule.not === true ? `not (${words})` : words;
}

function describeCondition(condition: Condition, fields: FieldRegistry): string {
  const { operator } = condition;
  const field = fields.get(condition.field);
  if (operator === 'matchesAny')
    return `${field.label} ${VERBS[operator]} (${describeItem(condition, fields)})`;
  const verb = (isOfTime(field) ? VERBS_OF_TIME[operator] : undefined) ?? VERBS[operator];
  const operand = spokenOperand(condition.value, operator, field);
  const words = [subjectOf(field.label, condition), verb, operand].filter((word) => word !== '').join(' ');
  return operator === 'withinDays' ? `${words} of now` : words;
}

/** What some item of a list has to meet, in words. */
export function describeItem(condition: Condition, fields: FieldRegistry): string {
  return describeRule(groupOf(condition), fields.itemsOf(condition.field));
}

function isOfTime({ type }: Field): boolean {
  return type === 'instant' || type === 'clock' || type === 'monthDay';
}
