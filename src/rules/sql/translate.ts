import { argumentsOf } from '../compile.js';
import { groupOf, type Rule } from '../grammar.js';
import { normalForm, type Formula, type Literal } from '../matching/normal-form.js';
import type { FieldRegistry } from '../registry.js';
import { comparisonSql, type SaidComparison } from './comparison-sql.js';
import type { Statement } from './statement.js';

const EVERYBODY: SaidComparison = { sql: 'true', isExact: false };

/**
 * A validated rule as a condition in SQL about `asked`, a row of `shoppers` whose consent to `profiling` is given. It
 * is true or false, never NULL: every comparison says yes or no, also about what is not known. Where some field cannot
 * be said it is true of all who meet the rule and of others (`isExact` is false): they have to be asked one by one.
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
  const { sql, isExact } = sqlOf(groupOf(condition), fields.itemsOf(condition.field), statement);
  return { sql: `EXISTS (SELECT FROM (${items}) AS item WHERE ${sql})`, isExact };
}
