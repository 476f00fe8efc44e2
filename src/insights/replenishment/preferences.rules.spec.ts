import { DAY_MS } from '../../shared/time.js';
import { preferencesOf, type BoughtLine } from './preferences.rules.js';

const START = Date.parse('2026-03-02T17:30:00Z');
const line = (day: number, given: Partial<BoughtLine> = {}): BoughtLine => ({
  productId: 'beans',
  category: 'coffee',
  channel: 'store',
  purchasedAt: START + day * DAY_MS,
  timeZone: 'Europe/Paris',
  quantity: 1,
  packAmount: 500,
  packUnit: 'g',
  ...given,
});
const of = (...lines: BoughtLine[]) =>
  preferencesOf(lines, ({ category }) => category ?? undefined).get('coffee');

describe('how somebody is used to buy', () => {
  it('is where, on which weekday and at which hour they bought most, by the clock of the store', () => {
    expect(of(line(0), line(7), line(9, { channel: 'online' }))).toMatchObject({
      preferredChannel: 'store',
      preferredWeekday: 1,
      preferredHour: 18,
    });
    // Of two alike the later one.
    expect(of(line(0), line(1, { channel: 'online' }))).toMatchObject({
      preferredChannel: 'online',
      preferredWeekday: 2,
    });
  });

  it('keeps its hour when clocks change', () => {
    const summer = Date.parse('2026-04-06T16:30:00Z');
    expect(of(line(0), line(0, { purchasedAt: summer }))?.preferredHour).toBe(18);
  });

  it('says when packs run out: a double pack lasts twice as long', () => {
    const until = (quantity: number) => of(line(0), line(10), line(20, { quantity }))?.runsOutAt;
    expect(until(1)).toBe(START + 30 * DAY_MS);
    expect(until(2)).toBe(START + 40 * DAY_MS);
  });

  it('says nothing of it from two purchases, without pack sizes, or in several units', () => {
    expect(of(line(0), line(10))?.runsOutAt).toBeUndefined();
    expect(of(line(0), line(10, { packAmount: null }), line(20))?.runsOutAt).toBeUndefined();
    expect(of(line(0), line(10, { packUnit: 'ml' }), line(20))?.runsOutAt).toBeUndefined();
  });

  it('leaves out what the catalogue does not know', () => {
    expect(of(line(0, { category: null }))).toBeUndefined();
  });
});
