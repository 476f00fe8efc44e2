import fc from 'fast-check';
import { condition, facts, fields, rule } from '../../../test/support/rules.js';
import { amongThings } from '../among.js';
import { compileRule } from '../compile.js';
import type { Condition, Rule } from '../grammar.js';
import { FieldRegistry, type Field, type FieldValue } from '../registry.js';
import type { Facts } from '../../shared/index.js';
import { RuleIndex } from './rule-index.js';

function holding(rules: readonly Rule[], given: Facts, registry = fields): number[] {
  return rules.flatMap((each, position) => (compileRule(each, registry)(given) ? [position] : []));
}

const moments = fc.array(facts, { minLength: 1, maxLength: 3 });
const all = (...rules: Rule[]): Rule => ({ combinator: 'and', rules });
const any = (...rules: Rule[]): Rule => ({ combinator: 'or', rules });
const is = (field: string, value: string | number): Condition => ({ field, operator: '=', value });

/** A registry whose fields read from `values` and count how often they did. */
function counting(values: Record<string, FieldValue>) {
  const reads: Record<string, number> = {};
  const read = (name: string): FieldValue => {
    reads[name] = (reads[name] ?? 0) + 1;
    return values[name];
  };
  const field = (name: string): Field => ({
    field: name,
    label: name,
    description: name,
    type: 'any',
    read: () => read(name),
  });
  return { reads, registry: new FieldRegistry(Object.keys(values).map(field)) };
}

const someone = fc.sample(facts, 1)[0] as Facts;

describe('RuleIndex', () => {
  it('finds exactly the rules that hold when each is asked alone, shopper after shopper', () => {
    fc.assert(
      fc.property(fc.array(rule, { maxLength: 12 }), moments, (rules, each) => {
        const index = RuleIndex.of(rules, fields);
        for (const given of each) expect(index.matching(given)).toEqual(holding(rules, given));
      }),
      { numRuns: 200 },
    );
  });

  it('does so for as many conditions as part a field into many classes', () => {
    const joined = fc.array(condition, { minLength: 1, maxLength: 3 }).map((rules) => all(...rules));
    fc.assert(
      fc.property(fc.array(joined, { minLength: 40, maxLength: 120 }), moments, (rules, each) => {
        const index = RuleIndex.of(rules, fields);
        for (const given of each) expect(index.matching(given)).toEqual(holding(rules, given));
      }),
      { numRuns: 60 },
    );
  });

  it('searches thousands of thresholds and values as it does few', () => {
    const { registry } = counting({ points: 0, city: '' });
    const rules = Array.from({ length: 3_000 }, (_, at): Rule =>
      at % 2 === 0
        ? {
            field: 'points',
            operator: at % 4 === 0 ? '>=' : 'between',
            value: at % 4 === 0 ? at : [at, at + 40],
          }
        : is('city', `city ${at % 700}`),
    );
    for (const [points, city] of [
      [-1, ''],
      [0, 'city 1'],
      [1_502, 'city 699'],
      [1_502.5, 'city 7 '],
      [99_999, 'city 0'],
    ] as const) {
      const { registry: fresh } = counting({ points, city });
      expect(RuleIndex.of(rules, fresh).matching(someone)).toEqual(
        holding(rules, someone, registryOf(points, city)),
      );
    }
    expect(RuleIndex.of(rules, registry).matching(someone)).toContain(0);
  });

  it('reads a field once, however many rules ask about it', () => {
    const { reads, registry } = counting({ city: 'Lyon', tier: 'gold' });
    const rules = ['Lyon', 'Paris', 'Nice'].map((city) =>
      all(is('city', city), any(is('tier', 'gold'), is('city', 'x'))),
    );
    expect(RuleIndex.of(rules, registry).matching(someone)).toEqual([0]);
    expect(reads).toEqual({ city: 1, tier: 1 });
  });

  it('reads what few rules ask only where one of them is still in question', () => {
    const { reads, registry } = counting({ city: 'Lyon', rare: 1, seldom: 1 });
    const many = Array.from({ length: 40 }, () => is('city', 'Paris'));
    const rules = [
      ...many,
      all(is('city', 'Lyon'), is('rare', 1)),
      all(is('city', 'Paris'), is('seldom', 1)),
    ];
    expect(RuleIndex.of(rules, registry).matching(someone)).toEqual([40]);
    expect(reads).toEqual({ city: 1, rare: 1 });
  });

  it('answers for no rules, for those that always hold and for those that never do', () => {
    const always: Rule = { combinator: 'or', rules: [] };
    const never: Rule = { combinator: 'and', not: true, rules: [] };
    expect(RuleIndex.of([], fields).matching(someone)).toEqual([]);
    expect(
      RuleIndex.of([never, always, all(always, never), any(never, always)], fields).matching(someone),
    ).toEqual([1, 3]);
  });

  it('takes alternatives that multiply beyond measure', () => {
    const { registry } = counting({ a: 1, b: 2 });
    const pair = any(is('a', 1), is('b', 1));
    const wide = all(...Array.from({ length: 20 }, () => pair));
    const vain = all(...Array.from({ length: 20 }, () => pair), any(is('a', 7), is('b', 7)));
    expect(RuleIndex.of([wide, vain], registry).matching(someone)).toEqual([0]);
  });
});

describe('fields of things that lie together', () => {
  const NAMES = ['coffee', 'tea', 'milk', 'bread', 'toString', '__proto__x'];
  const bought = amongThings<number>('category', ({ shopper }) => amounts(shopper.replenishment));
  const parameters = [{ name: 'category', type: 'text', label: 'Category' }] as const;
  const number = (
    field: string,
    of: (amount: number | undefined, given: Facts) => number | undefined,
  ): Field => ({
    field,
    label: field,
    description: field,
    type: 'number',
    parameters,
    read: (given, { category = '' }) => of(amounts(given.shopper.replenishment).get(category), given),
    among: bought(of),
  });
  const registry = new FieldRegistry([
    number('times', (amount = 0) => amount),
    number('squared', (amount, { at }) =>
      amount === undefined ? undefined : amount * amount + at - someone.at,
    ),
  ]);
  const asked = fc
    .record({
      field: fc.constantFrom('times', 'squared'),
      of: fc.record({ category: fc.constantFrom(...NAMES) }),
      operator: fc.constantFrom('=', '<', '>=', '!=', 'in', 'null' as const),
      value: fc.integer({ min: 0, max: 5 }),
    })
    .map(({ value, ...rest }): Condition => {
      if (rest.operator === 'null') return rest;
      return { ...rest, value: rest.operator === 'in' ? [value, value + 1] : value };
    });
  const shopping = fc
    .dictionary(fc.constantFrom(...NAMES), fc.integer({ min: 0, max: 5 }))
    .map((amounts) => buying(new Map(Object.entries(amounts))));

  it('are found as when each is asked alone, however many are asked of one shopper and the next', () => {
    const rules = fc.array(
      fc.array(asked, { minLength: 1, maxLength: 3 }).map((members) => all(...members)),
      { minLength: 1, maxLength: 40 },
    );
    fc.assert(
      fc.property(rules, fc.array(shopping, { minLength: 1, maxLength: 4 }), (some, each) => {
        const index = RuleIndex.of(some, registry);
        for (const given of each) expect(index.matching(given)).toEqual(holding(some, given, registry));
      }),
      { numRuns: 200 },
    );
  });

  it('are read in one pass once many are asked for, and one by one before', () => {
    let read = 0;
    const watched = new FieldRegistry([
      number('times', (amount) => {
        read += 1;
        return amount;
      }),
    ]);
    const rules = NAMES.map((category): Condition => ({
      field: 'times',
      of: { category },
      operator: '=',
      value: 1,
    }));
    const given = buying(new Map(NAMES.map((name, at) => [name, at])));
    // Together too few of all rules to narrow down by.
    const rest = Array.from({ length: 200 }, (): Rule => ({ combinator: 'or', rules: [] }));
    expect(RuleIndex.of([...rules, ...rest], watched).matching(given)).toHaveLength(201);
    // Three by themselves, then nothing and all.
    expect(read).toBe(3 + 1 + NAMES.length);
  });

  function buying(of: ReadonlyMap<string, number>): Facts {
    return { ...someone, shopper: { ...someone.shopper, replenishment: of as never } };
  }
  function amounts(of: unknown): ReadonlyMap<string, number> {
    return of as ReadonlyMap<string, number>;
  }
});

function registryOf(points: number, city: string): FieldRegistry {
  return counting({ points, city }).registry;
}
