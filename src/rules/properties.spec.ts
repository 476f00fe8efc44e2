import fc from 'fast-check';
import { DAY_MS, type AttributeValue, type Facts } from '../shared/index.js';
import { condition, facts, fields, list, rule } from '../../test/support/rules.js';
import { compileRule } from './compile.js';
import { describeRule } from './describe.js';
import { explainRule } from './explain.js';
import { isGroup, OPERATORS, type Condition, type Operator, type Rule, type RuleValue } from './grammar.js';
import type { FieldRegistry, FieldValue } from './registry.js';
import { validateRule } from './validate.js';

/** The language said again, as slowly and plainly as possible. */
function interpret(asked: Rule, given: Facts, known: FieldRegistry = fields): boolean {
  if (isGroup(asked)) {
    const answers = asked.rules.map((member) => interpret(member, given, known));
    const joined =
      answers.length === 0 ||
      (asked.combinator === 'and' ? !answers.includes(false) : answers.includes(true));
    return asked.not === true ? !joined : joined;
  }
  const field = known.get(asked.field);
  const value = field.read(given, asked.of ?? {});
  if (field.type === 'items') return interpretItems(asked, value, given, known);
  const wanted = (operand: unknown): unknown =>
    field.type === 'instant' && typeof operand === 'string' ? new Date(operand).getTime() : operand;
  return interpretOperator(
    asked.operator as Exclude<Operator, 'matchesAny'>,
    (value ?? null) as AttributeValue,
    asked.value,
    wanted,
    given.at,
  );
}

function interpretItems(asked: Condition, value: FieldValue, given: Facts, known: FieldRegistry): boolean {
  if (!Array.isArray(value)) return false;
  const answers = (value as NonNullable<Facts['item']>[]).map((item) =>
    interpret(asked.value as Rule, { ...given, item }, known.itemsOf(asked.field)),
  );
  return answers.includes(true);
}

function interpretOperator(
  operator: Exclude<Operator, 'matchesAny'>,
  value: AttributeValue,
  operand: RuleValue | undefined,
  wanted: (operand: unknown) => unknown,
  at: number,
): boolean {
  const missing = value === null || (typeof value === 'number' && Number.isNaN(value));
  const items = Array.isArray(operand) ? operand.map(wanted) : [wanted(operand)];
  const [first, second] = items;
  const above = (bound: unknown): number => {
    if (missing || typeof value !== typeof bound) return NaN;
    const other = bound as string | number;
    return value === other ? 0 : (value as string | number) > other ? 1 : -1;
  };
  const contained =
    typeof value === 'string'
      ? value.toLowerCase().indexOf(String(first).toLowerCase()) >= 0
      : Array.isArray(value) && value.some((item) => item === first);
  const answers: Record<typeof operator, boolean> = {
    '=': value === first,
    '!=': value !== first,
    '<': above(first) < 0,
    '<=': above(first) <= 0,
    '>': above(first) > 0,
    '>=': above(first) >= 0,
    between: above(first) >= 0 && above(second) <= 0,
    in: items.some((item) => item === value),
    notIn: items.every((item) => item !== value),
    contains: contained,
    notContains: !contained,
    null: missing,
    notNull: !missing,
    withinDays: typeof value === 'number' && Math.abs(at - value) / DAY_MS <= Number(first),
  };
  return answers[operator];
}

describe('the rule language', () => {
  it('compiled says what a plain reading says', () => {
    fc.assert(
      fc.property(rule, facts, (asked, given) => {
        expect(compileRule(asked, fields)(given)).toBe(interpret(asked, given));
      }),
      { numRuns: 1_000 },
    );
  });

  it('finds something in the way exactly when the rule does not hold, and at a place in the rule', () => {
    fc.assert(
      fc.property(rule, facts, (asked, given) => {
        const misses = explainRule(asked, fields, 'rule')(given);
        expect(misses.length === 0).toBe(compileRule(asked, fields)(given));
        for (const miss of misses) expect(ruleAt(asked, miss.path)).toBeDefined();
      }),
      { numRuns: 1_000 },
    );
  });

  it('takes every rule that can be written, and through JSON it stays the same rule', () => {
    fc.assert(
      fc.property(rule, (asked) => {
        const json: unknown = JSON.parse(JSON.stringify(asked));
        expect(validateRule(json, fields)).toEqual({ ok: true, rule: json });
        expect(describeRule(asked, fields)).not.toBe('');
      }),
      { numRuns: 500 },
    );
  });

  it('whatever it is sent, answers, and what it takes can be compiled, explained and described', () => {
    const before = Object.getOwnPropertyNames(Object.prototype).join();
    fc.assert(
      fc.property(nearlyRule, facts, (json, given) => {
        const validation = validateRule(json, fields, 'rule');
        if (validation.ok) {
          const holds = compileRule(validation.rule, fields)(given);
          expect(explainRule(validation.rule, fields)(given).length === 0).toBe(holds);
          describeRule(validation.rule, fields);
        } else {
          expect(validation.faults.length).toBeGreaterThan(0);
        }
        expect(Object.getOwnPropertyNames(Object.prototype).join()).toBe(before);
      }),
      { numRuns: 2_000 },
    );
  });
});

/** Anything, and above all things that are almost rules: right keys and words, in the wrong places. */
const word = fc.oneof(
  fc.constantFrom(...OPERATORS, ...list.map((field) => field.field), 'and', 'or', 'value', '__proto__'),
  fc.anything({ withNullPrototype: true, withSparseArray: true, withBigInt: true, withDate: true }),
);
const key = fc.constantFrom(
  ...['id', 'field', 'of', 'operator', 'value', 'valueSource', 'combinator', 'not', 'rules', 'kind'],
  ...['__proto__', 'constructor', 'prototype', 'toString'],
);
const nearlyRule: fc.Arbitrary<unknown> = fc.letrec((tie) => ({
  node: fc.oneof(
    { maxDepth: 5 },
    word,
    fc.jsonValue(),
    rule,
    fc.array(tie('node'), { maxLength: 3 }),
    fc
      .array(fc.tuple(key, tie('node')), { maxLength: 6 })
      .map((entries) => Object.fromEntries(entries) as unknown),
    fc
      .tuple(condition, key, tie('node'))
      .map(([good, name, node]) => Object.fromEntries([...Object.entries(good), [name, node]]) as unknown),
  ),
})).node;

function ruleAt(root: Rule, path: string): Rule | undefined {
  const indices = [...path.matchAll(/\.rules\[(\d+)\]/g)].map((match) => Number(match[1]));
  return indices.reduce<Rule | undefined>(
    (found, index) => (found !== undefined && isGroup(found) ? found.rules[index] : undefined),
    root,
  );
}
