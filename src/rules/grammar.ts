import type { Reads } from '../shared/index.js';

/** The rule language: the JSON that react-querybuilder edits, closed to everything not named here. */

export const OPERATORS = [
  '=',
  '!=',
  '<',
  '<=',
  '>',
  '>=',
  'between',
  'in',
  'notIn',
  'contains',
  'notContains',
  'null',
  'notNull',
  'withinDays',
  'matchesAny',
] as const;
export type Operator = (typeof OPERATORS)[number];

export type Scalar = string | number | boolean;

/**
 * What a condition compares with: one value, `[low, high]` for `between`, a list for `in` and `notIn`, for `matchesAny`
 * a group about the fields of one item.
 */
export type RuleValue = Scalar | null | readonly Scalar[] | Group;

/** The parameters of a field, e.g. `{category: 'coffee filters'}`. */
export type FieldArguments = Readonly<Record<string, string>>;

/** `id` and `valueSource` mean nothing to us: react-querybuilder writes them, so they are kept as given. */
export interface Condition {
  readonly id?: string;
  readonly field: string;
  readonly of?: FieldArguments;
  readonly operator: Operator;
  readonly value?: RuleValue;
  readonly valueSource?: 'value';
}

/** An empty group holds, whatever its combinator. */
export interface Group {
  readonly id?: string;
  readonly combinator: 'and' | 'or';
  readonly not?: boolean;
  readonly rules: readonly Rule[];
}

export type Rule = Group | Condition;

export function isGroup(rule: Rule): rule is Group {
  return 'rules' in rule;
}

/** The path of a member, as faults and explanations name it: `eligibility.rules[0].value`. */
export function memberPath(path: string, key: string): string {
  return path === '' ? key : `${path}.${key}`;
}

/** The path of the `index`-th rule within the group at `path`. */
export function childPath(path: string, index: number): string {
  return `${memberPath(path, 'rules')}[${index}]`;
}

/** Every condition of a rule with its path, in the order of the rule; those about the items of a list are not among them. */
export function* conditionsOf(rule: Rule, path = ''): Generator<{ condition: Condition; path: string }> {
  if (!isGroup(rule)) yield { condition: rule, path };
  else
    for (const [index, member] of rule.rules.entries()) yield* conditionsOf(member, childPath(path, index));
}

/** The group that some item of a list has to meet. @throws when the condition has none: it was not validated */
export function groupOf({ value }: Condition): Group {
  if (typeof value === 'object' && value !== null && 'rules' in value) return value;
  throw new Error("'matchesAny' needs a group: the rule was not validated");
}

/** What has to be read before a rule is asked: the lists about whose items it asks, the products `of` which it asks. */
export function readsIn(rule: Rule): Reads {
  const conditions = [...conditionsOf(rule)].map(({ condition }) => condition);
  const lists = conditions.filter(({ operator }) => operator === 'matchesAny').map(({ field }) => field);
  return { lists: new Set(lists), products: new Set(conditions.flatMap(({ of }) => of?.['product'] ?? [])) };
}

/** What several rules ask for together. */
export function readsOfAll(reads: readonly Reads[]): Reads {
  return {
    lists: new Set(reads.flatMap(({ lists }) => [...lists])),
    products: new Set(reads.flatMap(({ products }) => [...products])),
  };
}
