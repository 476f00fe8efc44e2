import { durationMs, shiftedTo } from './shift.rules.js';

const now = Date.parse('2026-11-22T10:00:00.000Z');

describe('a captured payload shifted to now', () => {
  it('has its newest time now, and the distances between times kept', () => {
    const captured = [
      { timestamp: '2022-01-20T13:22:49.434Z', type: 'Gateway' },
      { timestamp: '2022-01-20T13:22:49.519Z', mac: 'AC233F8C7CEE', rssi: -38 },
    ];
    expect(shiftedTo(captured, now)).toEqual([
      { timestamp: '2026-11-22T09:59:59.915Z', type: 'Gateway' },
      { timestamp: '2026-11-22T10:00:00.000Z', mac: 'AC233F8C7CEE', rssi: -38 },
    ]);
  });

  it.each([
    ['seconds', 1_600_000_000, now / 1_000],
    ['milliseconds', 1_600_000_000_250, now],
    ['digits', '1600000000', String(now / 1_000)],
  ])('keeps times written in %s', (_, time, expected) => {
    expect(shiftedTo({ data: { tags: { a: { time } } } }, now)).toEqual({
      data: { tags: { a: { time: expected } } },
    });
  });

  it.each([[{ timestamp: null, time: 'noon', ts: 12 }], [[]], ['text'], [null]])(
    'leaves %j as it is',
    (payload) => {
      expect(shiftedTo(payload, now)).toEqual(payload);
    },
  );

  it('does not touch what only looks like a time', () => {
    const row = { timestamp: '2022-01-20T13:22:49Z', major: 1_600_000_000, rawData: '2022-01-20T13:22:49Z' };
    expect(shiftedTo(row, now)).toEqual({ ...row, timestamp: '2026-11-22T10:00:00.000Z' });
  });
});

describe('a duration', () => {
  it.each([
    ['1s', 1_000],
    ['250ms', 250],
    ['0.5s', 500],
    ['2m', 120_000],
    ['1', undefined],
    ['1h', undefined],
    ['-1s', undefined],
  ])('%s', (text, expected) => {
    expect(durationMs(text)).toBe(expected);
  });
});
