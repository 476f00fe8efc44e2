import fc from 'fast-check';
import { DAY_MS, toRfc3339, type AttributeValue, type Facts, type Item } from '../../src/shared/index.js';
import type { Condition, Group, Operator, Rule, RuleValue } from '../../src/rules/grammar.js';
import {
  FieldRegistry,
  operatorsOf,
  type Field,
  type FieldType,
  type ItemField,
} from '../../src/rules/registry.js';

/** Rules and facts for properties: every type, operator and shape of the language, over few values, so that they meet. */

const TYPES = ['number', 'text', 'choice', 'boolean', 'instant', 'list', 'clock', 'monthDay', 'any'] as const;
type PlainType = (typeof TYPES)[number];
const KINDS = ['a', 'b', '__proto__x', 'toString'] as const;
const NOW = Date.parse('2026-03-01T10:00:00Z');

const described = (type: PlainType) => ({
  label: type,
  description: type,
  type,
  ...(type === 'choice' && { choices: ['a', 'b', 'c'] }),
});

/** Of an item one field of each type, under the type's name. */
const itemFields = TYPES.map((type): ItemField => ({ field: type, ...described(type) }));

/** One field of each type; each reads the attribute `type:kind`, that of items the list of the kind. */
export const list: readonly Field<'kind'>[] = [
  ...TYPES.map((type): Field<'kind'> => ({
    field: `of.${type}`,
    ...described(type),
    parameters: [{ name: 'kind', type: 'text', label: 'Kind' }],
    read: (facts, of) => {
      const name = `${type}:${of.kind}`;
      return Object.hasOwn(facts.shopper.attributes, name) ? facts.shopper.attributes[name] : undefined;
    },
  })),
  {
    field: 'of.items',
    label: 'items',
    description: 'items',
    type: 'items',
    items: itemFields,
    parameters: [{ name: 'kind', type: 'text', label: 'Kind' }],
    read: ({ lists = {} }, of) => (Object.hasOwn(lists, of.kind) ? lists[of.kind] : undefined),
  },
];
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

const READ: Readonly<Record<PlainType, fc.Arbitrary<AttributeValue>>> = {
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
const ASKED: Readonly<Record<PlainType, fc.Arbitrary<string | number | boolean>>> = {
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
  if (type === 'items') return groupOfItems;
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

const conditionOn = (
  fieldsOf: readonly (Pick<Field, 'field' | 'type'> & Partial<Pick<Field, 'parameters'>>)[],
) =>
  fc
    .constantFrom(...fieldsOf)
    .chain((field) => fc.tuple(fc.constant(field), fc.constantFrom(...operatorsOf(field as Field))))
    .chain(([{ field, type, parameters }, operator]) =>
      fc.record(
        {
          id: fc.constantFrom('r-1', 'r-2'),
          field: fc.constant(field),
          ...(parameters && { of: fc.record({ kind: fc.constantFrom(...KINDS) }) }),
          operator: fc.constant(operator),
          value: operandOf(type, operator),
          valueSource: fc.constant('value' as const),
        },
        { requiredKeys: ['field', 'operator', 'value', ...(parameters ? (['of'] as const) : [])] },
      ),
    )
    .map(({ value, ...rest }): Condition => ({ ...rest, ...(value !== undefined && { value }) }))
    .filter(wellFormed);

const groupOf = (members: fc.Arbitrary<Rule>): fc.Arbitrary<Group> =>
  fc.record(
    {
      id: fc.constantFrom('g-1', 'g-2'),
      combinator: fc.constantFrom('and' as const, 'or' as const),
      not: fc.boolean(),
      rules: fc.array(members, { maxLength: 4 }),
    },
    { requiredKeys: ['combinator', 'rules'] },
  );

const onItems = conditionOn(itemFields);
const groupOfItems = groupOf(fc.oneof({ weight: 3, arbitrary: onItems }, groupOf(onItems)));

export const condition: fc.Arbitrary<Condition> = conditionOn(list);

export const rule: fc.Arbitrary<Rule> = fc.letrec<{ rule: Rule }>((tie) => ({
  rule: fc.oneof({ depthSize: 'small', maxDepth: 5 }, condition, groupOf(tie('rule'))),
})).rule;

const attributes = fc
  .tuple(
    ...TYPES.flatMap((type) =>
      KINDS.map((kind) => {
        const known = READ[type].map((value) => [`${type}:${kind}`, value] as const);
        const other = scalar.map((value) => [`${type}:${kind}`, value] as const);
        const missing = fc.constantFrom(null, NaN).map((value) => [`${type}:${kind}`, value] as const);
        return fc.oneof({ weight: 6, arbitrary: known }, other, missing, fc.constant(undefined));
      }),
    ),
  )
  .map((entries) => Object.fromEntries(entries.filter((entry) => entry !== undefined)));

const item: fc.Arbitrary<Item> = fc.record(
  Object.fromEntries(
    TYPES.map((type) => [
      type,
      fc.oneof({ weight: 6, arbitrary: READ[type] }, scalar, fc.constantFrom(null, NaN)),
    ]),
  ),
  { requiredKeys: [] },
);
const lists = fc.dictionary(fc.constantFrom(...KINDS), fc.array(item, { maxLength: 3 }), { maxKeys: 4 });

export const facts: fc.Arbitrary<Facts> = fc.tuple(attributes, lists).map(([given, of]) => ({
  lists: of,
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
