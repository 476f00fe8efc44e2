import { z } from 'zod';
import { unreachable } from '../shared/index.js';
import { excerpt, type FaultCode, type Faults } from './faults.js';
import type { Operator, RuleValue, Scalar } from './grammar.js';
import type { Field } from './registry.js';

const MAX_ITEMS = 100;
const MAX_TEXT = 200;
const MAX_DAYS = 36_500;

const rfc3339 = z.iso.datetime({ offset: true });
const clock = z.iso.time({ precision: -1 });
// 2000 was a leap year, so that 29 February is a day.
const isMonthDay = (text: string): boolean => z.iso.date().safeParse(`2000-${text}`).success;

/** Why a value is refused; nothing when it is good. */
type Refusal = readonly [code: FaultCode, detail: string] | undefined;

type Expected = 'number' | 'text' | 'boolean' | 'instant' | 'clock' | 'monthDay' | 'scalar';

/**
 * Checks what a condition compares with; every fault is added to `faults` under `path`.
 *
 * @returns the value, fit to be compared; `undefined` when it is faulty, or when none is given and none is needed
 */
export function checkOperand(
  value: unknown,
  operator: Operator,
  field: Field,
  path: string,
  faults: Faults,
): RuleValue | undefined {
  if (operator === 'null' || operator === 'notNull') return checkAbsence(value, operator, path, faults);
  if (value === undefined || value === null) {
    faults.add(path, 'required', `'${operator}' needs a value`);
    return undefined;
  }
  if (operator === 'between') return checkBounds(value, field, path, faults);
  if (operator === 'in' || operator === 'notIn') return checkList(value, operator, field, path, faults);
  const refusal = operator === 'withinDays' ? refuseDays(value) : refuseScalar(value, operator, field);
  if (refusal === undefined) return value as Scalar;
  faults.add(path, ...refusal);
  return undefined;
}

/** Why `value` is no text that we keep: Postgres can store neither NUL nor half a surrogate pair. */
export function refuseText(value: unknown): Refusal {
  if (typeof value !== 'string') return ['wrong-type', 'must be a text'];
  if (value.length > MAX_TEXT) return ['out-of-range', `must have at most ${MAX_TEXT} characters`];
  if (value.includes('\0') || /\p{Surrogate}/u.test(value)) return ['wrong-type', 'must be well-formed text'];
  return undefined;
}

function checkAbsence(value: unknown, operator: Operator, path: string, faults: Faults): null | undefined {
  if (value === undefined || value === null) return value;
  faults.add(path, 'wrong-type', `'${operator}' takes no value`);
  return undefined;
}

function checkBounds(
  value: unknown,
  field: Field,
  path: string,
  faults: Faults,
): readonly Scalar[] | undefined {
  if (!Array.isArray(value) || value.length !== 2) {
    faults.add(path, 'wrong-type', "'between' needs [low, high]");
    return undefined;
  }
  const bounds = checkItems(value, 'between', field, path, faults);
  if (bounds === undefined) return undefined;
  const [low, high] = field.type === 'instant' ? bounds.map((bound) => Date.parse(String(bound))) : bounds;
  if (low !== undefined && high !== undefined && low <= high) return bounds;
  faults.add(path, 'out-of-range', 'low must not be above high');
  return undefined;
}

function checkList(
  value: unknown,
  operator: Operator,
  field: Field,
  path: string,
  faults: Faults,
): readonly Scalar[] | undefined {
  if (!Array.isArray(value)) {
    faults.add(path, 'wrong-type', `'${operator}' needs a list`);
    return undefined;
  }
  if (value.length === 0) {
    faults.add(path, 'required', `'${operator}' needs at least one value`);
    return undefined;
  }
  if (value.length > MAX_ITEMS) {
    faults.add(path, 'too-many', `at most ${MAX_ITEMS} values`);
    return undefined;
  }
  return checkItems(value, operator, field, path, faults);
}

function checkItems(
  items: readonly unknown[],
  operator: Operator,
  field: Field,
  path: string,
  faults: Faults,
): readonly Scalar[] | undefined {
  const refusals = Array.from(items, (item) => refuseScalar(item, operator, field));
  refusals.forEach((refusal, index) => {
    if (refusal !== undefined) faults.add(`${path}[${index}]`, ...refusal);
  });
  if (refusals.some((refusal) => refusal !== undefined)) return undefined;
  return [...items] as Scalar[];
}

function refuseDays(value: unknown): Refusal {
  const refusal = refuseNumber(value, 'days');
  if (refusal !== undefined) return refusal;
  if (Number(value) > 0 && Number(value) <= MAX_DAYS) return undefined;
  return ['out-of-range', `must be more than 0 and at most ${MAX_DAYS} days`];
}

function refuseScalar(value: unknown, operator: Operator, field: Field): Refusal {
  const refusal = refuseType(value, expected(operator, field), field);
  if (refusal !== undefined) return refusal;
  if (operator === 'contains' && value === '') return ['required', "'contains' needs a text"];
  if (operator === 'notContains' && value === '') return ['required', "'notContains' needs a text"];
  if (typeof value === 'string' && field.choices?.includes(value) === false) {
    return ['out-of-range', `'${excerpt(value)}' is none of the choices of ${field.field}`];
  }
  const [least, greatest] = field.range ?? [-Infinity, Infinity];
  if (typeof value === 'number' && (value < least || value > greatest)) {
    return ['out-of-range', `must be from ${least} to ${greatest}`];
  }
  return undefined;
}

/**
 * What the operator compares with. A value of `any` type is ordered as a number, and searched for a text.
 *
 * @throws for a list of items: its group is no operand
 */
function expected(operator: Operator, { type }: Field): Expected {
  if (type === 'items') throw new Error('the items of a list are asked by a group');
  if (type === 'choice' || type === 'list') return 'text';
  if (type !== 'any') return type;
  if (operator === 'contains' || operator === 'notContains') return 'text';
  return ['=', '!=', 'in', 'notIn'].includes(operator) ? 'scalar' : 'number';
}

function refuseType(value: unknown, wanted: Expected, field: Field): Refusal {
  switch (wanted) {
    case 'number':
      return refuseNumber(value, field.unit);
    case 'text':
      return refuseText(value);
    case 'boolean':
      return typeof value === 'boolean' ? undefined : ['wrong-type', 'must be true or false'];
    case 'instant':
      // The pattern lets a fraction of a second be of any length.
      return refuseText(value) === undefined && rfc3339.safeParse(value).success
        ? undefined
        : ['wrong-type', 'must be a time as in 2026-01-31T09:30:00Z'];
    case 'clock':
      return clock.safeParse(value).success ? undefined : ['wrong-type', 'must be a time of day as HH:MM'];
    case 'monthDay':
      return typeof value === 'string' && isMonthDay(value)
        ? undefined
        : ['wrong-type', 'must be a day of the year as MM-DD'];
    case 'scalar':
      return refuseAnyScalar(value);
    default:
      return unreachable(wanted);
  }
}

function refuseAnyScalar(value: unknown): Refusal {
  if (typeof value === 'boolean') return undefined;
  if (typeof value === 'string') return refuseText(value);
  if (typeof value === 'number') return refuseNumber(value, undefined);
  return ['wrong-type', 'must be a text, a number, true or false'];
}

function refuseNumber(value: unknown, unit: string | undefined): Refusal {
  if (typeof value === 'number' && Number.isFinite(value)) return undefined;
  return ['wrong-type', unit === undefined ? 'must be a number' : `must be a number, in ${unit}`];
}
