import { DAY_MS } from '../../shared/time.js';
import { byNeed, judge, type Habit, type Standing } from './clients.rules.js';

const NOW = Date.UTC(2026, 5, 30, 12);
const ago = (days: number): number => NOW - days * DAY_MS;
/** Every ten days, the last of them `days` ago. */
const everyTen = (days: number, contact: number | null = null): Habit => ({
  purchaseDays: 4,
  firstPurchasedAt: ago(days + 30),
  lastPurchasedAt: ago(days),
  lastContactAt: contact === null ? null : ago(contact),
});

describe('a client', () => {
  it.each<[number, Standing]>([
    [0, 'regular'],
    [14, 'regular'],
    [15, 'lapsing'],
    [29, 'lapsing'],
    [30, 'lapsed'],
    [300, 'lapsed'],
  ])('who bought every ten days, the last time %i days ago, is %s', (days, standing) => {
    expect(judge(everyTen(days), NOW)).toMatchObject({
      standing,
      usualDays: 10,
      daysSinceLastPurchase: days,
    });
  });

  it('of two purchases has no rhythm yet', () => {
    const habit = { ...everyTen(60), purchaseDays: 2 };
    expect(judge(habit, NOW)).toMatchObject({
      standing: 'unknown',
      usualDays: null,
      daysSinceLastPurchase: 60,
    });
  });

  it('whose purchases may not be used is unknown, and can still be spoken to', () => {
    const habit = {
      purchaseDays: null,
      firstPurchasedAt: null,
      lastPurchasedAt: null,
      lastContactAt: ago(3.5),
    };
    expect(judge(habit, NOW)).toEqual({
      standing: 'unknown',
      usualDays: null,
      daysSinceLastPurchase: null,
      daysSinceLastContact: 3,
    });
  });

  it('who buys every day is not lost by tomorrow', () => {
    const daily = { ...everyTen(1), firstPurchasedAt: ago(3.2) };
    expect(judge(daily, NOW).standing).toBe('regular');
  });

  it('comes first who is lapsing, then lapsed, then regular; among them who waits longest for a word', () => {
    const clients = [
      everyTen(1, 2),
      everyTen(40, 1),
      everyTen(20, 4),
      everyTen(20),
      everyTen(20, 9),
      everyTen(1),
    ];
    const order = clients
      .map((habit) => judge(habit, NOW))
      .sort(byNeed)
      .map(({ standing, daysSinceLastContact }) => [standing, daysSinceLastContact]);
    expect(order).toEqual([
      ['lapsing', null],
      ['lapsing', 9],
      ['lapsing', 4],
      ['lapsed', 1],
      ['regular', null],
      ['regular', 2],
    ]);
  });
});
