import { DAY_MS, type Instant } from '../shared/index.js';
import type { Condition, Operator, RuleValue, Scalar } from './grammar.js';
import type { Field, FieldValue } from './registry.js';

/** Whether what a field reads at `at` meets a condition. */
export type Comparison = (value: FieldValue, at: Instant) => boolean;

type Order = '<' | '<=' | '>' | '>=';

type Positive = Exclude<Operator, keyof typeof OPPOSITES | 'matchesAny'>;

/** These say no to exactly what the other says yes to, also where nothing is known. */
export const OPPOSITES = { '!=': '=', notIn: 'in', notContains: 'contains', null: 'notNull' } as const;

/**
 * The comparison of a validated condition with one value or some, made once per rule. A value that is missing, or of
 * another type than the one asked for, equals nothing, contains nothing and lies above, below and within nothing.
 *
 * @throws for `matchesAny`, which asks the items of a list
 */
export function plainComparisonOf({ operator, value }: Condition, field: Field): Comparison {
  if (operator === 'matchesAny') throw new Error(`${field.field} is no plain value`);
  if (!isNegative(operator)) return positive(operator, value, field);
  const meets = positive(OPPOSITES[operator], value, field);
  return (read, at) => !meets(read, at);
}

export function isNegative(operator: Operator): operator is keyof typeof OPPOSITES {
  return Object.hasOwn(OPPOSITES, operator);
}

function positive(operator: Positive, value: RuleValue | undefined, field: Field): Comparison {
  switch (operator) {
    case '=':
      return (read) => read === value;
    case '<':
    case '<=':
    case '>':
    case '>=':
      return ordered(operator, boundOf(value, field));
    case 'between':
      return between(listOf(value).map((bound) => boundOf(bound, field)));
    case 'in':
      return within(listOf(value));
    case 'contains':
      return contains(textOf(value));
    case 'notNull':
      return (read) => !isMissing(read);
    case 'withinDays':
      return withinDays(Number(value));
  }
}

/** Not known; a number that is none is a fault of what fed it, and known to nobody either. */
export function isMissing(value: FieldValue): value is null | undefined {
  return value === undefined || value === null || Number.isNaN(value);
}

function within(wanted: readonly Scalar[]): Comparison {
  const set: ReadonlySet<unknown> = new Set(wanted);
  return (value) => set.has(value);
}

/** In a text a part of it, whatever its case; in a list one of its items, exactly. */
function contains(wanted: string): Comparison {
  const part = wanted.toLowerCase();
  return (value) => {
    if (typeof value === 'string') return value.toLowerCase().includes(part);
    return Array.isArray(value) && (value as readonly unknown[]).includes(wanted);
  };
}

/** At most so many days from now, either way: bought in the last 30 days, due in the next 4. */
function withinDays(days: number): Comparison {
  const reachMs = days * DAY_MS;
  return (value, at) => typeof value === 'number' && Math.abs(value - at) <= reachMs;
}

function ordered(operator: Order, bound: string | number): Comparison {
  return typeof bound === 'number' ? orderedNumber(operator, bound) : orderedText(operator, bound);
}

function orderedNumber(operator: Order, bound: number): Comparison {
  switch (operator) {
    case '<':
      return (value) => typeof value === 'number' && value < bound;
    case '<=':
      return (value) => typeof value === 'number' && value <= bound;
    case '>':
      return (value) => typeof value === 'number' && value > bound;
    case '>=':
      return (value) => typeof value === 'number' && value >= bound;
  }
}

/** `HH:MM` and `MM-DD` stand in the order of their letters. */
function orderedText(operator: Order, bound: string): Comparison {
  switch (operator) {
    case '<':
      return (value) => typeof value === 'string' && value < bound;
    case '<=':
      return (value) => typeof value === 'string' && value <= bound;
    case '>':
      return (value) => typeof value === 'string' && value > bound;
    case '>=':
      return (value) => typeof value === 'string' && value >= bound;
  }
}

function between([low, high]: readonly (string | number)[]): Comparison {
  if (typeof low === 'number' && typeof high === 'number') {
    return (value) => typeof value === 'number' && value >= low && value <= high;
  }
  if (typeof low === 'string' && typeof high === 'string') {
    return (value) => typeof value === 'string' && value >= low && value <= high;
  }
  throw new Error('a range needs two bounds of one type: the rule was not validated');
}

/** A bound as it is compared: a moment in milliseconds. */
export function boundOf(value: RuleValue | undefined, field: Field): string | number {
  if (field.type === 'instant') return Date.parse(textOf(value));
  if (typeof value === 'number' || typeof value === 'string') return value;
  throw new Error(`${field.field} cannot be ordered by ${typeof value}: the rule was not validated`);
}

/** One value that is asked for, as a text. */
export function textOf(value: RuleValue | undefined): string {
  return typeof value === 'object' ? '' : String(value);
}

export function listOf(value: RuleValue | undefined): readonly Scalar[] {
  if (Array.isArray(value)) return value as readonly Scalar[];
  throw new Error('a list is needed: the rule was not validated');
}
