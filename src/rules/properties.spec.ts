import fc from 'fast-check';
import { DAY_MS, toRfc3339, type AttributeValue, type Facts } from '../shared/index.js';
import { compileRule } from './compile.js';
import { describeRule } from './describe.js';
import { explainRule } from './explain.js';
import { isGroup, OPERATORS, type Condition, type Operator, type Rule, type RuleValue } from './grammar.js';
import { FieldRegistry, operatorsOf, type Field, type FieldType } from './registry.js';
import { validateRule } from './validate.js';

const TYPES = ['number', 'text', 'choice', 'boolean', 'instant', 'list', 'clock', 'monthDay', 'any'] as const;
const KINDS = ['a', 'b', '__proto__x', 'toString'] as const;
const NOW = Date.parse('2026-03-01T10:00:00Z');

/** One field of each type; each reads the attribute `type:kind`. */
const list = TYPES.map((type): Field<'kind'> => ({
  field: `of.${type}`,
  label: type,
  description: type,
  type,
  parameters: [{ name: 'kind', type: 'text', label: 'Kind' }],
  ...(type === 'choice' && { choices: ['a', 'b', 'c'] }),
  read: (facts, of) => {
    const name = `${type}:${of.kind}`;
    return Object.hasOwn(facts.shopper.attributes, name) ? facts.shopper.attributes[name] : undefined;
  },
}));
const fields = new FieldRegistry(list);

// Few values, so that conditions and facts often meet.
const number = fc.oneof(fc.integer({ min: -2, max: 2 }), fc.constantFrom(0.5, 1e300, -1e-300));
const text = fc.oneof(fc.constantFrom('a', 'b', 'c', 'Ab', 'constructor'), fc.string({ maxLength: 4 }));
const instant = fc.integer({ min: -3, max: 3 }).map((days) => NOW + days * DAY_MS);
const clock = fc.constantFrom('00:00', '09:29', '09:30', '23:59');
const monthDay = fc.constantFrom('01-01', '02-29', '03-01', '12-31');
const scalar = fc.oneof(number, text, fc.boolean());

const READ: Readonly<Record<FieldType, fc.Arbitrary<AttributeValue>>> = {
  number,
  text,
  choice: fc.constantFrom('a', 'b', 'c'),
  boolean: fc.boolean(),
  instant,
  list: fc.array(text, { maxLength: 3 }),
  clock,
  monthDay,
  any: fc.oneof(scalar, fc.array(text, { maxLength: 3 })),
};
const ASKED: Readonly<Record<FieldType, fc.Arbitrary<string | number | boolean>>> = {
  number,
  text,
  choice: fc.constantFrom('a', 'b', 'c'),
  boolean: fc.boolean(),
  instant: instant.map(toRfc3339),
  list: text,
  clock,
  monthDay,
  any: scalar,
};

function operandOf(type: FieldType, operator: Operator): fc.Arbitrary<RuleValue | undefined> {
  const numeric = type === 'any' && ['<', '<=', '>', '>=', 'between'].includes(operator);
  const asked = numeric ? number : ASKED[type];
  switch (operator) {
    case 'null':
    case 'notNull':
      return fc.constantFrom(null, undefined);
    case 'withinDays':
      return fc.constantFrom(0.5, 1, 2, 30);
    case 'between':
      return fc.tuple(asked, asked).map(([one, other]) => (one <= other ? [one, other] : [other, one]));
    case 'in':
    case 'notIn':
      return fc.array(asked, { minLength: 1, maxLength: 4 });
    case 'contains':
    case 'notContains':
      return text.filter((part) => part !== '' && isWell(part) && !part.includes('\0'));
    default:
      return asked;
  }
}

const wellFormed = (rule: Condition): boolean =>
  [rule.value].flat().every((value) => typeof value !== 'string' || (isWell(value) && !value.includes('\0')));
const isWell = (value: string): boolean => !/\p{Surrogate}/u.test(value);

const condition: fc.Arbitrary<Condition> = fc
  .constantFrom(...list)
  .chain((field) => fc.tuple(fc.constant(field), fc.constantFrom(...operatorsOf(field as Field))))
  .chain(([field, operator]) =>
    fc.record(
      {
        id: fc.constantFrom('r-1', 'r-2'),
        field: fc.constant(field.field),
        of: fc.record({ kind: fc.constantFrom(...KINDS) }),
        operator: fc.constant(operator),
        value: operandOf(field.type, operator),
        valueSource: fc.constant('value' as const),
      },
      { requiredKeys: ['field', 'of', 'operator', 'value'] },
    ),
  )
  .map(({ value, ...rest }): Condition => ({ ...rest, ...(value !== undefined && { value }) }))
  .filter(wellFormed);

const rule: fc.Arbitrary<Rule> = fc.letrec<{ rule: Rule }>((tie) => ({
  rule: fc.oneof(
    { depthSize: 'small', maxDepth: 6 },
    condition,
    fc.record(
      {
        id: fc.constantFrom('g-1', 'g-2'),
        combinator: fc.constantFrom('and' as const, 'or' as const),
        not: fc.boolean(),
        rules: fc.array(tie('rule'), { maxLength: 4 }),
      },
      { requiredKeys: ['combinator', 'rules'] },
    ),
  ),
})).rule;

const attributes = fc
  .tuple(
    ...list.flatMap((field) =>
      KINDS.map((kind) => {
        const known = READ[field.type].map((value) => [`${field.type}:${kind}`, value] as const);
        const other = scalar.map((value) => [`${field.type}:${kind}`, value] as const);
        const missing = fc.constantFrom(null, NaN).map((value) => [`${field.type}:${kind}`, value] as const);
        return fc.oneof({ weight: 6, arbitrary: known }, other, missing, fc.constant(undefined));
      }),
    ),
  )
  .map((entries) => Object.fromEntries(entries.filter((entry) => entry !== undefined)));

const facts: fc.Arbitrary<Facts> = attributes.map((given) => ({
  at: NOW,
  on: 'zoneEntered',
  local: { isoWeekday: 7, minuteOfDay: 600, hour: 10, date: '2026-03-01', monthDay: '03-01' },
  storeId: 'store-1' as Facts['storeId'],
  shopper: {
    shopperId: 'shopper-1' as Facts['shopper']['shopperId'],
    attributes: given,
    consents: { location: true, profiling: true, push: true, clienteling: true },
    preferences: { mutedCategories: [] },
    activity: { visits: 0 },
    replenishment: new Map(),
    mainBrands: new Map(),
  },
}));

/** The language said again, as slowly and plainly as possible. */
function interpret(asked: Rule, given: Facts): boolean {
  if (isGroup(asked)) {
    const answers = asked.rules.map((member) => interpret(member, given));
    const joined =
      answers.length === 0 ||
      (asked.combinator === 'and' ? !answers.includes(false) : answers.includes(true));
    return asked.not === true ? !joined : joined;
  }
  const field = fields.get(asked.field);
  const value = field.read(given, asked.of ?? {});
  const wanted = (operand: unknown): unknown =>
    field.type === 'instant' && typeof operand === 'string' ? new Date(operand).getTime() : operand;
  return interpretOperator(asked.operator, value ?? null, asked.value, wanted, given.at);
}

function interpretOperator(
  operator: Operator,
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
  const answers: Record<Operator, boolean> = {
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
