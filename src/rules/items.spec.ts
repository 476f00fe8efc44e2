import { DAY_MS, type Facts, type Item } from '../shared/index.js';
import { compileRule } from './compile.js';
import { warningsOf } from './contradictions/warn.js';
import { describeRule } from './describe.js';
import { explainRule } from './explain.js';
import { readsIn, type Rule } from './grammar.js';
import { RuleIndex } from './matching/rule-index.js';
import { FieldRegistry, type Field, type ItemField } from './registry.js';
import { validateRule } from './validate.js';

const NOW = Date.parse('2026-03-01T10:00:00Z');
const items: readonly ItemField[] = [
  { field: 'category', label: 'Category', description: 'Category', type: 'text' },
  { field: 'amount', label: 'Amount', description: 'Amount', type: 'number', unit: 'minor units' },
  { field: 'purchasedAt', label: 'Bought at', description: 'Bought at', type: 'instant' },
];
const purchases: Field = {
  field: 'purchases',
  label: 'Purchases',
  description: 'Purchases',
  type: 'items',
  items,
  read: ({ lists }) => lists?.purchases,
};
const visits: Field = {
  field: 'visits',
  label: 'Visits',
  description: 'Visits',
  type: 'number',
  read: () => 3,
};
const fields = new FieldRegistry([purchases, visits]);

const any = (...rules: Rule[]): Rule => ({
  field: 'purchases',
  operator: 'matchesAny',
  value: { combinator: 'and', rules },
});
const coffee: Rule = { field: 'category', operator: '=', value: 'coffee' };
const lately: Rule = { field: 'purchasedAt', operator: 'withinDays', value: 30 };
const dear: Rule = { field: 'amount', operator: '>=', value: 500 };

function holds(rule: Rule, bought?: readonly Item[]): boolean {
  const facts = { at: NOW, ...(bought && { lists: { purchases: bought } }) } as unknown as Facts;
  const answer = compileRule(rule, fields)(facts);
  expect(explainRule(rule, fields)(facts).length === 0).toBe(answer);
  expect(RuleIndex.of([rule], fields).matching(facts)).toEqual(answer ? [0] : []);
  return answer;
}

const bought = (category: string, daysAgo: number, amount?: number): Item => ({
  category,
  purchasedAt: NOW - daysAgo * DAY_MS,
  ...(amount !== undefined && { amount }),
});

describe('matchesAny', () => {
  it('holds where one item meets the whole group, not where two meet a part each', () => {
    const rule = any(coffee, lately);
    expect(holds(rule, [bought('tea', 40), bought('coffee', 29)])).toBe(true);
    expect(holds(rule, [bought('tea', 3), bought('coffee', 31)])).toBe(false);
    expect(holds(any(coffee, dear), [bought('coffee', 3)])).toBe(false);
  });

  it('holds of no item for an empty list and one that is not known; its negation does', () => {
    const not: Rule = { combinator: 'and', not: true, rules: [any(coffee)] };
    for (const list of [[], undefined]) {
      expect(holds(any(coffee), list)).toBe(false);
      expect(holds(any(), list)).toBe(false);
      expect(holds(not, list)).toBe(true);
    }
    expect(holds(any(), [{}])).toBe(true);
    expect(holds(not, [bought('coffee', 1)])).toBe(false);
  });

  it('is said and explained in words', () => {
    const rule = any(coffee, lately);
    expect(describeRule(rule, fields)).toBe(
      'Purchases has one where (Category is coffee and Bought at is within 30 days of now)',
    );
    const explain = explainRule(rule, fields, 'eligibility');
    const facts = (list?: Item[]) => ({ at: NOW, lists: { purchases: list } }) as unknown as Facts;
    expect(explain(facts([bought('tea', 1), bought('tea', 2)]))).toEqual([
      {
        path: 'eligibility',
        detail:
          'purchases: none of 2, needed one where Category is coffee and Bought at is within 30 days of now',
      },
    ]);
    expect(explain(facts())[0]?.detail).toContain('purchases: unknown, needed one');
    const not: Rule = { combinator: 'or', not: true, rules: [any(coffee)] };
    expect(explainRule(not, fields)(facts([bought('coffee', 1)]))).toEqual([
      { path: 'rules[0]', detail: 'purchases: one where Category is coffee, needed none' },
    ]);
  });

  it('names the list that has to be read', () => {
    expect([...readsIn({ combinator: 'or', rules: [any(coffee), visitsAbove(1)] }).lists]).toEqual([
      'purchases',
    ]);
    expect(readsIn(visitsAbove(1)).lists.size).toBe(0);
  });

  it('is warned about where no item can be as it asks', () => {
    const clash = any({ ...dear, operator: '<', value: 3 }, dear);
    const paths = (rule: Rule) => warningsOf(rule, fields, 'rule').map(({ path }) => path);
    expect(paths(clash)).toEqual(['rule.value']);
    expect(paths({ combinator: 'and', not: true, rules: [clash] })).toEqual(['rule.rules[0].value']);
    expect(paths({ combinator: 'or', rules: [clash, clash] })).toEqual([
      'rule.rules[0].value',
      'rule.rules[1].value',
      'rule',
    ]);
    // Two items may differ.
    expect(paths({ combinator: 'and', rules: [any(coffee), any({ ...coffee, value: 'tea' })] })).toEqual([]);
    const yesAndNo: Rule = {
      combinator: 'and',
      rules: [any(coffee), { combinator: 'and', not: true, rules: [any(coffee)] }],
    };
    expect(paths(yesAndNo)).toEqual(['rule.rules[1].rules[0]', 'rule.rules[1]']);
  });
});

describe('the group of matchesAny', () => {
  const faultsOf = (value: unknown): string[] => {
    const validation = validateRule({ field: 'purchases', operator: 'matchesAny', value }, fields, 'rule');
    return validation.ok ? [] : validation.faults.map(({ path, code }) => `${path} ${code}`);
  };
  const group = (...rules: unknown[]) => ({ combinator: 'and', rules });

  it('is kept as it came', () => {
    const rule = any(coffee, { combinator: 'or', rules: [lately, dear] });
    expect(validateRule(structuredClone(rule), fields)).toEqual({ ok: true, rule });
  });

  it.each<[string, unknown, string[]]>([
    ['nothing', undefined, ['rule.value wrong-type']],
    ['a value', 'coffee', ['rule.value wrong-type']],
    ['a condition', coffee, ['rule.value wrong-type']],
    ['no combinator', { rules: [coffee] }, ['rule.value.combinator required']],
    ['a field of the shopper', group(visitsAbove(1)), ['rule.value.rules[0].field unknown-rule-field']],
    ['a list within', group(any(coffee)), ['rule.value.rules[0].field unknown-rule-field']],
    [
      'an operator that the type lacks',
      group({ ...coffee, operator: '<' }),
      ['rule.value.rules[0].operator operator-not-allowed'],
    ],
    ['a value of another type', group({ ...dear, value: '5' }), ['rule.value.rules[0].value wrong-type']],
    ['a key that is not known', { ...group(coffee), more: 1 }, ['rule.value.more unknown-field']],
    [
      'a key that nobody may use',
      JSON.parse('{"combinator": "and", "rules": [], "__proto__": {}}'),
      ['rule.value.__proto__ forbidden-key'],
    ],
  ])('is refused by its path: %s', (_, value, faults) => expect(faultsOf(value)).toEqual(faults));

  it('counts towards the depth and the number of nodes of the whole rule', () => {
    const deep = (groups: number): unknown => (groups === 1 ? group(coffee) : group(deep(groups - 1)));
    const within = (groups: number, inner: unknown): unknown =>
      groups === 0
        ? { field: 'purchases', operator: 'matchesAny', value: inner }
        : group(within(groups - 1, inner));
    expect(validateRule(within(4, deep(4)), fields).ok).toBe(true);
    expect(validateRule(within(4, deep(5)), fields)).toMatchObject({ faults: [{ code: 'too-deep' }] });
    const wide = (count: number) => group(...Array.from({ length: count }, () => coffee));
    expect(validateRule(within(1, wide(197)), fields).ok).toBe(true);
    expect(validateRule(within(1, wide(198)), fields)).toMatchObject({ faults: [{ code: 'too-many' }] });
    // Two lists share what is counted.
    const two = group(within(0, wide(100)), within(0, wide(100)));
    expect(validateRule(two, fields)).toMatchObject({ faults: [{ code: 'too-many' }] });
  });
});

describe('a registry with lists', () => {
  it('describes what may be asked about their items', () => {
    expect(fields.describe()[0]).toMatchObject({
      field: 'purchases',
      type: 'items',
      operators: ['matchesAny'],
      items: [{ field: 'category' }, { field: 'amount', unit: 'minor units' }, { field: 'purchasedAt' }],
    });
  });

  it('does not start with a list of which nothing may be asked, or with items of what is no list', () => {
    const { items: _, ...bare } = purchases;
    expect(() => new FieldRegistry([bare])).toThrow('only a list has');
    expect(() => new FieldRegistry([{ ...visits, items }])).toThrow('only a list has');
    expect(() => fields.itemsOf('visits')).toThrow("'visits' has no items");
  });
});

function visitsAbove(value: number): Rule {
  return { field: 'visits', operator: '>', value };
}
