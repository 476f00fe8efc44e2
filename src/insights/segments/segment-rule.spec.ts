import { Problem } from '../../platform/index.js';
import { FieldRegistry, type Field } from '../../rules/index.js';
import { segmentFields } from './fields.js';
import { requireShopperRule } from './segment-rule.js';

const field = (name: string, about?: 'moment'): Field => ({
  field: name,
  label: name,
  description: name,
  type: 'number',
  ...(about !== undefined && { about }),
  read: () => undefined,
});
const fields = new FieldRegistry([field('visits.count'), field('time.hour', 'moment')], segmentFields);
const visits = { field: 'visits.count', operator: '>', value: 1 };
const segments = { field: 'shopper.segments', operator: 'contains', value: 'a' };
const hour = { field: 'time.hour', operator: '=', value: 9 };

function faultsOf(rule: unknown, mayAskForSegments = false): unknown {
  try {
    return requireShopperRule(rule, fields, { mayAskForSegments });
  } catch (error) {
    return (error as Problem).extras.errors?.map(({ path, code }) => [path, code]);
  }
}

describe('the rule of a segment', () => {
  it('asks about the shopper', () => expect(faultsOf(visits)).toEqual(visits));

  it('is refused by its place where it asks about a visit or another segment', () => {
    const rule = { combinator: 'or', rules: [visits, { combinator: 'and', rules: [hour, segments] }] };
    expect(faultsOf(rule)).toEqual([
      ['rule.rules[1].rules[0].field', 'needs-a-visit'],
      ['rule.rules[1].rules[1].field', 'segment-in-segment'],
    ]);
  });

  it('of an audience may ask for segments', () => {
    expect(faultsOf(segments, true)).toEqual(segments);
    expect(faultsOf(hour, true)).toEqual([['rule.field', 'needs-a-visit']]);
  });

  it('is refused for what the grammar refuses', () => {
    expect(faultsOf(undefined)).toEqual([['rule', 'wrong-type']]);
    expect(faultsOf({ ...visits, more: 1 })).toEqual([['rule.more', 'unknown-field']]);
  });
});
