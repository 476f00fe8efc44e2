import { DAY_MS, HOUR_MS, MINUTE_MS, startOfCalendar, type Instant } from '../shared/index.js';

/** How long a cap looks back: this visit, the last so many milliseconds, or the shopper's local calendar. */
export type Period =
  { kind: 'visit' } | { kind: 'rolling'; ms: number } | { kind: 'calendar'; unit: 'day' | 'week' | 'month' };

const UNIT_MS = { min: MINUTE_MS, h: HOUR_MS, d: DAY_MS, w: 7 * DAY_MS };

/**
 * Reads a `per`: `visit`, `<n>min|h|d|w` or `calendar-day|week|month`, as `vocabulary.period` lets it through.
 *
 * @throws Error naming a text that is no period
 */
export function periodOf(per: string): Period {
  if (per === 'visit') return { kind: 'visit' };
  const calendar = /^calendar-(day|week|month)$/.exec(per)?.[1];
  if (calendar !== undefined) return { kind: 'calendar', unit: calendar as 'day' | 'week' | 'month' };
  const [, count, unit] = /^(\d+)(min|h|d|w)$/.exec(per) ?? [];
  if (count === undefined || unit === undefined) throw new Error(`no period: ${per}`);
  return { kind: 'rolling', ms: Number(count) * UNIT_MS[unit as keyof typeof UNIT_MS] };
}

/** Where the period that ends at `now` began; undefined for a visit, which no clock bounds. */
export function startOf(period: Period, now: Instant, timeZone: string): Instant | undefined {
  switch (period.kind) {
    case 'visit':
      return undefined;
    case 'rolling':
      return now - period.ms;
    case 'calendar':
      return startOfCalendar(now, period.unit, timeZone);
  }
}
