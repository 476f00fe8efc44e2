import { argumentsOf } from '../compile.js';
import { DAY_MS, type Instant } from '../../shared/index.js';
import { listOf, textOf } from '../comparison.js';
import { groupOf, type Condition, type Rule } from '../grammar.js';
import { normalForm, type Formula, type Literal } from '../matching/normal-form.js';
import type { FieldRegistry, ItemsOfAll } from '../registry.js';
import { comparisonSql, type SaidComparison } from './comparison-sql.js';
import type { Statement } from './statement.js';

const EVERYBODY: SaidComparison = { sql: 'true', isExact: false };

/**
 * A validated rule as a condition in SQL about `asked`, a row of `shoppers` whose consent to `profiling` is given. It
 * is true or false, never NULL: every comparison says yes or no, also about what is not known. Where some field cannot
 * be said it is true of all who meet the rule and of others (`isExact` is false): they have to be asked one by one. The
 * statement's `joins` have to stand behind `asked`.
 *
 * @throws when the rule names a field the registry lacks
 */
export function sqlOf(rule: Rule, fields: FieldRegistry, statement: Statement): SaidComparison {
  return formulaSql(normalForm(rule), fields, statement);
}

function formulaSql(formula: Formula, fields: FieldRegistry, statement: Statement): SaidComparison {
  if ('condition' in formula) return literalSql(formula, fields, statement);
  const [members, joint, none] =
    'all' in formula ? [formula.all, ' AND ', 'true'] : [formula.any, ' OR ', 'false'];
  const said = members.map((member) => formulaSql(member, fields, statement));
  return {
    sql: said.length === 0 ? none : `(${said.map(({ sql }) => sql).join(joint)})`,
    isExact: said.every(({ isExact }) => isExact),
  };
}

/** Every `not` has been carried down to here, so that more may be let through anywhere and nobody is lost. */
function literalSql(
  { condition, wanted }: Literal,
  fields: FieldRegistry,
  statement: Statement,
): SaidComparison {
  const field = fields.get(condition.field);
  const of = argumentsOf(condition);
  if (field.sql === undefined) {
    // What is not known meets no comparison.
    const known = wanted ? field.sqlKnown?.(of, statement) : undefined;
    return known === undefined ? EVERYBODY : { sql: `(${known})`, isExact: false };
  }
  const value = field.sql(of, statement);
  const said =
    condition.operator === 'matchesAny'
      ? someItemSql(condition, value, fields, statement)
      : comparisonSql(condition, field, value, statement);
  if (wanted) return { ...said, sql: `(${said.sql}) IS TRUE` };
  return said.isExact ? { ...said, sql: `(${said.sql}) IS NOT TRUE` } : EVERYBODY;
}

function someItemSql(
  condition: Literal['condition'],
  items: string,
  fields: FieldRegistry,
  statement: Statement,
): SaidComparison {
  const group = groupOf(condition);
  const { sql, isExact } = sqlOf(group, fields.itemsOf(condition.field), statement);
  const one = `EXISTS (SELECT FROM (${items}) AS item WHERE ${sql})`;
  const { ofAll } = fields.get(condition.field);
  if (ofAll === undefined || statement.isOfFew) return { sql: one, isExact };
  const since = statement.number(sinceOf(group, ofAll, statement.moment));
  const set = statement.set(
    `SELECT shopper_id, bool_or(${sql}) AS met, count(*) > ${ofAll.most} AS is_cut
     FROM (${ofAll.sql(since)}) AS item GROUP BY shopper_id`,
  );
  // Who has more items than count is looked at alone: only there it matters which are the latest.
  return { sql: `${set}.met AND (NOT ${set}.is_cut OR ${one})`, isExact };
}

/** Moments are kept to the microsecond and compared to the millisecond. */
const SLACK_MS = 1;

/**
 * From when on items have to be looked at, in milliseconds: as far as the list reaches, or only as far as the group asks
 * for. The latest `most` later than that are among the latest `most` of all.
 */
function sinceOf(group: Rule, { latestBy, reachMs }: ItemsOfAll, at: Instant): number {
  const formula = normalForm(group);
  const members = 'all' in formula ? formula.all : [formula];
  const bounds = members.map((member) => {
    if (!('condition' in member) || !member.wanted || member.condition.field !== latestBy) return -Infinity;
    return earliestOf(member.condition, at) - SLACK_MS;
  });
  return Math.max(at - reachMs, ...bounds);
}

/** Before this moment a condition on a moment holds of nothing. */
function earliestOf({ operator, value }: Condition, at: Instant): number {
  switch (operator) {
    case 'withinDays':
      return at - Number(value) * DAY_MS;
    case '>':
    case '>=':
      return Date.parse(textOf(value));
    case 'between':
      return Date.parse(textOf(listOf(value)[0]));
    default:
      return -Infinity;
  }
}
