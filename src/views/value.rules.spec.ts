import { DAY_MS } from '../shared/time.js';
import { valueOf, type Totals } from './value.rules.js';

const NOW = Date.UTC(2026, 5, 30, 12);
const none: Totals = {
  purchases: 0,
  lastPurchasedAt: null,
  purchaseDays: 0,
  purchaseSpanDays: 0,
  storeDays: 0,
  firstStoreDayAt: null,
  spent: null,
};

describe('what a shopper is worth', () => {
  it('is nothing yet of a shopper who bought nothing', () => {
    expect(valueOf(none, NOW)).toMatchObject({
      recencyDays: null,
      frequency: 0,
      monetary: null,
      interPurchaseDays: null,
      visitsPer30Days: 0,
    });
  });

  it('tells recency, frequency, money and rhythm', () => {
    const totals: Totals = {
      purchases: 9,
      lastPurchasedAt: NOW - 3.5 * DAY_MS,
      purchaseDays: 8,
      purchaseSpanDays: 49,
      storeDays: 10,
      firstStoreDayAt: NOW - 60 * DAY_MS,
      spent: { amount: 12_345, currency: 'EUR' },
    };
    expect(valueOf(totals, NOW)).toEqual({
      recencyDays: 3,
      frequency: 9,
      monetary: { amount: 12_345, currency: 'EUR' },
      rfm: null,
      probabilityActive: null,
      lifetimeValue: null,
      expected: null,
      interPurchaseDays: 7,
      visitsPer30Days: 5,
    });
  });

  it('does not make a regular of a newcomer', () => {
    const newcomer = { ...none, storeDays: 2, firstStoreDayAt: NOW - DAY_MS };
    expect(valueOf(newcomer, NOW).visitsPer30Days).toBe(2);
  });

  it('takes a purchase that a till dated ahead as just made', () => {
    expect(valueOf({ ...none, lastPurchasedAt: NOW + DAY_MS }, NOW).recencyDays).toBe(0);
  });
});
