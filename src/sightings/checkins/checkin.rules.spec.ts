import { HOUR_MS, MINUTE_MS, type Instant, type VisitId } from '../../shared/index.js';
import { checkInTimingOf, planVisit, type KnownVisit } from './checkin.rules.js';

const NOW = Date.parse('2026-11-22T10:00:00Z');
const visit = (visitId: string, startedAt: Instant, endedAt: Instant | null = null): KnownVisit => ({
  visitId: visitId as VisitId,
  startedAt,
  endedAt,
});
const madeNow = { observedAt: NOW - 500, receivedAt: NOW, late: false };
const madeAt = (observedAt: Instant): typeof madeNow => ({ observedAt, receivedAt: NOW, late: true });

describe('the time of a check-in', () => {
  it.each([
    ['a minute ago', NOW - MINUTE_MS, 'timely'],
    ['longer ago', NOW - MINUTE_MS - 1, 'late'],
    ['a day ago', NOW - 24 * HOUR_MS, 'late'],
    ['longer than a day ago', NOW - 24 * HOUR_MS - 1, 'too-old'],
    ['5 s ahead', NOW + 5_000, 'timely'],
    ['further ahead', NOW + 5_001, 'future'],
  ])('%s', (_, observedAt, kind) => {
    expect(checkInTimingOf(observedAt, NOW).kind).toBe(kind);
  });
});

describe('the visit of a check-in', () => {
  it('is the open one, or a new one', () => {
    expect(planVisit([visit('v', NOW - 4 * HOUR_MS)], madeNow)).toEqual({
      adopt: 'v',
      close: [],
      overAlready: false,
    });
    expect(planVisit([], madeNow)).toEqual({ adopt: undefined, close: [], overAlready: false });
  });

  it('is not one that ended a moment ago', () => {
    const ended = visit('v', NOW - HOUR_MS, NOW - 100);
    expect(planVisit([ended], madeNow).adopt).toBeUndefined();
  });

  it('is a new one where the open one was never left, which is closed', () => {
    const startedAt = NOW - 4 * HOUR_MS - 1;
    expect(planVisit([visit('v', startedAt)], madeNow)).toEqual({
      adopt: undefined,
      close: [{ visitId: 'v', endedAt: startedAt + 4 * HOUR_MS }],
      overAlready: false,
    });
  });

  it('of a late one is the visit under way then, else one that is over as it begins', () => {
    const then = visit('then', NOW - 3 * HOUR_MS, NOW - 2 * HOUR_MS);
    const open = visit('open', NOW - HOUR_MS);
    expect(planVisit([open, then], madeAt(NOW - 2.5 * HOUR_MS)).adopt).toBe('then');
    expect(planVisit([open, then], madeAt(NOW - 0.5 * HOUR_MS)).adopt).toBe('open');
    expect(planVisit([open, then], madeAt(NOW - 1.5 * HOUR_MS))).toEqual({
      adopt: undefined,
      close: [],
      overAlready: true,
    });
  });
});
