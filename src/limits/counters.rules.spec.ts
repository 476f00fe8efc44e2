import type { OfferId, StoreId } from '../shared/index.js';
import { drawRefusal, drawsOf, reserveOf } from './counters.rules.js';

const offerId = '01' as OfferId;
const here = { storeId: 's1' as StoreId, now: Date.parse('2026-11-22T23:30:00Z'), timeZone: 'Europe/Paris' };

describe('counters', () => {
  it('draws from total, store and budget, in the order of their keys', () => {
    const limits = {
      total: 10,
      perStore: 5,
      budget: { amount: 1_000, currency: 'EUR', per: 'day' as const },
    };
    const draws = drawsOf({ offerId, limits, reserve: 200 }, here);
    expect(draws.map(({ key, takes }) => [key, takes])).toEqual([
      ['01:budget:day:2026-11-23', 200],
      ['01:store:s1', 1],
      ['01:total', 1],
    ]);
  });

  it('draws from the part of a store too, where a budget is paced: its curve so far and one reward', () => {
    const limits = {
      budget: { amount: 1_000, currency: 'EUR', per: 'day' as const, pacing: 'visits' as const },
    };
    const draws = drawsOf({ offerId, limits, reserve: 200 }, { ...here, pace: { part: 0.5, passed: 0.5 } });
    expect(draws.map(({ key, ceiling }) => [key, ceiling])).toEqual([
      ['01:budget:day:2026-11-23', 1_000],
      ['01:pace:day:2026-11-23:s1', 450],
    ]);
    expect(drawRefusal(draws, new Map([['01:pace:day:2026-11-23:s1', 250]]))).toBeUndefined();
    expect(drawRefusal(draws, new Map([['01:pace:day:2026-11-23:s1', 251]]))?.code).toBe('budget-exhausted');
  });

  it('refuses when what is left does not hold the whole reserve', () => {
    const draws = drawsOf(
      { offerId, limits: { budget: { amount: 1_000, currency: 'EUR', per: 'campaign' } }, reserve: 200 },
      here,
    );
    expect(drawRefusal(draws, new Map([['01:budget:campaign', 800]]))).toBeUndefined();
    expect(drawRefusal(draws, new Map([['01:budget:campaign', 801]]))?.code).toBe('budget-exhausted');
  });

  it('holds back the most a reward can cost', () => {
    expect(reserveOf({ type: 'percentOff', value: 15, maxDiscount: { amount: 200, currency: 'EUR' } })).toBe(
      200,
    );
    expect(reserveOf({ type: 'amountOff', value: { amount: 150, currency: 'EUR' } })).toBe(150);
    expect(reserveOf({ type: 'none' })).toBe(0);
  });
});
