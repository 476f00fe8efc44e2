import fc from 'fast-check';
import type { CapEvent, ContactPolicy } from '../limits/index.js';
import type { OfferId, ShopperId, StoreId, VisitId } from '../shared/index.js';
import type { Considered, Pending, Reason } from './decision.js';
import { capEventOf, grant, type Locked } from './grant.rules.js';

const POLICY: ContactPolicy = {
  stopped: {},
  globalCaps: [],
  quietHours: undefined,
  universalHoldoutShare: 0,
  ranking: 'priority',
};
const NOW = Date.parse('2026-11-22T10:00:00Z');

function considered(
  name: string,
  limits: object = {},
  reasons: Reason[] = [],
  over: object = {},
): Considered {
  return {
    offer: {
      offerId: name as OfferId,
      revision: 1,
      document: {
        name,
        tags: [],
        holdoutShare: 0,
        reward: { type: 'none' },
        limits: { perShopper: [], ignoresGlobalCaps: false, countsTowardGlobalCaps: true, ...limits },
        ...over,
      },
    } as unknown as Considered['offer'],
    reasons,
    score: 0,
  };
}

const pendingOf = (list: Considered[], over: Partial<Pending> = {}): Pending =>
  ({
    shopperId: 'ann' as ShopperId,
    storeId: 's1' as StoreId,
    visitId: 'v1' as VisitId,
    at: NOW,
    timeZone: 'Europe/Paris',
    storeTimeZone: 'Europe/Paris',
    considered: list,
    ...over,
  }) as Pending;

const locked = (over: Partial<Locked> = {}): Locked => ({
  policy: POLICY,
  events: [],
  used: new Map(),
  now: NOW,
  ...over,
});

const codes = (list: readonly Considered[]): string[][] =>
  list.map(({ reasons }) => reasons.map(({ code }) => code));

describe('granting under the locks', () => {
  it('makes the best offer and says that it outranked the others', () => {
    const granted = grant(pendingOf([considered('a'), considered('b')]), locked());
    expect(granted.outcome).toBe('offer');
    expect(granted.winner?.offerId).toBe('a');
    expect(codes(granted.considered)).toEqual([[], ['outranked']]);
  });

  it('falls to the next candidate when a counter is spent', () => {
    const used = new Map([['a:total', 5]]);
    const granted = grant(
      pendingOf([considered('a', { total: 5 }), considered('b', { total: 5 })]),
      locked({ used }),
    );
    expect(granted.winner?.offerId).toBe('b');
    expect(codes(granted.considered)).toEqual([['limit-reached'], []]);
    expect(used.get('b:total')).toBe(1);
  });

  it('is silent for the reason that stood against the best offer', () => {
    const notMet: Reason = { code: 'rule-not-met', detail: 'is 0.4, needed >= 0.6' };
    const granted = grant(
      pendingOf([considered('a', {}, [notMet]), considered('b', { perShopper: [{ max: 0, per: 'visit' }] })]),
      locked(),
    );
    expect(granted).toMatchObject({ outcome: 'silence', reason: 'rule-not-met' });
    expect(codes(granted.considered)).toEqual([['rule-not-met'], ['offer-cap']]);
  });

  it('gives a held out shopper a ghost that takes nothing', () => {
    const used = new Map<string, number>();
    const granted = grant(
      pendingOf([considered('a', { total: 5 }, [], { holdoutShare: 1 })]),
      locked({ used }),
    );
    expect(granted).toMatchObject({ outcome: 'ghost', reason: 'holdout' });
    expect(used.size).toBe(0);
  });

  it('says too late rather than reach somebody who has moved on', () => {
    const granted = grant(pendingOf([considered('a')]), locked({ now: NOW + 61_000 }));
    expect(granted).toMatchObject({ outcome: 'silence', reason: 'too-late' });
  });

  it('leaves what was considered as it was: a retried commit starts from the same', () => {
    const list = [considered('a'), considered('b')];
    grant(pendingOf(list), locked());
    expect(codes(list)).toEqual([[], []]);
  });

  it('never exceeds totals, budgets or caps, whatever comes in whatever order', () => {
    const limits = {
      total: 4,
      budget: { amount: 700, currency: 'EUR', per: 'campaign' },
      perShopper: [{ max: 2, per: '1h' }],
    };
    const reward = { type: 'amountOff', value: { amount: 200, currency: 'EUR' } };
    fc.assert(
      fc.property(
        fc.array(
          fc.record({ shopper: fc.integer({ min: 0, max: 3 }), minute: fc.integer({ min: 0, max: 180 }) }),
          { maxLength: 40 },
        ),
        (asks) => {
          const used = new Map<string, number>();
          const events = new Map<number, CapEvent[]>();
          let made = 0;
          for (const { shopper, minute } of asks.sort((a, b) => a.minute - b.minute)) {
            const at = NOW + minute * 60_000;
            const pending = pendingOf([considered('a', limits, [], { reward })], {
              shopperId: String(shopper) as ShopperId,
              at,
            });
            const mine = events.get(shopper) ?? [];
            const granted = grant(pending, locked({ used, events: mine, now: at }));
            if (granted.winner === undefined) continue;
            made += 1;
            events.set(shopper, [...mine, capEventOf(granted.winner, pending)]);
          }
          expect(made).toBeLessThanOrEqual(3);
          expect(used.get('a:total') ?? 0).toBe(made);
          expect(used.get('a:budget:campaign') ?? 0).toBe(made * 200);
          for (const mine of events.values()) {
            for (const { at } of mine) {
              expect(
                mine.filter((each) => each.at > at - 3_600_000 && each.at <= at).length,
              ).toBeLessThanOrEqual(2);
            }
          }
        },
      ),
    );
  });
});
