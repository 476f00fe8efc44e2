import { DAY_MS, type Instant } from '../../shared/index.js';
import { boundOf, listOf } from '../comparison.js';
import { argumentsOf } from '../compile.js';
import type { Condition, Operator } from '../grammar.js';
import type { Field } from '../registry.js';
import type { Parameters } from './parameters.js';

/** The types that SQL compares; `any` is asked as each of the first three. */
type SqlType = 'float8' | 'text' | 'boolean';

/**
 * A condition with one of the positive operators as SQL, null where it is asked of what is not known.
 *
 * @returns nothing when the field has no SQL, or when Postgres would not answer as we do: it folds the case of letters
 *   by its own locale, so that what is contained in a text is asked here
 */
export function conditionSql(
  condition: Condition,
  field: Field,
  at: Instant,
  parameters: Parameters,
): string | undefined {
  if (field.sql === undefined) return undefined;
  if (condition.operator === 'contains' && field.type !== 'list') return undefined;
  const read = field.sql(argumentsOf(condition), {
    text: (value) => parameters.add(value, 'text'),
    now: () => parameters.add(at, 'float8'),
  });
  if (condition.operator === 'notNull') return presence(read, field);
  if (condition.operator === 'contains') return `${parameters.add(condition.value, 'text')} = ANY(${read})`;
  if (condition.operator === 'withinDays') {
    const reachMs = Number(condition.value) * DAY_MS;
    return `abs(${read} - ${parameters.add(at, 'float8')}) <= ${parameters.add(reachMs, 'float8')}`;
  }
  if (field.type === 'any') return comparedAsAny(read, condition, field, parameters);
  return compared(read, condition, operandsOf(condition, field), typeOf(field), parameters);
}

/** JSON's own null is as unknown as a missing key. */
function presence(read: string, { type }: Field): string {
  return type === 'any' ? `jsonb_typeof(${read}) <> 'null'` : `${read} IS NOT NULL`;
}

function typeOf({ type }: Field): SqlType {
  if (type === 'boolean') return 'boolean';
  return type === 'number' || type === 'instant' ? 'float8' : 'text';
}

function operandsOf({ operator, value }: Condition, field: Field): readonly (string | number | boolean)[] {
  const operands = operator === 'in' || operator === 'between' ? listOf(value) : listOf([value as string]);
  return operands.map((operand) => (typeof operand === 'boolean' ? operand : boundOf(operand, field)));
}

/** A value of JSON is compared with operands of its own type only. */
function comparedAsAny(read: string, condition: Condition, field: Field, parameters: Parameters): string {
  const operands = operandsOf(condition, field);
  const ofType = (kind: 'number' | 'string' | 'boolean', type: SqlType, cast: string): string[] => {
    const same = operands.filter((operand) => typeof operand === kind);
    if (same.length === 0) return [];
    const value = `CASE WHEN jsonb_typeof(${read}) = '${kind}' THEN ${cast} END`;
    return [`coalesce(${compared(value, condition, same, type, parameters)}, false)`];
  };
  const parts = [
    ...ofType('number', 'float8', `(${read})::float8`),
    ...ofType('string', 'text', `(${read}) #>> '{}'`),
    ...ofType('boolean', 'boolean', `(${read})::boolean`),
  ];
  return `(${parts.join(' OR ')})`;
}

const ORDERS: Partial<Record<Operator, string>> = { '=': '=', '<': '<', '<=': '<=', '>': '>', '>=': '>=' };

function compared(
  read: string,
  { operator }: Condition,
  operands: readonly (string | number | boolean)[],
  type: SqlType,
  parameters: Parameters,
): string {
  // Ours is the order of UTF-16; of hours and days, the only texts that have one, it is that of bytes.
  const value = type === 'text' ? `(${read}) COLLATE "C"` : `(${read})`;
  if (operator === 'in') return isOneOf(value, operands, type, parameters);
  const [first, second] = operands.map((operand) => parameters.add(operand, type));
  if (operator === 'between') return `${value} BETWEEN ${first ?? ''} AND ${second ?? ''}`;
  const order = ORDERS[operator];
  if (order === undefined) throw new Error(`'${operator}' is no comparison of values`);
  return `${value} ${order} ${first ?? ''}`;
}

function isOneOf(
  value: string,
  operands: readonly (string | number | boolean)[],
  type: SqlType,
  parameters: Parameters,
): string {
  if (type === 'boolean') {
    return `(${operands.map((operand) => `${value} = ${parameters.add(operand, type)}`).join(' OR ')})`;
  }
  return `${value} = ANY(${parameters.add(operands, `${type}[]`)})`;
}
