import { faultsOf } from '../platform/index.js';
import { offerDocument } from './offer.schema.js';

const SMALLEST = {
  name: 'Coffee',
  kind: 'message',
  trigger: { on: ['zoneEntered'] },
  content: { default: { title: 'Coffee', body: 'Hot' } },
};
const faults = (more: Record<string, unknown>): string[] => {
  const input = { ...SMALLEST, ...more };
  const result = offerDocument.safeParse(input);
  return result.success ? [] : faultsOf(result.error, input, '').map(({ path, code }) => `${path} ${code}`);
};
const money = (amount: number, currency = 'EUR') => ({ amount, currency });

describe('the document of an offer', () => {
  it('has a default for all but name, kind, trigger and content', () => {
    expect(offerDocument.parse(SMALLEST)).toEqual({
      ...SMALLEST,
      trigger: {
        on: ['zoneEntered'],
        storeIds: [],
        zoneIds: [],
        zoneKinds: [],
        categories: [],
        dwellSeconds: 20,
      },
      eligibility: { combinator: 'and', rules: [] },
      target: { productIds: [], categories: [], fromBrand: null, toProductIds: [] },
      reward: { type: 'none' },
      schedule: { startsAt: null, endsAt: null, daysOfWeek: [] },
      limits: { perShopper: [], ignoresGlobalCaps: false, countsTowardGlobalCaps: true },
      priority: 50,
      holdoutShare: 0,
      expiresInSeconds: 1800,
      tags: [],
    });
    for (const key of Object.keys(SMALLEST)) {
      expect(faults({ [key]: undefined }).map((fault) => fault.split(' ')[0])).toEqual([key]);
    }
  });

  it('spreads only a budget per day over the day', () => {
    const paced = (per: string) =>
      faults({
        reward: { type: 'amountOff', value: money(100) },
        limits: { budget: { ...money(1_000), per, pacing: 'visits' } },
      });
    expect(paced('day')).toEqual([]);
    expect(paced('week')).toEqual(['limits.budget.pacing invalid']);
  });

  it('goes through twice as through once', () => {
    const once = offerDocument.parse({
      ...SMALLEST,
      schedule: { startsAt: '2026-11-22T10:00:00+01:00', hours: { from: '22:00', to: '06:00' } },
      reward: { type: 'amountOff', value: money(200) },
    });
    expect(once.schedule.startsAt).toBe('2026-11-22T09:00:00.000Z');
    expect(offerDocument.parse(once)).toEqual(once);
  });

  it.each<[Record<string, unknown>]>([
    [{ reward: { type: 'percentOff', value: 15 } }],
    [{ reward: { type: 'percentOff', value: 15, maxDiscount: money(200) } }],
    [{ reward: { type: 'amountOff', value: money(200) } }],
    [{ reward: { type: 'points', value: 500 } }],
    [{ reward: { type: 'gift', value: 'mug-1' } }],
    [{ content: { default: SMALLEST.content.default, fr: { title: 'Café', body: 'Chaud' } } }],
    [
      {
        content: { default: { title: 'a', body: 'b', imageUrl: 'https://a.b/c.png', deepLink: 'shop://x' } },
      },
    ],
    [{ trigger: { on: ['zoneDwelled', 'checkedIn'], dwellSeconds: 60 } }],
    [{ target: { fromBrand: 'Crunch', toProductIds: ['own'] } }],
    ...['visit', '1min', '12h', '30d', '2w', 'calendar-day', 'calendar-week', 'calendar-month'].map(
      (per): [Record<string, unknown>] => [{ limits: { perShopper: [{ max: 1, per }] } }],
    ),
  ])('takes %j', (more) => {
    expect(faults(more)).toEqual([]);
  });

  it.each([
    [{ colour: 'red' }, 'colour unknown-field'],
    [{ kind: 'spam' }, 'kind not-allowed'],
    [{ trigger: { on: [] } }, 'trigger.on out-of-range'],
    [{ trigger: { on: ['zoneLeft'] } }, 'trigger.on[0] not-allowed'],
    [{ reward: { type: 'percentOff', value: 0 } }, 'reward.value out-of-range'],
    [{ reward: { type: 'percentOff', value: 101 } }, 'reward.value out-of-range'],
    [{ reward: { type: 'amountOff', value: 200 } }, 'reward.value wrong-type'],
    [{ reward: { type: 'amountOff', value: money(0) } }, 'reward.value.amount invalid'],
    [{ reward: { type: 'points', value: 1.5 } }, 'reward.value wrong-type'],
    [{ reward: { type: 'cash', value: 5 } }, 'reward.type not-allowed'],
    [{ content: { fr: { title: 'a', body: 'b' } } }, 'content.default required'],
    [
      { content: { ...SMALLEST.content, french: { title: 'a', body: 'b' } } },
      'content.french invalid-format',
    ],
    [{ content: { default: { title: 'x'.repeat(101), body: 'b' } } }, 'content.default.title out-of-range'],
    [{ content: { default: { title: 'x', body: 'x'.repeat(301) } } }, 'content.default.body out-of-range'],
    [
      { content: { default: { title: 'x', body: '{{ shopper.email }}' } } },
      'content.default.body unknown-variable',
    ],
    [{ content: { default: { title: 'x', body: '{% if %}' } } }, 'content.default.body invalid-template'],
    [
      { content: { default: { title: 'a', body: 'b', imageUrl: 'http://a.b/c.png' } } },
      'content.default.imageUrl invalid-format',
    ],
    [
      { content: { default: { title: 'a', body: 'b', deepLink: 'javascript:alert(1)' } } },
      'content.default.deepLink invalid',
    ],
    [
      { schedule: { startsAt: '2026-11-22T10:00:00Z', endsAt: '2026-11-22T10:00:00Z' } },
      'schedule.endsAt out-of-range',
    ],
    [{ schedule: { startsAt: 'tomorrow' } }, 'schedule.startsAt invalid-format'],
    [{ limits: { perShopper: [{ max: 1, per: '3 days' }] } }, 'limits.perShopper[0].per invalid-format'],
    [{ limits: { perShopper: [{ max: 0, per: 'visit' }] } }, 'limits.perShopper[0].max out-of-range'],
    [
      { reward: { type: 'percentOff', value: 9 }, limits: { budget: { ...money(9), per: 'day' } } },
      'reward.maxDiscount required',
    ],
    [
      {
        reward: { type: 'amountOff', value: money(9, 'USD') },
        limits: { budget: { ...money(9), per: 'day' } },
      },
      'limits.budget.currency invalid',
    ],
    [{ target: { fromBrand: 'Crunch', categories: ['cereals'] } }, 'target.productIds required'],
    [{ priority: 101 }, 'priority out-of-range'],
    [{ holdoutShare: 1.1 }, 'holdoutShare out-of-range'],
    [{ expiresInSeconds: 59 }, 'expiresInSeconds out-of-range'],
    [{ expiresInSeconds: 604_801 }, 'expiresInSeconds out-of-range'],
  ])('refuses %j at its place', (more, fault) => {
    expect(faults(more)).toContain(fault);
  });
});
