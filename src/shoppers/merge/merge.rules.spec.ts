import { mergedLoyalty, mergedPreferences } from './merge.rules.js';

describe('preferences of two who become one', () => {
  it('are the stricter of both', () => {
    const from = {
      snoozeUntil: 9,
      mutedCategories: ['tea', 'soap'],
      quietHours: { from: '22:00', to: '06:00' },
    };
    const into = { snoozeUntil: 5, mutedCategories: ['soap'], quietHours: { from: '12:00', to: '13:00' } };
    const merged = { snoozeUntil: 9, mutedCategories: ['soap', 'tea'], quietHours: from.quietHours };
    expect(mergedPreferences(from, into)).toEqual(merged);
    expect(mergedPreferences({}, into)).toEqual(into);
    expect(mergedPreferences(from, {})).toEqual(from);
    expect(mergedPreferences({}, {})).toEqual({});
  });
});

describe('points that the retailer gave', () => {
  it('add up, in the tier of the one who stays', () => {
    const [gold, silver] = [
      { tier: 'gold', points: 5 },
      { tier: 'silver', points: 7 },
    ];
    expect(mergedLoyalty(silver, gold)).toEqual({ tier: 'gold', points: 12 });
    expect(mergedLoyalty(silver, null)).toEqual(silver);
    expect(mergedLoyalty(null, gold)).toEqual(gold);
    expect(mergedLoyalty(null, null)).toBeNull();
  });
});
