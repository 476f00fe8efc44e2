import fc from 'fast-check';
import { DateTime } from 'luxon';
import {
  addDays,
  addMonths,
  addPeriods,
  daysBetween,
  periodStarts,
  startOfPeriod,
  wholeMonthsBetween,
  wholePeriods,
  type PeriodUnit,
} from './civil-days.rules.js';

const anyDay = fc.integer({ min: 0, max: 50_000 }).map((days) => addDays('1970-01-01', days));
const anyUnit = fc.constantFrom<PeriodUnit>('day', 'week', 'month');

describe('days of the calendar', () => {
  it.each([
    ['2024-01-31', 1, '2024-02-29'],
    ['2023-01-31', 1, '2023-02-28'],
    ['2024-02-29', 12, '2025-02-28'],
    ['2024-11-30', 3, '2025-02-28'],
    ['2024-03-31', -1, '2024-02-29'],
  ])('%s and %i months is %s', (day, months, then) => {
    expect(addMonths(day, months)).toBe(then);
  });

  it.each([
    ['2024-01-31', '2024-02-28', 0],
    // February 2024 has 29 days, and the month is full on the last of them.
    ['2024-01-31', '2024-02-29', 1],
    ['2024-01-31', '2024-03-30', 1],
    ['2024-01-31', '2024-03-31', 2],
    ['2024-02-29', '2025-02-28', 12],
    ['2024-05-10', '2024-05-09', -1],
    ['2024-05-10', '2024-05-10', 0],
  ])('from %s to %s are %i whole months', (from, to, months) => {
    expect(wholeMonthsBetween(from, to)).toBe(months);
  });

  it('adds and counts as luxon does', () => {
    fc.assert(
      fc.property(anyDay, fc.integer({ min: -60, max: 60 }), (day, months) => {
        const then = DateTime.fromISO(day, { zone: 'UTC' }).plus({ months }).toISODate();
        expect(addMonths(day, months)).toBe(then);
        if (months >= 0) expect(wholeMonthsBetween(day, addMonths(day, months))).toBe(months);
      }),
    );
  });

  it('begins weeks on Monday and months on the first', () => {
    expect(startOfPeriod('2026-11-25', 'day')).toBe('2026-11-25');
    expect(startOfPeriod('2026-11-25', 'week')).toBe('2026-11-23');
    expect(startOfPeriod('2026-11-22', 'week')).toBe('2026-11-16');
    expect(startOfPeriod('1969-12-31', 'week')).toBe('1969-12-29');
    expect(startOfPeriod('2024-02-29', 'month')).toBe('2024-02-01');
  });
});

describe('periods of a range', () => {
  it('are whole: the range grows at both ends', () => {
    expect(wholePeriods({ from: '2026-01-10', to: '2026-03-02' }, 'month')).toEqual({
      from: '2026-01-01',
      to: '2026-04-01',
    });
    // `to` is exclusive: a range that ends with a month stays.
    expect(wholePeriods({ from: '2026-01-01', to: '2026-03-01' }, 'month')).toEqual({
      from: '2026-01-01',
      to: '2026-03-01',
    });
  });

  it('leave no day out and count none twice', () => {
    fc.assert(
      fc.property(anyDay, fc.integer({ min: 1, max: 400 }), anyUnit, (from, days, unit) => {
        const asked = { from, to: addDays(from, days) };
        const whole = wholePeriods(asked, unit);
        expect(whole.from <= asked.from && whole.to >= asked.to).toBe(true);
        expect(wholePeriods(whole, unit)).toEqual(whole);
        const starts = periodStarts(whole, unit);
        expect(starts[0]).toBe(whole.from);
        const lengths = starts.map((start) => daysBetween(start, addPeriods(start, unit, 1)));
        expect(lengths.reduce((sum, length) => sum + length, 0)).toBe(daysBetween(whole.from, whole.to));
        expect(starts.every((start) => startOfPeriod(start, unit) === start)).toBe(true);
      }),
    );
  });
});
