import fc from 'fast-check';
import { DAY_MS } from '../../shared/index.js';
import { programme, type Programme } from './programme.schema.js';
import { standingOf, type Member } from './tiers.rules.js';

const NOW = Date.UTC(2026, 5, 15, 12);
const rolling = (over: object = {}): Programme =>
  programme.parse({
    currency: 'EUR',
    tiers: [
      { name: 'bronze', threshold: 0 },
      { name: 'silver', threshold: 100, entitlements: ['coffee'] },
      { name: 'gold', threshold: 500 },
    ],
    period: { kind: 'rolling', days: 30 },
    earning: [{ pointsPerUnit: 1 }],
    ...over,
  });
const points = (amount: number, daysAgo: number) => ({ points: amount, at: NOW - daysAgo * DAY_MS });
const silver: Member = { tier: 'silver', since: NOW - 10 * DAY_MS, endsAt: NOW + 20 * DAY_MS };

describe('where a member stands', () => {
  it('joins in the first tier, which nobody loses', () => {
    const standing = standingOf([], undefined, rolling(), NOW);
    expect(standing).toMatchObject({ tier: 'bronze', points: 0, nextTier: 'silver', pointsToNextTier: 100 });
    expect(standing.move).toEqual({ from: undefined, to: 'bronze', reason: 'joined' });
    expect([standing.endsAt, standing.reviewAt]).toEqual([undefined, undefined]);
  });

  it('moves up at once, over two tiers too, and is told until when', () => {
    const standing = standingOf([points(600, 1)], { ...silver }, rolling({ graceDays: 5 }), NOW);
    expect(standing).toMatchObject({
      tier: 'gold',
      since: NOW,
      endsAt: NOW + 35 * DAY_MS,
      nextTier: undefined,
    });
    expect(standing.move?.reason).toBe('threshold-reached');
    expect(standing.reviewAt).toBe(NOW + 29 * DAY_MS + 1);
  });

  it('keeps its tier while the period lasts, whatever is brought back', () => {
    const standing = standingOf([points(150, 9), points(-140, 1)], silver, rolling(), NOW);
    expect(standing).toMatchObject({ tier: 'silver', points: 10, since: silver.since, move: undefined });
  });

  it('moves down at the end of the period, or begins another', () => {
    const over = { ...silver, endsAt: NOW };
    const down = standingOf([points(50, 1)], over, rolling(), NOW);
    expect(down).toMatchObject({ tier: 'bronze', move: { from: 'silver', reason: 'period-ended' } });
    const kept = standingOf([points(120, 1)], over, rolling(), NOW);
    expect(kept).toMatchObject({
      tier: 'silver',
      since: silver.since,
      move: undefined,
      endsAt: NOW + 30 * DAY_MS,
    });
  });

  it('forgets points that are older than the period, and never owes any', () => {
    expect(standingOf([points(80, 31), points(20, 29)], undefined, rolling(), NOW).points).toBe(20);
    expect(standingOf([points(-80, 3)], undefined, rolling(), NOW).points).toBe(0);
  });

  it('of a calendar year is kept through the grace by the year that ended', () => {
    const yearly = rolling({ period: { kind: 'calendarYear' }, timeZone: 'Europe/Paris', graceDays: 31 });
    const reached = Date.UTC(2025, 5, 1);
    const first = standingOf([{ points: 150, at: reached }], undefined, yearly, reached);
    // The local midnight of new year, and 31 days.
    expect(first.endsAt).toBe(Date.UTC(2025, 11, 31, 23) + 31 * DAY_MS);
    const at = first.endsAt!;
    const kept = standingOf([{ points: 150, at: reached }], first, yearly, at);
    expect(kept).toMatchObject({ tier: 'silver', points: 0 });
    expect(standingOf([{ points: 150, at: reached }], kept, yearly, kept.endsAt!).tier).toBe('bronze');
  });

  it('in a tier that the programme has no more begins where the points put it', () => {
    const gone = { ...silver, tier: 'ruby' };
    expect(standingOf([points(120, 1)], gone, rolling(), NOW)).toMatchObject({
      tier: 'silver',
      move: { from: 'ruby', reason: 'programme-changed' },
    });
  });

  it('does not depend on the order of points, and looking again changes nothing', () => {
    const earned = fc.array(
      fc.record({
        points: fc.integer({ min: -300, max: 300 }),
        at: fc.integer({ min: NOW - 60 * DAY_MS, max: NOW }),
      }),
    );
    fc.assert(
      fc.property(earned, (list) => {
        const once = standingOf(list, undefined, rolling(), NOW);
        expect(standingOf([...list].reverse(), undefined, rolling(), NOW)).toEqual(once);
        expect(standingOf(list, once, rolling(), NOW)).toEqual({ ...once, move: undefined });
      }),
    );
  });
});
