import { toRfc3339, type Instant } from '../shared/index.js';
import { isMissing, listOf, textOf } from './comparison.js';
import type { Condition, Operator, RuleValue } from './grammar.js';
import type { Field, FieldValue } from './registry.js';

const MAX_SPOKEN_ITEMS = 5;
const MAX_SPOKEN_TEXT = 80;
/** The furthest moment that a date can name, in milliseconds either side of 1970 (ECMAScript). */
const FURTHEST_INSTANT = 8.64e15;

/** `replenishment.dueProbability of coffee filters`, given the field's name or its label. */
export function subjectOf(name: string, condition: Condition): string {
  const given = Object.values(condition.of ?? {});
  return given.length === 0 ? name : `${name} of ${given.join(', ')}`;
}

/** A value as read from the shopper's view, in words. */
export function spokenValue(value: FieldValue, field: Field): string {
  if (isMissing(value)) return 'unknown';
  if (field.type === 'instant' && typeof value === 'number') return spokenInstant(value);
  if (typeof value === 'object') return value.length === 0 ? 'empty' : spokenList(value as readonly string[]);
  return withUnit(spokenScalar(value), value, field);
}

/** What a condition compares with, in words. */
export function spokenOperand(value: RuleValue | undefined, operator: Operator, field: Field): string {
  if (value === undefined || value === null) return '';
  if (operator === 'withinDays') return value === 1 ? '1 day' : `${textOf(value)} days`;
  if (typeof value !== 'object') return withUnit(spokenScalar(value), value, field);
  const items = listOf(value);
  const [low = '', high = ''] = items;
  if (operator !== 'between') return spokenList(items);
  return `${spokenScalar(low)} and ${withUnit(spokenScalar(high), high, field)}`;
}

/** `2026-01-31T09:30:00.000Z`, or the bare number for a moment beyond all calendars. */
export function spokenInstant(at: Instant): string {
  return Math.abs(at) <= FURTHEST_INSTANT ? toRfc3339(at) : String(at);
}

function spokenList(items: readonly (string | number | boolean)[]): string {
  const spoken = items.slice(0, MAX_SPOKEN_ITEMS).map(spokenScalar).join(', ');
  const unspoken = items.length - MAX_SPOKEN_ITEMS;
  return unspoken > 0 ? `${spoken} and ${unspoken} more` : spoken;
}

function spokenScalar(value: string | number | boolean): string {
  if (value === '') return '""';
  // Twelve digits are more than anybody asks for, and hide what binary fractions add.
  if (typeof value === 'number') return String(Number(value.toPrecision(12)));
  const text = String(value);
  return text.length <= MAX_SPOKEN_TEXT ? text : `${text.slice(0, MAX_SPOKEN_TEXT - 1)}…`;
}

function withUnit(spoken: string, value: FieldValue, field: Field): string {
  return typeof value === 'number' && field.unit !== undefined ? `${spoken} ${field.unit}` : spoken;
}
