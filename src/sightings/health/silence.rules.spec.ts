import { GATEWAY_SILENT_AFTER_MS, isOpen, isSilent, type Hours } from './silence.rules.js';

const weekdays: Hours = {
  timeZone: 'Europe/Paris',
  openingHours: [{ daysOfWeek: [1, 2, 3, 4, 5], from: '09:00', to: '20:00' }],
};
const night: Hours = {
  timeZone: 'Europe/Paris',
  openingHours: [{ daysOfWeek: [5], from: '22:00', to: '06:00' }],
};

describe('a shop', () => {
  it.each([
    ['opens by the clock on its wall in winter', weekdays, '2026-11-23T08:00:00Z', true],
    ['is closed a minute before', weekdays, '2026-11-23T07:59:00Z', false],
    ['opens by the clock on its wall in summer', weekdays, '2026-07-20T07:00:00Z', true],
    ['is closed at closing time', weekdays, '2026-11-23T19:00:00Z', false],
    ['is closed on Sunday', weekdays, '2026-11-22T12:00:00Z', false],
    ['opens on Monday after the clocks went back', weekdays, '2026-10-26T08:00:00Z', true],
    ['is open on Friday night', night, '2026-11-20T22:00:00Z', true],
    ['is open past midnight into Saturday', night, '2026-11-21T04:59:00Z', true],
    ['is closed in the small hours of Friday', night, '2026-11-20T03:00:00Z', false],
    ['is closed on Saturday night', night, '2026-11-21T22:00:00Z', false],
    ['is always open where it says nothing', { ...night, openingHours: [] }, '2026-11-21T22:00:00Z', true],
    [
      'is open every day where it names none',
      { ...night, openingHours: [{ daysOfWeek: [], from: '22:00', to: '06:00' }] },
      '2026-11-18T22:00:00Z',
      true,
    ],
    [
      'is open until midnight',
      { ...night, openingHours: [{ daysOfWeek: [5], from: '22:00', to: '00:00' }] },
      '2026-11-20T22:30:00Z',
      true,
    ],
  ])('%s', (_, hours, at, open) => {
    expect(isOpen(hours, Date.parse(at))).toBe(open);
  });
});

describe('a gateway', () => {
  it.each([
    ['heard a minute ago is not silent', '2026-11-23T09:59:00Z', '2026-11-23T10:00:00Z', false],
    ['not heard for two minutes is', '2026-11-23T09:58:00Z', '2026-11-23T10:00:00Z', true],
    ['never heard is', undefined, '2026-11-23T10:00:00Z', true],
    ['is not at night', '2026-11-22T23:00:00Z', '2026-11-23T02:00:00Z', false],
    ['is not just after opening', '2026-11-22T23:00:00Z', '2026-11-23T08:01:00Z', false],
    ['is two minutes after opening', '2026-11-22T23:00:00Z', '2026-11-23T08:02:00Z', true],
  ])('%s', (_, lastSeenAt, now, silent) => {
    const seen = lastSeenAt === undefined ? undefined : Date.parse(lastSeenAt);
    expect(isSilent(weekdays, seen, Date.parse(now), GATEWAY_SILENT_AFTER_MS)).toBe(silent);
  });
});
