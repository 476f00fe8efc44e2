import { fieldRegistry } from '../../app.module.js';
import { validateRule, warningsOf } from '../../rules/index.js';
import { offerDocument, offerFields } from '../offer.schema.js';
import { exampleOf, OFFER_TEMPLATES } from './templates.js';

const fields = fieldRegistry();

describe('offer templates', () => {
  it.each(OFFER_TEMPLATES.map((each) => [each.template, each] as const))(
    '%s makes a good draft with its own examples',
    (_, template) => {
      const document = offerDocument.parse(exampleOf(template));
      const rule = validateRule(document.eligibility, fields, 'eligibility');
      expect(rule).toMatchObject({ ok: true });
      if (rule.ok) expect(warningsOf(rule.rule, fields, 'eligibility')).toEqual([]);
      expect(JSON.stringify(document)).not.toContain('undefined');
    },
  );

  it('there is one of each kind, each with a name of its own', () => {
    const kinds = new Set(OFFER_TEMPLATES.map((each) => exampleOf(each).kind));
    expect(kinds).toEqual(new Set(offerFields.shape.kind.options));
    const names = OFFER_TEMPLATES.map(({ template }) => template);
    expect(new Set(names).size).toBe(names.length);
  });

  it('every parameter is in the offer that is made of it', () => {
    for (const { parameters, document } of OFFER_TEMPLATES) {
      const marked = parameters.map(({ name, type }, index) => [
        name,
        type === 'text' ? `mark-${index}` : 7_000 + index,
      ]);
      const made = JSON.stringify(document(Object.fromEntries(marked) as Record<string, string>));
      for (const [, value] of marked) expect(made).toContain(String(value));
    }
  });
});
