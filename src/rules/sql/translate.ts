import type { Instant } from '../../shared/index.js';
import { compileRule, type Predicate } from '../compile.js';
import type { Rule } from '../grammar.js';
import { normalForm, type Formula } from '../matching/normal-form.js';
import type { FieldRegistry } from '../registry.js';
import { conditionSql } from './condition-sql.js';
import { Parameters } from './parameters.js';

/** A rule as a condition of SQL, over the rows that the fields' `sql` speaks of. */
export interface Translation {
  /** An expression that is true or false, never null. */
  readonly text: string;
  /** What `$n` stands for, from the first asked for on. */
  readonly values: readonly unknown[];
  /**
   * Where not everything could be said in SQL: `text` holds for all whom the rule is about and for some others, whom
   * this tells apart. Nothing where `text` is the whole rule.
   */
  readonly residual?: Predicate;
}

interface Said {
  readonly text: string;
  /** Whether it says all that the formula does, not only what must hold besides. */
  readonly whole: boolean;
}

/**
 * A validated rule in parameterised SQL. It says exactly what `compileRule` says, also of what is unknown: every
 * comparison is closed with `coalesce(…, false)` before it is negated, so that SQL's third value goes nowhere.
 *
 * @param at the moment for which it is asked
 * @param given parameters that the statement has already: the first of these is `$given + 1`
 * @throws when the rule names a field the registry lacks
 */
export function translateRule(rule: Rule, fields: FieldRegistry, at: Instant, given = 0): Translation {
  const parameters = new Parameters(given);
  const { text, whole } = said(normalForm(rule), fields, at, parameters);
  const { values } = parameters;
  return whole ? { text, values } : { text, values, residual: compileRule(rule, fields) };
}

/**
 * In negation normal form nothing is negated but single conditions, so a formula of what must hold for each part is
 * what must hold for the whole: a condition without SQL may stand as `true`.
 */
function said(formula: Formula, fields: FieldRegistry, at: Instant, parameters: Parameters): Said {
  if ('condition' in formula) {
    const { condition, wanted } = formula;
    const text = conditionSql(condition, fields.get(condition.field), at, parameters);
    if (text === undefined) return { text: 'true', whole: false };
    return { text: `${wanted ? '' : 'NOT '}coalesce(${text}, false)`, whole: true };
  }
  const [members, word, empty] =
    'all' in formula ? [formula.all, 'AND', 'true'] : [formula.any, 'OR', 'false'];
  const parts = members.map((member) => said(member, fields, at, parameters));
  return {
    text: parts.length === 0 ? empty : `(${parts.map(({ text }) => text).join(` ${word} `)})`,
    whole: parts.every(({ whole }) => whole),
  };
}
