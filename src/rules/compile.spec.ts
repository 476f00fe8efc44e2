import { DAY_MS, type AttributeValue, type Facts } from '../shared/index.js';
import { compileRule } from './compile.js';
import { describeRule } from './describe.js';
import { explainRule } from './explain.js';
import type { Condition, Group, Rule } from './grammar.js';
import { validateRule } from './validate.js';
import { FieldRegistry, type Field, type FieldType } from './registry.js';

const at = Date.parse('2026-03-01T10:00:00Z');

/** Each test field reads the shopper's attribute of its own name. */
function attribute(facts: Facts, name: string): AttributeValue | undefined {
  return Object.hasOwn(facts.shopper.attributes, name) ? facts.shopper.attributes[name] : undefined;
}

function reading(field: string, label: string, type: FieldType, over: Partial<Field> = {}): Field {
  return { field, label, description: label, type, read: (facts) => attribute(facts, field), ...over };
}

const due: Field<'category'> = {
  field: 'replenishment.dueProbability',
  label: 'Chance of running out',
  description: 'Chance of running out',
  type: 'number',
  parameters: [{ name: 'category', type: 'text', label: 'Category' }],
  read: (facts, of) => attribute(facts, `due:${of.category}`),
};
const fields = new FieldRegistry([
  due,
  reading('visits', 'Visits', 'number'),
  reading('dwell', 'Dwell', 'number', { unit: 'seconds' }),
  reading('city', 'City', 'text'),
  reading('tier', 'Tier', 'choice', { choices: ['silver', 'gold'] }),
  reading('member', 'Member', 'boolean'),
  reading('seenAt', 'Last seen', 'instant'),
  reading('segments', 'Segments', 'list'),
  reading('clock', 'Time of day', 'clock'),
  reading('anything', 'Attribute', 'any'),
]);

function factsWith(attributes: Readonly<Record<string, AttributeValue>>): Facts {
  return {
    at,
    on: 'zoneEntered',
    local: { isoWeekday: 7, minuteOfDay: 600, hour: 10, date: '2026-03-01', monthDay: '03-01' },
    storeId: 'store-1' as Facts['storeId'],
    shopper: {
      shopperId: 'shopper-1' as Facts['shopper']['shopperId'],
      attributes,
      consents: { location: true, profiling: true, push: true, clienteling: true },
      preferences: { mutedCategories: [] },
      activity: { visits: 0 },
      replenishment: new Map(),
      mainBrands: new Map(),
    },
  };
}

const condition = (
  field: string,
  operator: Condition['operator'],
  value?: Condition['value'],
): Condition => ({
  field,
  operator,
  ...(value !== undefined && { value }),
});
const group = (combinator: Group['combinator'], rules: Rule[], not = false): Group => ({
  combinator,
  not,
  rules,
});
const holds = (rule: Rule, attributes: Readonly<Record<string, AttributeValue>>): boolean =>
  compileRule(rule, fields)(factsWith(attributes));
const missesOf = (
  rule: Rule,
  attributes: Readonly<Record<string, AttributeValue>>,
  path = 'eligibility',
): string[] =>
  explainRule(rule, fields, path)(factsWith(attributes)).map((miss) => `${miss.path}: ${miss.detail}`);

const yes = condition('visits', '>=', 0);
const no = condition('visits', '<', 0);

/** Check 20 of docs/security.md. */
describe('a text to compare with', () => {
  it('is no pattern: what would take a regular expression for ever is looked for letter by letter', () => {
    const rule = condition('city', 'contains', '^(a+)+$');
    expect(holds(rule, { city: `${'a'.repeat(50_000)}!` })).toBe(false);
    expect(holds(rule, { city: `${'a'.repeat(50_000)}^(a+)+$` })).toBe(true);
    expect(holds(condition('city', '=', '.*'), { city: 'Lyon' })).toBe(false);
  });

  it.each(['matches', 'regex', '~', 'like'])('has no operator %s', (operator) => {
    const asked = { combinator: 'and', rules: [{ field: 'city', operator, value: '^(a+)+$' }] };
    expect(validateRule(asked, fields)).toMatchObject({ ok: false });
  });
});

describe('compileRule', () => {
  it.each<[Condition, AttributeValue, boolean]>([
    [condition('visits', '=', 3), 3, true],
    [condition('visits', '!=', 3), 3, false],
    [condition('visits', '<', 3), 3, false],
    [condition('visits', '<=', 3), 3, true],
    [condition('visits', '>', 3), 3, false],
    [condition('visits', '>=', 3), 3, true],
    [condition('visits', 'between', [3, 5]), 3, true],
    [condition('visits', 'between', [3, 5]), 5, true],
    [condition('visits', 'between', [3, 5]), 5.1, false],
    [condition('visits', 'in', [1, 3]), 3, true],
    [condition('visits', 'notIn', [1, 3]), 3, false],
    [condition('visits', 'null'), NaN, true],
    [condition('city', '=', 'Lyon'), 'lyon', false],
    [condition('city', 'contains', 'YO'), 'Lyon', true],
    [condition('city', 'notContains', 'yo'), 'Lyon', false],
    [condition('segments', 'contains', 'regulars'), ['regulars', 'new'], true],
    [condition('segments', 'contains', 'Regulars'), ['regulars'], false],
    [condition('segments', 'contains', 'regular'), ['regulars'], false],
    [condition('segments', 'null'), [], false],
    [condition('member', '=', false), false, true],
    [condition('clock', '<', '09:30'), '09:29', true],
    [condition('clock', '<=', '09:30'), '09:31', false],
    [condition('clock', '>', '09:30'), '10:00', true],
    [condition('clock', '>=', '09:30'), '09:30', true],
    [condition('clock', 'between', ['09:00', '10:00']), '10:01', false],
    [condition('seenAt', '<', '2026-03-01T11:00:00+01:00'), at, false],
    [condition('seenAt', '<=', '2026-03-01T11:00:00+01:00'), at, true],
    [condition('seenAt', 'between', ['2026-02-01T00:00:00Z', '2026-04-01T00:00:00Z']), at, true],
    [condition('seenAt', 'withinDays', 30), at - 30 * DAY_MS, true],
    [condition('seenAt', 'withinDays', 30), at - 30 * DAY_MS - 1, false],
    [condition('seenAt', 'withinDays', 4), at + 4 * DAY_MS, true],
    [condition('seenAt', 'withinDays', 4), at + 4 * DAY_MS + 1, false],
    [condition('anything', '>', 3), 4, true],
    [condition('anything', '>', 3), '4', false],
    [condition('anything', '=', '4'), 4, false],
    [condition('anything', 'contains', 'vegan'), ['vegan'], true],
    [condition('anything', 'contains', 'vegan'), 'Vegan, local', true],
  ])('%j of %j is %s', (rule, value, expected) =>
    expect(holds(rule, { [rule.field]: value })).toBe(expected),
  );

  it.each<[Condition, boolean]>([
    [condition('visits', '=', 0), false],
    [condition('visits', '<=', 0), false],
    [condition('visits', 'between', [0, 1]), false],
    [condition('visits', 'in', [0]), false],
    [condition('city', 'contains', 'a'), false],
    [condition('seenAt', 'withinDays', 36_500), false],
    [condition('member', '=', false), false],
    [condition('visits', 'notNull'), false],
    [condition('visits', 'null'), true],
    [condition('visits', '!=', 0), true],
    [condition('visits', 'notIn', [0]), true],
    [condition('city', 'notContains', 'a'), true],
  ])('%j of a value that is not known is %s', (rule, expected) => {
    expect(holds(rule, {})).toBe(expected);
    expect(holds(rule, { [rule.field]: null })).toBe(expected);
  });

  it.each<[string, Rule, boolean]>([
    ['an empty "and"', group('and', []), true],
    ['an empty "or"', group('or', []), true],
    ['an empty negation', group('and', [], true), false],
    ['one of one', group('or', [yes]), true],
    ['two of two', group('and', [yes, yes]), true],
    ['one of two asked for both', group('and', [yes, no]), false],
    ['one of two asked for either', group('or', [no, yes]), true],
    ['two of three asked for all', group('and', [yes, yes, no]), false],
    ['three of three', group('and', [yes, yes, yes]), true],
    ['one of three asked for any', group('or', [no, no, yes]), true],
    ['none of three', group('or', [no, no, no]), false],
    ['a negation', group('or', [no, yes], true), false],
    ['a negation of a negation', group('and', [group('and', [yes], true)], true), true],
  ])('joins: %s', (_name, rule, expected) => expect(holds(rule, { visits: 1 })).toBe(expected));

  it('gives a field its arguments', () => {
    const rule = { ...condition(due.field, '>=', 0.6), of: { category: 'coffee filters' } };
    expect(holds(rule, { 'due:coffee filters': 0.7 })).toBe(true);
    expect(holds(rule, { 'due:tea': 0.7 })).toBe(false);
  });

  it('refuses rules that were not validated', () => {
    expect(() => compileRule(condition('gone', '=', 1), fields)).toThrow("'gone'");
    expect(() => compileRule(condition('visits', 'in', 1), fields)).toThrow('not validated');
    expect(() => compileRule(condition('visits', '<', true), fields)).toThrow('not validated');
    expect(() => compileRule(condition('visits', 'between', [1, 'a']), fields)).toThrow('not validated');
  });
});

describe('explainRule', () => {
  it('says what was asked, what was found and where', () => {
    const rule = group('and', [
      { ...condition(due.field, '>=', 0.6), of: { category: 'coffee filters' } },
      yes,
    ]);
    expect(missesOf(rule, { 'due:coffee filters': 0.41, visits: 1 })).toEqual([
      'eligibility.rules[0]: replenishment.dueProbability of coffee filters is 0.41, needed >= 0.6',
    ]);
  });

  it.each<[Condition, AttributeValue, string]>([
    [condition('dwell', '>', 20), 12, 'dwell is 12 seconds, needed > 20 seconds'],
    [
      condition('dwell', 'between', [20, 30]),
      0.1 + 0.2,
      'dwell is 0.3 seconds, needed between 20 and 30 seconds',
    ],
    [condition('dwell', 'null'), 5, 'dwell is 5 seconds, needed unknown'],
    [condition('city', 'notNull'), null, 'city is unknown, needed known'],
    [condition('city', '=', 'Lyon'), '', 'city is "", needed = Lyon'],
    [condition('city', 'contains', 'ly'), 'x'.repeat(90), `city is ${'x'.repeat(79)}…, needed to contain ly`],
    [condition('tier', 'in', ['gold']), 'silver', 'tier is silver, needed one of gold'],
    [condition('tier', 'notIn', ['gold']), 'gold', 'tier is gold, needed none of gold'],
    [condition('segments', 'contains', 'new'), [], 'segments is empty, needed to contain new'],
    [
      condition('segments', 'notContains', 'a'),
      ['a', 'b', 'c', 'd', 'e', 'f', 'g'],
      'segments is a, b, c, d, e and 2 more, needed not to contain a',
    ],
    [
      condition('seenAt', 'withinDays', 1),
      0,
      'seenAt is 1970-01-01T00:00:00.000Z, needed within 1 day of 2026-03-01T10:00:00.000Z',
    ],
    [
      condition('seenAt', '<', '2026-01-01T00:00:00Z'),
      9e15,
      'seenAt is 9000000000000000, needed < 2026-01-01T00:00:00Z',
    ],
  ])('%j of %j', (rule, value, detail) => {
    expect(missesOf(rule, { [rule.field]: value }, '')).toEqual([`: ${detail}`]);
  });

  it('names each way of which one would do, and says so', () => {
    const rule = group('and', [
      group('or', [condition('city', '=', 'Lyon'), condition('tier', '=', 'gold')]),
    ]);
    expect(missesOf(rule, { city: 'Nice', tier: 'silver' })).toEqual([
      'eligibility.rules[0].rules[0]: city is Nice, needed = Lyon (one way to meet eligibility.rules[0])',
      'eligibility.rules[0].rules[1]: tier is silver, needed = gold (one way to meet eligibility.rules[0])',
    ]);
    expect(missesOf(rule, { city: 'Nice', tier: 'gold' })).toEqual([]);
    expect(missesOf(group('or', [no, no]), { visits: 1 }, '')[0]).toContain('(one way to meet the rule)');
  });

  it('blames what holds when the opposite was asked', () => {
    const rule = group('or', [condition('tier', '=', 'gold'), condition('visits', '>', 3)], true);
    expect(missesOf(rule, { tier: 'silver', visits: 4 })).toEqual([
      'eligibility.rules[1]: visits is 4, needed not > 3',
    ]);
    expect(missesOf(group('and', [], true), {})).toEqual([
      'eligibility: an empty group always holds, needed not',
    ]);
  });
});

describe('describeRule', () => {
  it.each<[Rule, string]>([
    [
      { ...condition(due.field, '>=', 0.6), of: { category: 'tea' } },
      'Chance of running out of tea is at least 0.6',
    ],
    [condition('dwell', 'between', [5, 9]), 'Dwell is between 5 and 9 seconds'],
    [condition('clock', '<', '09:30'), 'Time of day is before 09:30'],
    [condition('seenAt', 'withinDays', 30), 'Last seen is within 30 days of now'],
    [condition('city', 'notNull'), 'City is known'],
    [condition('tier', 'in', ['silver', 'gold']), 'Tier is one of silver, gold'],
    [group('and', []), 'always'],
    [group('or', [], true), 'not (always)'],
    [
      group('and', [
        yes,
        group('or', [condition('tier', '=', 'gold'), condition('member', '=', true)]),
        group('or', [no, no], true),
      ]),
      'Visits is at least 0 and (Tier is gold or Member is true) and not (Visits is less than 0 or Visits is less than 0)',
    ],
  ])('%j', (rule, words) => expect(describeRule(rule, fields)).toBe(words));
});
