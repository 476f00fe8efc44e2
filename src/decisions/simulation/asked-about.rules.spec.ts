import { DEFAULT_POLICY } from '../../limits/index.js';
import { draftSnapshot } from '../../offers/index.js';
import { FieldRegistry } from '../../rules/index.js';
import { insightFields } from '../../insights/index.js';
import { askedAbout } from './asked-about.rules.js';

const fields = new FieldRegistry(insightFields);
const offer = (more: object = {}): object => ({
  name: 'Tea time',
  kind: 'message',
  trigger: { on: ['zoneEntered'] },
  content: { default: { title: 'Tea', body: 'Have some.' } },
  ...more,
});
const asks = (field: string, of: object = {}): object => ({
  eligibility: { combinator: 'and', rules: [{ field, of, operator: 'notNull' }] },
});
const about = (offers: object[], policy: object = {}) =>
  askedAbout({ live: draftSnapshot(offers, fields, []), policy: { ...DEFAULT_POLICY, ...policy } });

describe('what decisions look at of a shopper', () => {
  it('is little where rules ask little', () => {
    expect([...about([offer()]).pieces]).toEqual([]);
    expect([...about([offer(asks('visits.count')), offer(asks('value.monetary'))]).pieces]).toEqual([
      'value',
    ]);
  });

  it('are the habits that offers are about or ask for', () => {
    const tea = offer({ target: { categories: ['tea'] } });
    const coffee = offer(asks('replenishment.dueProbability', { category: 'coffee' }));
    expect([...about([tea, coffee]).categories].sort()).toEqual(['coffee', 'tea']);
  });

  it('are main brands where an offer would have one left, or is chosen by its value', () => {
    expect([...about([offer({ kind: 'brandSwitch' })]).pieces]).toEqual(['brands']);
    expect([...about([offer()], { ranking: 'incrementalValue' }).pieces]).toEqual(['brands', 'foresight']);
    expect([...about([offer()], { minimumValue: 5 }).pieces]).toEqual(['brands', 'foresight']);
  });
});
