import { DAY_MS } from '../../shared/index.js';

/** A day of the calendar, `yyyy-mm-dd`, in whatever zone; such texts sort as days do. */
export type CivilDay = string;
export type PeriodUnit = 'day' | 'week' | 'month';

/** Whole days from `from` to before `to`. */
export interface DayRange {
  from: CivilDay;
  to: CivilDay;
}

const DAYS_A_WEEK = 7;
const MONTHS_A_YEAR = 12;

export function addDays(day: CivilDay, days: number): CivilDay {
  return dayOf(epochDays(day) + days);
}

/** The same day of the month `months` later; where that month is shorter, its last day. */
export function addMonths(day: CivilDay, months: number): CivilDay {
  const { year, month, dayOfMonth } = partsOf(day);
  const first = Date.UTC(year, month + months, 1);
  const lastDayOfMonth = new Date(Date.UTC(year, month + months + 1, 0)).getUTCDate();
  return dayOf(first / DAY_MS + Math.min(dayOfMonth, lastDayOfMonth) - 1);
}

export function daysBetween(from: CivilDay, to: CivilDay): number {
  return epochDays(to) - epochDays(from);
}

/** How often a month can be added to `from` without passing `to`; negative before it. */
export function wholeMonthsBetween(from: CivilDay, to: CivilDay): number {
  const [start, end] = [partsOf(from), partsOf(to)];
  const months = (end.year - start.year) * MONTHS_A_YEAR + end.month - start.month;
  return addMonths(from, months) > to ? months - 1 : months;
}

/** The first day of the day, ISO week (Monday) or month that holds `day`. */
export function startOfPeriod(day: CivilDay, unit: PeriodUnit): CivilDay {
  switch (unit) {
    case 'day':
      return day;
    case 'week': {
      const days = epochDays(day);
      // 1970 began on a Thursday, three days after a Monday.
      return dayOf(days - ((((days + 3) % DAYS_A_WEEK) + DAYS_A_WEEK) % DAYS_A_WEEK));
    }
    case 'month':
      return `${day.slice(0, 8)}01`;
  }
}

/** The first day of the period `count` periods after the one that begins on `start`. */
export function addPeriods(start: CivilDay, unit: PeriodUnit, count: number): CivilDay {
  if (unit === 'month') return addMonths(start, count);
  return addDays(start, unit === 'week' ? DAYS_A_WEEK * count : count);
}

/** The range made longer, at either end, to whole periods. */
export function wholePeriods({ from, to }: DayRange, unit: PeriodUnit): DayRange {
  const lastStart = startOfPeriod(addDays(to, -1), unit);
  return { from: startOfPeriod(from, unit), to: addPeriods(lastStart, unit, 1) };
}

/** First days of the periods of a range of whole periods, in order. */
export function periodStarts({ from, to }: DayRange, unit: PeriodUnit): CivilDay[] {
  const starts: CivilDay[] = [];
  for (let start = from; start < to; start = addPeriods(start, unit, 1)) starts.push(start);
  return starts;
}

function epochDays(day: CivilDay): number {
  return Date.parse(`${day}T00:00:00Z`) / DAY_MS;
}

function dayOf(epochDay: number): CivilDay {
  return new Date(epochDay * DAY_MS).toISOString().slice(0, 10);
}

function partsOf(day: CivilDay): { year: number; month: number; dayOfMonth: number } {
  const date = new Date(`${day}T00:00:00Z`);
  return { year: date.getUTCFullYear(), month: date.getUTCMonth(), dayOfMonth: date.getUTCDate() };
}
