import { DAY_MS, unreachable } from '../../shared/index.js';
import { boundOf, listOf, textOf } from '../comparison.js';
import type { Condition, Operator, Scalar } from '../grammar.js';
import type { Field } from '../registry.js';
import type { Statement } from './statement.js';

/** Truth of a comparison in SQL; NULL counts as no. `isExact` is false where it also holds of some who do not meet it. */
export interface SaidComparison {
  readonly sql: string;
  readonly isExact: boolean;
}

const exactly = (sql: string): SaidComparison => ({ sql, isExact: true });

/**
 * What a condition asks of `value`, the SQL of its field; its operator is none of the opposites, and not `matchesAny`.
 * What contains a text is not said: Postgres and JavaScript disagree about lower case.
 */
export function comparisonSql(
  condition: Condition,
  field: Field,
  value: string,
  statement: Statement,
): SaidComparison {
  const { operator } = condition;
  if (field.type === 'any') return anySql(condition, value, statement);
  if (operator === 'notNull') return exactly(`${value} IS NOT NULL`);
  if (operator === 'contains') {
    return field.type === 'list'
      ? exactly(`${statement.text(textOf(condition.value))} = ANY((${value})::text[])`)
      : { sql: `${value} IS NOT NULL`, isExact: false };
  }
  if (operator === 'withinDays') {
    const reachMs = statement.number(Number(condition.value) * DAY_MS);
    return exactly(`abs(${value} - ${statement.at}) <= ${reachMs}`);
  }
  return exactly(plainSql(condition, field, value, statement));
}

function plainSql(condition: Condition, field: Field, value: string, statement: Statement): string {
  const { operator, value: operand } = condition;
  if (operator === 'in') return `${value} = ANY(${listSql(listOf(operand), statement)})`;
  if (operator === '=') return `${value} = ${scalarSql(operand as Scalar, statement)}`;
  // `HH:MM` and `MM-DD` stand in the order of their letters.
  const ordered = field.type === 'clock' || field.type === 'monthDay' ? `${value} COLLATE "C"` : value;
  if (operator === 'between') {
    const [low, high] = listOf(operand).map((bound) => scalarSql(boundOf(bound, field), statement));
    return `${ordered} BETWEEN ${low ?? ''} AND ${high ?? ''}`;
  }
  return `${ordered} ${orderOf(operator)} ${scalarSql(boundOf(operand, field), statement)}`;
}

/** A value whose type is known only when it is read, as `jsonb`: what is of another type than asked for meets nothing. */
function anySql(condition: Condition, value: string, statement: Statement): SaidComparison {
  const { operator, value: operand } = condition;
  const type = `jsonb_typeof(${value})`;
  const ofType = (name: string, sql: string): string =>
    `CASE WHEN ${type} = '${name}' THEN ${sql} ELSE false END`;
  const number = `(${value})::float8`;
  switch (operator) {
    case 'notNull':
      return exactly(`${type} <> 'null'`);
    case 'contains':
      return {
        sql: `CASE ${type} WHEN 'array' THEN ${value} ? ${statement.text(textOf(operand))}
              WHEN 'string' THEN true ELSE false END`,
        isExact: false,
      };
    case '=':
      return exactly(amongSql([operand as Scalar], value, ofType, statement));
    case 'in':
      return exactly(amongSql(listOf(operand), value, ofType, statement));
    case 'between': {
      const [low, high] = listOf(operand).map((bound) => statement.number(Number(bound)));
      return exactly(ofType('number', `${number} BETWEEN ${low ?? ''} AND ${high ?? ''}`));
    }
    default:
      return exactly(ofType('number', `${number} ${orderOf(operator)} ${statement.number(Number(operand))}`));
  }
}

function amongSql(
  wanted: readonly Scalar[],
  value: string,
  ofType: (name: string, sql: string) => string,
  statement: Statement,
): string {
  const texts = wanted.filter((each) => typeof each === 'string');
  const numbers = wanted.filter((each) => typeof each === 'number');
  const booleans = wanted.filter((each) => typeof each === 'boolean');
  const ways = [
    ...(texts.length > 0 ? [ofType('string', `${value} #>> '{}' = ANY(${statement.texts(texts)})`)] : []),
    ...(numbers.length > 0
      ? [ofType('number', `(${value})::float8 = ANY(${statement.numbers(numbers)})`)]
      : []),
    ...booleans.map((each) => ofType('boolean', `(${value})::boolean = ${statement.boolean(each)}`)),
  ];
  return ways.join(' OR ');
}

function listSql(values: readonly Scalar[], statement: Statement): string {
  const texts = values.filter((each) => typeof each === 'string');
  return texts.length > 0
    ? statement.texts(texts)
    : statement.numbers(values.filter((each) => typeof each === 'number'));
}

function scalarSql(value: Scalar, statement: Statement): string {
  switch (typeof value) {
    case 'string':
      return statement.text(value);
    case 'number':
      return statement.number(value);
    case 'boolean':
      return statement.boolean(value);
    default:
      return unreachable(value);
  }
}

/** The operator as SQL writes it. @throws for one that compares no order: nothing else goes into the text */
function orderOf(operator: Operator): string {
  if (operator === '<' || operator === '<=' || operator === '>' || operator === '>=') return operator;
  throw new Error(`'${operator}' compares no order`);
}
