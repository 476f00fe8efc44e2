import fc from 'fast-check';
import type { LocalTime, StoreId } from '../shared/index.js';
import { pacedCeiling, partOf, passedOf, type OpeningHours } from './pacing.rules.js';

const MONDAY = 1;
const at = (clock: string, isoWeekday = MONDAY): LocalTime => {
  const [hour = 0, minute = 0] = clock.split(':').map(Number);
  return { isoWeekday, hour, minuteOfDay: hour * 60 + minute, date: '2026-11-23', monthDay: '11-23' };
};
const minute = (of: number): LocalTime => at(`${Math.floor(of / 60)}:${of % 60}`);
const every = (from: string, to: string): OpeningHours => [{ daysOfWeek: [], from, to }];

describe('the paced curve', () => {
  it('rises evenly over the minutes that the store is open', () => {
    const hours = every('08:00', '20:00');
    expect(
      ['07:00', '08:00', '11:00', '14:00', '20:00', '23:00'].map((clock) => passedOf(at(clock), hours)),
    ).toEqual([0, 0, 0.25, 0.5, 1, 1]);
  });

  it('stands still at noon, and knows of nights and of days off', () => {
    const split = [...every('09:00', '12:00'), ...every('14:00', '17:00')];
    expect(['12:00', '13:30', '14:00'].map((clock) => passedOf(at(clock), split))).toEqual([0.5, 0.5, 0.5]);
    const night: OpeningHours = [{ daysOfWeek: [7], from: '22:00', to: '06:00' }];
    expect(passedOf(at('03:00'), night)).toBe(0.5);
    expect(passedOf(at('10:00', 3), night)).toBe(1);
    expect(passedOf(at('12:00'), [])).toBe(0.5);
  });

  it('goes by recorded visits in the hours that the store is open', () => {
    const hourly = Array.from({ length: 24 }, (_, hour) =>
      hour === 17 ? 30 : hour === 9 ? 10 : hour === 3 ? 99 : 0,
    );
    const hours = every('08:30', '18:00');
    expect(
      ['09:00', '10:00', '17:00', '17:30', '18:00'].map((clock) => passedOf(at(clock), hours, hourly)),
    ).toEqual([0, 0.25, 0.25, 0.625, 1]);
  });

  it('divides a budget among stores, evenly or by their visits, without a rest', () => {
    const stores = ['a', 'b', 'c'] as StoreId[];
    expect(stores.map((store) => partOf(store, stores, MONDAY))).toEqual([1 / 3, 1 / 3, 1 / 3]);
    const recorded = new Map([
      ['a' as StoreId, [[30]]],
      ['b' as StoreId, [[10]]],
    ]);
    expect(stores.map((store) => partOf(store, stores, MONDAY, recorded))).toEqual([0.75, 0.25, 0]);
  });
});

describe('a paced budget', () => {
  const range = fc
    .record({
      from: fc.integer({ min: 0, max: 1_380 }),
      minutes: fc.integer({ min: 10, max: 900 }),
      day: fc.nat(6),
    })
    .map(({ from, minutes, day }) => {
      const clock = (of: number): string =>
        `${String(Math.floor(of / 60) % 24).padStart(2, '0')}:${String(of % 60).padStart(2, '0')}`;
      return { daysOfWeek: [day + 1, MONDAY], from: clock(from), to: clock(from + minutes) };
    });

  it('is never above its curve by more than one reward, and can be used to the end by closing', () => {
    fc.assert(
      fc.property(
        fc.array(range, { minLength: 1, maxLength: 3 }),
        fc.option(fc.array(fc.nat(50), { minLength: 24, maxLength: 24 }), { nil: undefined }),
        fc.integer({ min: 1_000, max: 5_000 }),
        fc.integer({ min: 100, max: 900 }),
        fc.array(fc.record({ minute: fc.nat(1_439), asks: fc.nat(20) }), { maxLength: 20 }),
        (hours, hourly, amount, reward, visitors) => {
          let used = 0;
          let mostAbove = 0;
          const ask = (of: number): boolean => {
            const curve = amount * passedOf(minute(of), hours, hourly);
            const most = Math.min(amount, pacedCeiling(amount, { part: 1, passed: curve / amount }, reward));
            if (used + reward > most) return false;
            used += reward;
            mostAbove = Math.max(mostAbove, used - curve);
            return true;
          };
          for (const { minute: of, asks } of [...visitors].sort((a, b) => a.minute - b.minute)) {
            for (let one = 0; one < asks; one += 1) ask(of);
          }
          // However few came before: when the day is over nothing is kept back any more.
          while (ask(1_440));
          expect(mostAbove).toBeLessThanOrEqual(reward);
          expect(amount - used).toBeLessThan(reward);
        },
      ),
    );
  });

  it('never falls back in the course of a day', () => {
    fc.assert(
      fc.property(fc.array(range, { maxLength: 3 }), fc.nat(1_438), (hours, of) => {
        expect(passedOf(minute(of + 1), hours)).toBeGreaterThanOrEqual(passedOf(minute(of), hours));
      }),
    );
  });
});
