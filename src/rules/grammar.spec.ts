import { conditionsOf, type Rule } from './grammar.js';

describe('the conditions of a rule', () => {
  const leaf = (field: string): Rule => ({ field, operator: 'notNull' });

  it('come in its order, each with its path', () => {
    const rule: Rule = {
      combinator: 'and',
      rules: [leaf('a'), { combinator: 'or', not: true, rules: [leaf('b'), leaf('c')] }],
    };
    const found = [...conditionsOf(rule, 'rule')].map(({ condition, path }) => [condition.field, path]);
    expect(found).toEqual([
      ['a', 'rule.rules[0]'],
      ['b', 'rule.rules[1].rules[0]'],
      ['c', 'rule.rules[1].rules[1]'],
    ]);
  });

  it('are itself where it is one, and none in an empty group', () => {
    expect([...conditionsOf(leaf('a'))]).toEqual([{ condition: leaf('a'), path: '' }]);
    expect([...conditionsOf({ combinator: 'or', rules: [] }, 'rule')]).toEqual([]);
  });
});
