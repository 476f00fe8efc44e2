import fc from 'fast-check';
import { DAY_MS, toRfc3339, type AttributeValue, type Facts } from '../../src/shared/index.js';
import type { Condition, Operator, Rule, RuleValue } from '../../src/rules/grammar.js';
import { FieldRegistry, operatorsOf, type Field, type FieldType } from '../../src/rules/registry.js';

/** Rules and facts for properties: every type, operator and shape of the language, over few values, so that they meet. */

const TYPES = ['number', 'text', 'choice', 'boolean', 'instant', 'list', 'clock', 'monthDay', 'any'] as const;
const KINDS = ['a', 'b', '__proto__x', 'toString'] as const;
const NOW = Date.parse('2026-03-01T10:00:00Z');

/** One field of each type; each reads the attribute `type:kind`. */
export const list = TYPES.map((type): Field<'kind'> => ({
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
export const fields = new FieldRegistry(list);

// Few values, so that conditions and facts often meet.
const number = fc.oneof(fc.integer({ min: -2, max: 2 }), fc.constantFrom(0.5, 1e300, -1e-300));
export const text = fc.oneof(
  fc.constantFrom('a', 'b', 'c', 'Ab', 'constructor'),
  fc.string({ maxLength: 4 }),
);
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

export const condition: fc.Arbitrary<Condition> = fc
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

export const rule: fc.Arbitrary<Rule> = fc.letrec<{ rule: Rule }>((tie) => ({
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

export const facts: fc.Arbitrary<Facts> = attributes.map((given) => ({
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
