import type { ShopperId } from '../../shared/index.js';
import { daysUntilBirthday, hasRoomFor, isBirthday, isMonthDay, lastOfEach } from './profile.rules.js';

describe('a birthday', () => {
  it.each(['01-01', '02-29', '04-30', '12-31'])('may be %s', (text) => expect(isMonthDay(text)).toBe(true));
  it.each(['02-30', '04-31', '13-01', '00-10', '01-00', '1-1', '2000-01-01', ''])('is never %p', (text) =>
    expect(isMonthDay(text)).toBe(false),
  );

  it.each([
    ['05-04', '2026-05-04', true],
    ['05-04', '2026-05-05', false],
    ['02-29', '2028-02-29', true],
    ['02-29', '2028-02-28', false],
    ['02-29', '2026-02-28', true],
    ['02-29', '2000-02-28', false],
    ['02-29', '2100-02-28', true],
    ['02-28', '2026-02-28', true],
  ])('%s is today on %s: %p', (birthday, date, today) => expect(isBirthday(birthday, date)).toBe(today));
});

describe('what can be kept of a shopper', () => {
  it('has at most a hundred attributes', () => {
    const attributes = Object.fromEntries(Array.from({ length: 100 }, (_, index) => [`a${index}`, 1]));
    expect(hasRoomFor(attributes)).toBe(true);
    expect(hasRoomFor({ ...attributes, more: 1 })).toBe(false);
  });

  it('is the last word where a batch names a shopper twice', () => {
    const [ada, bob] = ['ada' as ShopperId, 'bob' as ShopperId];
    const items = [
      { shopperId: ada, n: 1 },
      { shopperId: bob, n: 2 },
      { shopperId: ada, n: 3 },
    ];
    expect(lastOfEach(items)).toEqual([
      { shopperId: ada, n: 3 },
      { shopperId: bob, n: 2 },
    ]);
  });
});

describe('the days until a birthday', () => {
  it.each([
    ['06-30', '2026-06-30', 0],
    ['07-01', '2026-06-30', 1],
    ['06-29', '2026-06-30', 364],
    ['01-01', '2026-12-31', 1],
    ['02-29', '2026-02-28', 0],
    ['02-29', '2028-02-28', 1],
    ['02-29', '2028-03-01', 364],
    ['03-01', '2027-03-02', 365],
  ])('to %s on %s are %d', (birthday, date, days) => expect(daysUntilBirthday(birthday, date)).toBe(days));
});
