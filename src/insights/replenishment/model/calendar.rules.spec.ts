import fc from 'fast-check';
import { dayIn } from '../../../shared/time.js';
import { dayNumber, monthOf, weekdayOf } from './calendar.rules.js';

describe('numbered days', () => {
  it('have the weekday and month of the calendar', () => {
    fc.assert(
      fc.property(fc.integer({ min: -200_000, max: 200_000 }), (day) => {
        const date = new Date(day * 86_400_000);
        expect(weekdayOf(day)).toBe((date.getUTCDay() + 6) % 7);
        expect(monthOf(day)).toBe(date.getUTCMonth());
      }),
    );
  });

  it('are refused where there is none', () => {
    expect(dayNumber('1970-01-02')).toBe(1);
    expect(dayNumber('2023-02-29')).toBeUndefined();
    expect(dayNumber('2024-02-29')).toBe(19_782);
    expect(dayNumber('soon')).toBeUndefined();
  });

  it('are those on the wall, on the nights when clocks change too', () => {
    const before = Date.parse('2026-03-28T22:59:59Z');
    expect(dayIn(before, 'Europe/Paris')).toBe(dayNumber('2026-03-28'));
    expect(dayIn(before + 1_000, 'Europe/Paris')).toBe(dayNumber('2026-03-29'));
    // The 29th lasts 23 hours.
    expect(dayIn(Date.parse('2026-03-29T21:59:59Z'), 'Europe/Paris')).toBe(dayNumber('2026-03-29'));
    expect(dayIn(Date.parse('2026-03-29T22:00:00Z'), 'Europe/Paris')).toBe(dayNumber('2026-03-30'));
    expect(dayIn(Date.parse('2026-01-01T03:00:00Z'), 'America/New_York')).toBe(dayNumber('2025-12-31'));
  });
});
