import type { ShopperId } from '../../shared/ids.js';
import { defaultPrior } from '../replenishment/replenishment.rules.js';
import { DEFAULT_MODEL } from '../value/estimate.rules.js';
import { viewOf, type ViewRow } from './view.rules.js';

const row: ViewRow = {
  shopper_id: 'ada' as ShopperId,
  display_name: 'Ada',
  locale: null,
  time_zone: 'Europe/Paris',
  home_store_id: null,
  home_time_zone: null,
  ratings: null,
  model: null,
  birthday: '12-10',
  attributes: { vegan: true },
  loyalty: { tier: 'gold', points: 120 },
  preferences: { snoozeUntil: 5 },
  granted: ['location', 'profiling'],
  visits: 3,
  first_visit_at: 1_000,
  last_visit_at: 3_000,
  states: [['coffee', 3, 3_000, 1, 0.5, 0.25, null]],
  brands: [['cornflakes', 'Kellogg’s', false, 7, 0.7, 0.1]],
  traits: null,
  segments: ['regulars'],
  value: null,
};

describe('the view of a shopper', () => {
  it('holds what is known, each category with its prior', () => {
    const prior = { ...defaultPrior(), visitShare: 0.2 };
    const view = viewOf(row, (category) => (category === 'coffee' ? prior : defaultPrior()), DEFAULT_MODEL);
    expect(view).toEqual({
      shopperId: 'ada',
      displayName: 'Ada',
      timeZone: 'Europe/Paris',
      birthday: '12-10',
      attributes: { vegan: true },
      loyalty: { tier: 'gold', points: 120 },
      consents: { location: true, profiling: true, push: false, clienteling: false },
      preferences: { snoozeUntil: 5, mutedCategories: [] },
      activity: { visits: 3, firstVisitAt: 1_000, lastVisitAt: 3_000 },
      replenishment: new Map([
        [
          'coffee',
          {
            prior,
            state: {
              purchases: 3,
              lastPurchasedAt: 3_000,
              visitsAtFirst: 1,
              sumLogGap: 0.5,
              sumLogGapSquared: 0.25,
            },
          },
        ],
      ]),
      mainBrands: new Map([
        ['cornflakes', { brand: 'Kellogg’s', ownBrand: false, units: 7, share: 0.7, ownBrandShare: 0.1 }],
      ]),
      segments: ['regulars'],
    });
  });

  it('holds nothing personal without the consent to profiling, whatever the row holds', () => {
    const view = viewOf({ ...row, granted: ['location', 'push'] }, defaultPrior, DEFAULT_MODEL);
    expect(view).toEqual({
      shopperId: 'ada',
      displayName: 'Ada',
      timeZone: 'Europe/Paris',
      attributes: {},
      consents: { location: true, profiling: false, push: true, clienteling: false },
      preferences: { snoozeUntil: 5, mutedCategories: [] },
      activity: { visits: 0 },
      replenishment: new Map(),
      mainBrands: new Map(),
    });
  });

  it('of a shopper who bought nothing is empty, not missing', () => {
    const empty = { visits: null, first_visit_at: null, last_visit_at: null, states: null, brands: null };
    const view = viewOf({ ...row, ...empty, birthday: null, loyalty: null }, defaultPrior, DEFAULT_MODEL);
    expect(view.activity).toEqual({ visits: 0 });
    expect(view.replenishment.size + view.mainBrands.size).toBe(0);
    expect(view).not.toHaveProperty('birthday');
    expect(view).not.toHaveProperty('loyalty');
  });
});
