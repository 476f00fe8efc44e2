import { FieldRegistry, type Field } from '../../rules/index.js';
import { shopperFields } from '../../shoppers/index.js';
import { insightFields } from '../fields.js';
import { requireShopperRule } from './segment-rule.js';
import { TEMPLATES, templatesFor } from './templates.js';

const number = (name: string): Field => ({
  field: name,
  label: name,
  description: name,
  type: 'number',
  read: () => undefined,
});
const today = new FieldRegistry(shopperFields, insightFields);

describe('the ready-made segments', () => {
  it('are good rules for a segment, with and without what may be left out', () => {
    for (const template of templatesFor(today)) {
      const given = Object.fromEntries(template.parameters.map(({ name }) => [name, 'x']));
      const required = Object.fromEntries(
        template.parameters.filter((each) => each.required).map(({ name }) => [name, 'x']),
      );
      for (const each of [given, required]) {
        const rule = template.rule(each);
        expect(requireShopperRule(rule, today, { mayAskForSegments: false })).toEqual(rule);
      }
    }
  });

  it('have names of their own', () => {
    expect(new Set(TEMPLATES.map(({ template }) => template)).size).toBe(TEMPLATES.length);
  });

  it('are left out as long as a field they ask for is not there', () => {
    const names = (fields: FieldRegistry) => templatesFor(fields).map(({ template }) => template);
    const bare = new FieldRegistry(
      shopperFields.filter(({ field }) => !/^loyalty\./.test(field)),
      insightFields.filter(({ field }) => !/^value\./.test(field)),
    );
    const later = [
      'value.rfm.monetary',
      'loyalty.pointsToNextTier',
      'loyalty.daysToTierEnd',
      'loyalty.tierAtRisk',
    ];
    const full = new FieldRegistry(
      shopperFields.filter(({ field }) => !later.includes(field)),
      insightFields.filter(({ field }) => !later.includes(field)),
      later.map(number),
    );
    expect(names(bare)).not.toEqual(expect.arrayContaining(['high-value']));
    expect(names(full)).toEqual(TEMPLATES.map(({ template }) => template));
    expect(names(new FieldRegistry([]))).toEqual([]);
  });
});
