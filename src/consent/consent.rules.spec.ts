import fc from 'fast-check';
import type { ShopperId } from '../shared/index.js';
import {
  FUTURE_TOLERANCE_MS,
  isInTheFuture,
  mergedConsents,
  summaryOf,
  timeOf,
  workIn,
  type Held,
  type SaidOf,
  type Statement,
} from './consent.rules.js';

const ada = 'ada' as ShopperId;
const now = 1_700_000_000_000;
const statement = (granted: boolean, at: number): Statement => ({
  granted,
  at,
  policyVersion: '3',
  source: 'app',
});
const said = (granted: boolean, at?: number): SaidOf => ({
  shopperId: ada,
  purpose: 'location',
  granted,
  policyVersion: '3',
  source: 'app',
  at,
});
const holding = (held: Statement): Map<ShopperId, Held> => new Map([[ada, new Map([['location', held]])]]);

describe('a statement of consent', () => {
  it('overturns an older one and tells of the withdrawal', () => {
    const outcome = workIn([said(false, 20)], holding(statement(true, 10)), now);
    expect(outcome.standing).toEqual([{ shopperId: ada, purpose: 'location', ...statement(false, 20) }]);
    expect(outcome.withdrawn).toEqual([{ shopperId: ada, purpose: 'location' }]);
  });

  it('is kept in the history without effect when a newer one stands', () => {
    const outcome = workIn([said(false, 5)], holding(statement(true, 10)), now);
    expect(outcome.history).toHaveLength(1);
    expect(outcome.standing).toEqual([]);
    expect(outcome.withdrawn).toEqual([]);
  });

  it('without a time wins over one that a fast clock put ahead of ours', () => {
    const ahead = statement(true, now + 4_000);
    expect(timeOf(said(false), now, ahead)).toBe(now + 4_000);
    expect(workIn([said(false)], holding(ahead), now).withdrawn).toHaveLength(1);
    expect(timeOf(said(false), now, statement(true, now - 1))).toBe(now);
    expect(timeOf(said(false), now, undefined)).toBe(now);
  });

  it('of the same moment as what stands takes its place', () => {
    expect(workIn([said(false, 10)], holding(statement(true, 10)), now).standing).toHaveLength(1);
  });

  it('sent again as it stands adds nothing', () => {
    const outcome = workIn([said(true, 10)], holding(statement(true, 10)), now);
    expect(outcome).toEqual({ history: [], standing: [], withdrawn: [] });
  });

  it('that withdraws what was never granted tells nobody', () => {
    expect(workIn([said(false, 10)], new Map(), now).withdrawn).toEqual([]);
    expect(workIn([said(true, 10), said(false, 11)], new Map(), now).withdrawn).toEqual([]);
  });

  it('of a time more than five seconds ahead is in the future', () => {
    expect(isInTheFuture({ at: now + FUTURE_TOLERANCE_MS }, now)).toBe(false);
    expect(isInTheFuture({ at: now + FUTURE_TOLERANCE_MS + 1 }, now)).toBe(true);
    expect(isInTheFuture({}, now)).toBe(false);
  });

  it('stands by its time, in whatever order and in however many batches they come', () => {
    const distinctTimes = fc.uniqueArray(fc.integer({ min: 1, max: 1_000 }), { minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(distinctTimes, fc.nat(4_095), fc.nat(12), (times, answers, cut) => {
        const batch = times.map((at, place) => said(((answers >> place) & 1) === 1, at));
        const latest = [...batch].sort((a, b) => (b.at ?? 0) - (a.at ?? 0))[0];
        const first = workIn(batch.slice(0, cut), new Map(), now).standing[0];
        const second = workIn(batch.slice(cut), first ? holding(first) : new Map(), now).standing[0] ?? first;
        expect(second?.granted).toBe(latest?.granted);
        expect(second?.at).toBe(latest?.at);
      }),
    );
  });
});

describe('consents of two who become one', () => {
  const merged = (from?: Statement, into?: Statement) =>
    mergedConsents(
      { from: from && new Map([['push', from]]), into: into && new Map([['push', into]]) },
      ada,
      now,
    );

  it('grant only what both granted', () => {
    expect(merged(statement(true, 1), statement(true, 2))).toEqual({
      history: [],
      standing: [],
      withdrawn: [],
    });
    expect(merged(statement(false, 1), statement(false, 2)).standing).toEqual([]);
    expect(merged().standing).toEqual([]);
  });

  it('withdraw what one granted and the other refused or never spoke of', () => {
    for (const [from, into] of [
      [statement(true, 1), statement(false, 2)],
      [statement(false, 1), statement(true, 2)],
      [statement(true, 1), undefined],
      [undefined, statement(true, 1)],
    ]) {
      const { standing, withdrawn, history } = merged(from, into);
      expect(withdrawn).toEqual([{ shopperId: ada, purpose: 'push' }]);
      expect(standing).toMatchObject([{ shopperId: ada, purpose: 'push', granted: false, at: now }]);
      expect(history).toEqual(standing);
    }
  });

  it('keep a refusal where the other never spoke', () => {
    expect(merged(statement(false, 1)).standing).toMatchObject([{ granted: false, at: 1 }]);
    expect(merged(statement(false, 1)).history).toEqual([]);
  });
});

describe('the summary of consents', () => {
  it('says no to what was never said', () => {
    expect(summaryOf(undefined)).toEqual({
      location: false,
      profiling: false,
      push: false,
      clienteling: false,
    });
    expect(summaryOf(new Map([['push', statement(true, 1)]])).push).toBe(true);
  });
});
