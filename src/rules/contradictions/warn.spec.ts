import fc from 'fast-check';
import { facts, list, rule as anyRule } from '../../../test/support/rules.js';
import { compileRule } from '../compile.js';
import type { Condition, Group, Rule } from '../grammar.js';
import { FieldRegistry, type Field, type FieldType, type FieldValue } from '../registry.js';
import { warningsOf } from './warn.js';

const field = (name: string, type: Field['type'], over: Partial<Field> = {}): Field => ({
  field: name,
  label: name,
  description: name,
  type,
  read: () => undefined,
  ...over,
});
const fields = new FieldRegistry([
  field('visits', 'number'),
  field('chance', 'number', { range: [0, 1] }),
  field('city', 'text'),
  field('tier', 'choice', { choices: ['silver', 'gold'] }),
  field('member', 'boolean'),
  field('seenAt', 'instant'),
  field('segments', 'list'),
  field('clock', 'clock'),
  field('anything', 'any'),
]);
const is = (name: string, operator: Condition['operator'], value?: Condition['value']): Condition => ({
  field: name,
  operator,
  ...(value !== undefined && { value }),
});
const group = (combinator: Group['combinator'], rules: Rule[], not = false): Group => ({
  combinator,
  not,
  rules,
});
const all = (...rules: Rule[]): Group => group('and', rules);
const any = (...rules: Rule[]): Group => group('or', rules);
const pathsOf = (rule: Rule): string[] => warningsOf(rule, fields, 'rule').map(({ path }) => path);

const SHAPES: Partial<Record<FieldType, (value: FieldValue) => boolean>> = {
  number: (value) => typeof value === 'number',
  instant: (value) => typeof value === 'number',
  text: (value) => typeof value === 'string',
  choice: (value) => ['a', 'b', 'c'].includes(value as string),
  boolean: (value) => typeof value === 'boolean',
  list: (value) => Array.isArray(value),
  clock: (value) => /^\d\d:\d\d$/.test(value as string),
  monthDay: (value) => /^\d\d-\d\d$/.test(value as string),
};
/** What is promised is promised of fields that read what their type says. */
const truthful = new FieldRegistry(
  list.map((each) => ({
    ...each,
    read: (given, of: { kind: string }) => {
      const value = each.read(given, of);
      return SHAPES[each.type]?.(value) === false ? undefined : value;
    },
  })),
);

describe('warningsOf', () => {
  it.each<[string, Rule[]]>([
    ['numbers apart', [is('visits', '>', 5), is('visits', '<', 3)]],
    ['numbers that only touch', [is('visits', '>', 5), is('visits', '<=', 5)]],
    ['two different values', [is('city', '=', 'Lyon'), is('city', '=', 'Paris')]],
    ['lists without a common item', [is('city', 'in', ['a', 'b']), is('city', 'in', ['c'])]],
    ['a value and that it is unknown', [is('city', '=', 'Lyon'), is('city', 'null')]],
    ['a value and its opposite', [is('segments', 'contains', 'a'), is('segments', 'notContains', 'a')]],
    ['more than the range has', [is('chance', '>', 1)]],
    ['all choices excluded, but known', [is('tier', 'notIn', ['gold', 'silver']), is('tier', 'notNull')]],
    [
      'neither yes nor no, but known',
      [is('member', '!=', true), is('member', '!=', false), is('member', 'notNull')],
    ],
    ['times of day apart', [is('clock', '>', '09:30'), is('clock', '<', '09:31')]],
    ['a moment of unknown date', [is('seenAt', 'withinDays', 3), is('seenAt', 'null')]],
    ['a number that is a text', [is('anything', '>', 3), is('anything', '=', 'three')]],
    ['a text without its own part', [is('city', '=', 'Lyon'), is('city', 'notContains', 'yo')]],
  ])('%s', (_, rules) => {
    expect(pathsOf(all(...rules))).toEqual(['rule']);
  });

  it.each<[string, Rule[]]>([
    ['overlapping ranges', [is('visits', '>', 3), is('visits', '<', 5)]],
    ['two items of one list', [is('segments', 'contains', 'a'), is('segments', 'contains', 'b')]],
    ['two parts of one text', [is('city', 'contains', 'a'), is('city', 'contains', 'b')]],
    ['different attributes', [is('visits', '=', 1), is('chance', '=', 0)]],
    ['nothing known and everything excluded', [is('tier', 'notIn', ['gold', 'silver'])]],
    ['recent but not very', [is('seenAt', 'withinDays', 30), is('seenAt', '<', '2026-01-01T00:00:00Z')]],
  ])('no warning: %s', (_, rules) => {
    expect(pathsOf(all(...rules))).toEqual([]);
  });

  it('names what excludes each other, in words', () => {
    const rule = all(is('visits', '>', 5), is('city', '=', 'Lyon'), is('visits', '<', 3));
    expect(warningsOf(rule, fields, 'eligibility')).toEqual([
      {
        path: 'eligibility',
        code: 'never-holds',
        detail: '“visits is more than 5” and “visits is less than 3” cannot hold together',
      },
    ]);
  });

  it('finds the alternative that what stands around it rules out', () => {
    expect(pathsOf(all(is('visits', '>', 5), any(is('visits', '<', 3), is('city', '=', 'a'))))).toEqual([
      'rule.rules[1].rules[0]',
    ]);
  });

  it('says so when no alternative is left', () => {
    expect(pathsOf(all(is('visits', '>', 5), any(is('visits', '<', 3), is('visits', '=', 1))))).toEqual([
      'rule.rules[1].rules[0]',
      'rule.rules[1].rules[1]',
      'rule.rules[1]',
    ]);
  });

  it('reads a negated group as De Morgan does', () => {
    expect(
      pathsOf(group('or', [is('visits', '>=', 3), is('visits', '<', 3), is('visits', 'null')], true)),
    ).toEqual(['rule']);
    expect(pathsOf(group('and', [is('visits', '>=', 3), is('visits', '<', 3)], true))).toEqual([]);
    expect(pathsOf(group('and', [], true))).toEqual(['rule']);
    expect(pathsOf(group('and', []))).toEqual([]);
  });

  it('never says that a rule cannot hold which does', () => {
    fc.assert(
      fc.property(anyRule, facts, (rule, given) => {
        const told = warningsOf(rule, truthful, 'rule');
        if (told.some(({ path }) => path === 'rule')) expect(compileRule(rule, truthful)(given)).toBe(false);
      }),
      { numRuns: 500 },
    );
  });
});
