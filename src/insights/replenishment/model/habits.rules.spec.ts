import fc from 'fast-check';
import { dayNumber } from './calendar.rules.js';
import { HABIT_BYTES, Habits } from './habits.rules.js';

const someDays = fc
  .uniqueArray(fc.integer({ min: 0, max: 4_000 }), { minLength: 1, maxLength: 60 })
  .map((days) => days.sort((a, b) => a - b).map((day) => 18_000 + day));

function folded(days: readonly number[]): Habits {
  const habits = new Habits();
  days.forEach((day, at) => {
    if (at === 0) habits.begin(day, 1);
    else habits.observe(0, day, at + 1);
  });
  return habits;
}

describe('the record of a habit', () => {
  it('takes 64 bytes, and goes on from them as if it had never been put away', () => {
    fc.assert(
      fc.property(someDays, fc.nat(), (days, split) => {
        const at = 1 + (split % days.length);
        const before = folded(days.slice(0, at));
        expect(before.bytes().length).toBe(HABIT_BYTES);
        expect(HABIT_BYTES).toBeLessThanOrEqual(64);
        const after = new Habits(Uint8Array.from(before.bytes()));
        days.slice(at).forEach((day, i) => {
          after.observe(0, day, at + i + 1);
        });
        expect(after.bytes()).toEqual(folded(days).bytes());
      }),
    );
  });

  it('reads back what it was given', () => {
    const habits = folded([20_000, 20_007, 20_021]);
    expect(habits.purchases(0)).toBe(3);
    expect(habits.lastDay(0)).toBe(20_021);
    expect([habits.firstVisit(0), habits.lastVisit(0)]).toEqual([1, 3]);
    expect(habits.gaps(0)).toBeCloseTo(1.95, 9);
    expect(habits.logDays(0)).toBeCloseTo(0.95 * Math.log(7) + Math.log(14), 5);
    expect(habits.logDaysSquared(0)).toBeCloseTo(0.95 * Math.log(7) ** 2 + Math.log(14) ** 2, 5);
    expect(habits.bought45Days(0)).toBeCloseTo(1 + 2 ** (-14 / 45) * (1 + 2 ** (-7 / 45)), 5);
  });

  it('counts weekdays and months by the calendar, leap days among them', () => {
    const leap = dayNumber('2024-02-29')!;
    const habits = folded([leap, leap + 1]);
    // A Thursday in February, a Friday in March.
    expect([habits.onWeekday(0, 3), habits.onWeekday(0, 4)]).toEqual([1, 1]);
    expect([habits.inMonth(0, 1), habits.inMonth(0, 2)]).toEqual([1, 1]);
  });

  it('halves its counts before one of them is full, so that shares stay', () => {
    const habits = folded(Array.from({ length: 400 }, (_, week) => 18_000 + 7 * week));
    const weekday = Array.from({ length: 7 }, (_, each) => habits.onWeekday(0, each));
    expect(weekday.filter((count) => count > 0)).toHaveLength(1);
    expect(Math.max(...weekday)).toBeLessThanOrEqual(255);
  });

  it('knows the second of the last purchase where it was told, and else its day', () => {
    const habits = new Habits();
    const at = 18_000 * 86_400_000 + 61_999;
    habits.begin(18_000, 1, at);
    expect(habits.lastPurchasedAt(0)).toBe(18_000 * 86_400_000 + 61_000);
    habits.observe(0, 18_010, 2);
    expect(habits.lastPurchasedAt(0)).toBe(18_010 * 86_400_000);
  });

  it('refuses a purchase that is not later', () => {
    expect(() => {
      folded([18_000]).observe(0, 18_000, 2);
    }).toThrow(RangeError);
    expect(() => new Habits(new Uint8Array(63))).toThrow(RangeError);
  });
});
