import { FieldRegistry, type Field } from './registry.js';
import { validateRule } from './validate.js';

const unread = (): undefined => undefined;
const due: Field<'category'> = {
  field: 'due',
  label: 'Chance that it runs out',
  description: 'Chance that it runs out',
  type: 'number',
  range: [0, 1],
  parameters: [{ name: 'category', type: 'text', label: 'Category' }],
  read: unread,
};
const need: Field = {
  ...due,
  field: 'need',
  parameters: [
    { name: 'category', type: 'text', label: 'Category' },
    { name: 'product', type: 'text', label: 'Product', insteadOf: 'category' },
  ],
  read: unread,
};
const fields = new FieldRegistry(
  [due],
  [
    { field: 'visits', label: 'Visits', description: 'Visits', type: 'number', unit: 'visits', read: unread },
    { field: 'city', label: 'City', description: 'City', type: 'text', read: unread },
    {
      field: 'tier',
      label: 'Tier',
      description: 'Tier',
      type: 'choice',
      choices: ['silver', 'gold'],
      read: unread,
    },
    { field: 'member', label: 'Member', description: 'Member', type: 'boolean', read: unread },
    { field: 'seenAt', label: 'Last seen', description: 'Last seen', type: 'instant', read: unread },
    { field: 'segments', label: 'Segments', description: 'Segments', type: 'list', read: unread },
    { field: 'clock', label: 'Time of day', description: 'Time of day', type: 'clock', read: unread },
    { field: 'birthday', label: 'Birthday', description: 'Birthday', type: 'monthDay', read: unread },
    {
      field: 'points',
      label: 'Points',
      description: 'Points',
      type: 'number',
      operators: ['>='],
      read: unread,
    },
    { field: 'anything', label: 'Attribute', description: 'Attribute', type: 'any', read: unread },
    need,
  ],
);

function faultsOf(json: unknown, path = 'eligibility'): string[] {
  const validation = validateRule(json, fields, path);
  return validation.ok ? [] : validation.faults.map((fault) => `${fault.path} ${fault.code}`);
}

function nested(groups: number): unknown {
  let rule: unknown = { field: 'visits', operator: '>', value: 1 };
  for (let depth = 0; depth < groups; depth += 1) rule = { combinator: 'and', rules: [rule] };
  return rule;
}

/** Check 19 of docs/security.md. */
describe('validateRule', () => {
  it('gives back the rule of the contract, equal and free of what came in', () => {
    const json = {
      combinator: 'and',
      rules: [{ field: 'due', of: { category: 'coffee filters' }, operator: '>=', value: 0.6 }],
    };
    const validation = validateRule(json, fields);
    expect(validation).toEqual({ ok: true, rule: json });
    expect(validation.ok && validation.rule).not.toBe(json);
  });

  it('keeps what react-querybuilder writes of its own', () => {
    const json = {
      id: 'g-1',
      combinator: 'or',
      not: false,
      rules: [{ id: 'r-1', field: 'city', operator: '=', value: 'Lyon', valueSource: 'value' }],
    };
    expect(validateRule(json, fields)).toEqual({ ok: true, rule: json });
  });

  it.each([
    ['a condition alone', { field: 'visits', operator: '>', value: 1 }],
    ['an empty group', { combinator: 'and', rules: [] }],
    ['a time with an offset', { field: 'seenAt', operator: '<', value: '2026-01-31T09:30:00+01:00' }],
    ['a range in one moment', { field: 'visits', operator: 'between', value: [3, 3] }],
    ['bounds in order of time, not of letters', range('2026-01-01T02:00:00+02:00', '2026-01-01T01:00:00Z')],
    ['a time of day', { field: 'clock', operator: '>=', value: '09:30' }],
    ['the 29th of February', { field: 'birthday', operator: '=', value: '02-29' }],
    ['no value for null', { field: 'city', operator: 'null' }],
    ['null for notNull', { field: 'city', operator: 'notNull', value: null }],
    ['an attribute as a flag', { field: 'anything', operator: '=', value: true }],
    ['attributes of several types', { field: 'anything', operator: 'in', value: ['a', 1] }],
  ])('takes %s', (_name, json) => expect(faultsOf(json)).toEqual([]));

  it.each([
    ['nothing', null, 'eligibility wrong-type'],
    ['a list', [], 'eligibility wrong-type'],
    ['a group without rules', { combinator: 'and' }, 'eligibility.rules required'],
    ['a group without combinator', { rules: [] }, 'eligibility.combinator required'],
    ['another combinator', { combinator: 'xor', rules: [] }, 'eligibility.combinator wrong-type'],
    ['a negation in words', { combinator: 'or', not: 'no', rules: [] }, 'eligibility.not wrong-type'],
    ['rules that are no list', { combinator: 'or', rules: {} }, 'eligibility.rules wrong-type'],
    ['an unknown key', { combinator: 'or', rules: [], path: [] }, 'eligibility.path unknown-field'],
    ['a group with a field', { combinator: 'or', rules: [], field: 'x' }, 'eligibility.field unknown-field'],
    ['an id that is no text', { id: 1, combinator: 'or', rules: [] }, 'eligibility.id wrong-type'],
    ['no operator', { field: 'city', value: 'x' }, 'eligibility.operator required'],
    ['a field by number', { field: 1, operator: '=', value: 1 }, 'eligibility.field wrong-type'],
    [
      'no field',
      { combinator: 'and', rules: [{ field: undefined, operator: '=' }] },
      'eligibility.rules[0].field required',
    ],
    ['an operator by number', { field: 'city', operator: 1 }, 'eligibility.operator wrong-type'],
    [
      'an unknown field',
      { field: 'toString', operator: '=', value: 1 },
      'eligibility.field unknown-rule-field',
    ],
    ['an unknown operator', { field: 'city', operator: 'like' }, 'eligibility.operator unknown-operator'],
    ['a foreign operator', { field: 'city', operator: '<' }, 'eligibility.operator operator-not-allowed'],
    [
      'one the field leaves out',
      { field: 'points', operator: '<' },
      'eligibility.operator operator-not-allowed',
    ],
    [
      'a value from a field',
      { field: 'city', operator: '=', value: 'a', valueSource: 'field' },
      'eligibility.valueSource wrong-type',
    ],
    ['no value', { field: 'city', operator: '=' }, 'eligibility.value required'],
    ['a number as text', { field: 'visits', operator: '>', value: '3' }, 'eligibility.value wrong-type'],
    ['NaN', { field: 'visits', operator: '>', value: NaN }, 'eligibility.value wrong-type'],
    ['Infinity', { field: 'anything', operator: '=', value: Infinity }, 'eligibility.value wrong-type'],
    [
      'a value out of range',
      { field: 'due', of: { category: 'x' }, operator: '>', value: 60 },
      'eligibility.value out-of-range',
    ],
    ['an unknown choice', { field: 'tier', operator: '=', value: 'tin' }, 'eligibility.value out-of-range'],
    ['a flag in words', { field: 'member', operator: '=', value: 'yes' }, 'eligibility.value wrong-type'],
    [
      'a day that is none',
      { field: 'seenAt', operator: '<', value: '2026-02-30T00:00:00Z' },
      'eligibility.value wrong-type',
    ],
    [
      'a time without zone',
      { field: 'seenAt', operator: '<', value: '2026-02-03T00:00:00' },
      'eligibility.value wrong-type',
    ],
    ['a 25th hour', { field: 'clock', operator: '<', value: '25:00' }, 'eligibility.value wrong-type'],
    [
      'the 30th of February',
      { field: 'birthday', operator: '<', value: '02-30' },
      'eligibility.value wrong-type',
    ],
    ['an object', { field: 'anything', operator: '=', value: {} }, 'eligibility.value wrong-type'],
    [
      'an attribute ordered by text',
      { field: 'anything', operator: '<', value: 'a' },
      'eligibility.value wrong-type',
    ],
    ['an empty part', { field: 'city', operator: 'contains', value: '' }, 'eligibility.value required'],
    [
      'a long text',
      { field: 'city', operator: '=', value: 'x'.repeat(201) },
      'eligibility.value out-of-range',
    ],
    [
      'a text that Postgres refuses',
      { field: 'city', operator: '=', value: 'a\0' },
      'eligibility.value wrong-type',
    ],
    ['half a character', { field: 'city', operator: '=', value: '\ud800' }, 'eligibility.value wrong-type'],
    ['one bound', { field: 'visits', operator: 'between', value: [1] }, 'eligibility.value wrong-type'],
    [
      'bounds reversed',
      { field: 'visits', operator: 'between', value: [2, 1] },
      'eligibility.value out-of-range',
    ],
    [
      'a bound that is no number',
      { field: 'visits', operator: 'between', value: [1, null] },
      'eligibility.value[1] wrong-type',
    ],
    ['in without a list', { field: 'city', operator: 'in', value: 'a' }, 'eligibility.value wrong-type'],
    ['an empty list', { field: 'city', operator: 'notIn', value: [] }, 'eligibility.value required'],
    [
      'a long list',
      { field: 'visits', operator: 'in', value: Array(101).fill(1) },
      'eligibility.value too-many',
    ],
    ['a mixed list', { field: 'city', operator: 'in', value: ['a', 1] }, 'eligibility.value[1] wrong-type'],
    ['no days', { field: 'seenAt', operator: 'withinDays', value: 0 }, 'eligibility.value out-of-range'],
    [
      'days in words',
      { field: 'seenAt', operator: 'withinDays', value: '30 days' },
      'eligibility.value wrong-type',
    ],
    ['a value for null', { field: 'city', operator: 'null', value: '' }, 'eligibility.value wrong-type'],
    [
      'neither of two that stand for each other',
      { field: 'need', of: {}, operator: '>', value: 0 },
      'eligibility.of.category required',
    ],
    [
      'both of two that stand for each other',
      { field: 'need', of: { category: 'tea', product: 'earl-grey' }, operator: '>', value: 0 },
      'eligibility.of.product unknown-field',
    ],
    ['no arguments', { field: 'due', operator: '>', value: 0 }, 'eligibility.of required'],
    [
      'arguments that are none',
      { field: 'due', of: 'x', operator: '>', value: 0 },
      'eligibility.of wrong-type',
    ],
    [
      'an argument missing',
      { field: 'due', of: {}, operator: '>', value: 0 },
      'eligibility.of.category required',
    ],
    [
      'an argument by number',
      { field: 'due', of: { category: 1 }, operator: '>', value: 0 },
      'eligibility.of.category wrong-type',
    ],
    [
      'an argument to no parameter',
      { field: 'city', of: { a: 'b' }, operator: 'null' },
      'eligibility.of.a unknown-field',
    ],
    [
      'an argument named like a prototype',
      { field: 'due', of: { category: '__proto__' }, operator: '>', value: 0 },
      'eligibility.of.category forbidden-key',
    ],
  ])('refuses %s', (_name, json, fault) => expect(faultsOf(json)).toEqual([fault]));

  it('names every fault, each by its place', () => {
    const json = {
      combinator: 'and',
      rules: [
        { field: 'nowhere', operator: 'like', value: 1 },
        { combinator: 'or', rules: [{ field: 'visits', operator: '>', value: 'many', extra: 1 }] },
      ],
    };
    expect(faultsOf(json)).toEqual([
      'eligibility.rules[0].field unknown-rule-field',
      'eligibility.rules[0].operator unknown-operator',
      'eligibility.rules[1].rules[0].extra unknown-field',
      'eligibility.rules[1].rules[0].value wrong-type',
    ]);
  });

  it.each([{ category: 'tea' }, { product: 'earl-grey' }])('takes one of two parameters: %j', (of) => {
    const rule = { field: 'need', of, operator: '>', value: 0 };
    expect(validateRule(rule, fields)).toEqual({ ok: true, rule });
  });

  it('starts paths at the rule itself when no base is given', () => {
    expect(faultsOf({ combinator: 'and', rules: [{ field: 'city', operator: '=' }] }, '')).toEqual([
      'rules[0].value required',
    ]);
  });

  it('repeats only the beginning of a long name', () => {
    const long = 'x'.repeat(1_000);
    expect(faultsOf({ combinator: 'and', rules: [], [long]: 1 })).toEqual([
      `eligibility.${'x'.repeat(63)}… unknown-field`,
    ]);
  });

  it('says in which unit a number is meant', () => {
    const validation = validateRule({ field: 'visits', operator: '>', value: 'x' }, fields);
    expect(!validation.ok && validation.faults[0]?.detail).toBe('must be a number, in visits');
  });

  it.each(['__proto__', 'constructor', 'prototype'])('refuses the key %s wherever it stands', (key) => {
    const bad = `{"${key}": {"polluted": true}}`;
    expect(faultsOf(JSON.parse(`{"combinator": "and", "rules": [], "${key}": 1}`))).toEqual([
      `eligibility.${key} forbidden-key`,
    ]);
    expect(
      faultsOf(
        JSON.parse(`{"field": "due", "operator": ">", "value": 0, "of": {"category": "x", "${key}": "y"}}`),
      ),
    ).toEqual([`eligibility.of.${key} forbidden-key`]);
    expect(faultsOf(JSON.parse(`{"field": "city", "operator": "in", "value": ["a", ${bad}]}`))).toContain(
      `eligibility.value[1].${key} forbidden-key`,
    );
  });

  it('takes 8 groups within each other, and no 9th', () => {
    expect(faultsOf(nested(8))).toEqual([]);
    expect(faultsOf(nested(9))).toEqual([`eligibility${'.rules[0]'.repeat(8)} too-deep`]);
  });

  it('survives a body that is nothing but depth', () => {
    const depth = 100_000;
    const lists: unknown = deep(depth, (inner) => [inner]);
    const groups: unknown = deep(depth, (inner) => ({ combinator: 'and', rules: [inner] }));
    expect(faultsOf(lists)).toEqual(['eligibility wrong-type']);
    expect(faultsOf(groups)).toEqual([`eligibility${'.rules[0]'.repeat(8)} too-deep`]);
  });

  it('takes 200 rules and groups, and no 201st', () => {
    const group = (conditions: number): unknown => ({
      combinator: 'or',
      rules: Array(conditions).fill({ field: 'visits', operator: '>', value: 1 }),
    });
    expect(faultsOf(group(199))).toEqual([]);
    expect(faultsOf(group(5_000))).toEqual(['eligibility.rules[199] too-many']);
  });

  it('answers a body full of faults with a short list', () => {
    const keys = Object.fromEntries(Array.from({ length: 5_000 }, (_, index) => [`key${index}`, 1]));
    expect(faultsOf({ combinator: 'and', rules: [], ...keys })).toHaveLength(50);
  });
});

describe('FieldRegistry', () => {
  const field = (over: Partial<Field>): Field => ({
    field: 'a',
    label: 'A',
    description: 'A',
    type: 'text',
    read: unread,
    ...over,
  });

  it('describes fields as the interface shows them', () => {
    expect(fields.describe().slice(0, 2)).toEqual([
      {
        field: 'due',
        label: 'Chance that it runs out',
        description: 'Chance that it runs out',
        type: 'number',
        parameters: [{ name: 'category', type: 'text', label: 'Category' }],
        operators: ['=', '!=', '<', '<=', '>', '>=', 'between', 'in', 'notIn', 'null', 'notNull'],
        range: [0, 1],
      },
      {
        field: 'visits',
        label: 'Visits',
        description: 'Visits',
        type: 'number',
        unit: 'visits',
        operators: ['=', '!=', '<', '<=', '>', '>=', 'between', 'in', 'notIn', 'null', 'notNull'],
      },
    ]);
    expect(fields.describe().find((item) => item.field === 'tier')?.choices).toEqual(['silver', 'gold']);
    expect(fields.describe().find((item) => item.field === 'points')?.operators).toEqual(['>=']);
  });

  it('does not start with two fields of one name, whichever rooms they come from', () => {
    expect(() => new FieldRegistry([field({})], [field({})])).toThrow("'a' is defined twice");
  });

  it('does not start with a field that contradicts its type', () => {
    expect(() => new FieldRegistry([field({ operators: ['<'] })])).toThrow("cannot have the operator '<'");
    expect(() => new FieldRegistry([field({ type: 'choice' })])).toThrow('a choice without choices');
  });

  it('throws on a name it does not know, and names it', () => {
    expect(() => fields.get('constructor')).toThrow("'constructor'");
  });
});

function range(low: string, high: string): unknown {
  return { field: 'seenAt', operator: 'between', value: [low, high] };
}

function deep(depth: number, wrap: (inner: unknown) => unknown): unknown {
  let json: unknown = {};
  for (let level = 0; level < depth; level += 1) json = wrap(json);
  return json;
}
