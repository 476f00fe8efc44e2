import fc from 'fast-check';
import type { CapEvent, ContactPolicy } from '../limits/index.js';
import type { OfferId, ShopperId, StoreId, VisitId } from '../shared/index.js';
import type { Considered, Pending, Reason } from './decision.js';
import { capEventOf, grant, type Locked } from './grant.rules.js';

const POLICY: ContactPolicy = {
  stopped: {},
  globalCaps: [],
  exclusionGroups: [],
  rearmSeconds: 0,
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
        trigger: {},
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

  describe('of one exclusion group', () => {
    const policy: ContactPolicy = {
      ...POLICY,
      exclusionGroups: [{ group: 'coffee', mode: 'bestForShopper', per: 'visit' }],
    };
    const euros = (amount: number) => ({ reward: { type: 'amountOff', value: { amount, currency: 'EUR' } } });
    const rival = (name: string, amount: number, limits: object = {}) => {
      const each = considered(name, limits, [], { exclusionGroup: 'coffee', ...euros(amount) });
      return { ...each, offer: { ...each.offer, target: { products: [] } } } as unknown as Considered;
    };

    it('makes the one that gives most, though another ranks higher, and says why not that', () => {
      const granted = grant(pendingOf([rival('a', 50), rival('b', 150)]), locked({ policy }));
      expect(granted.winner?.offerId).toBe('b');
      expect(granted.considered[1]?.reasons).toEqual([
        {
          code: 'exclusion-group',
          detail: 'b is the one of the group coffee: 150 to the shopper, this 50',
        },
      ]);
    });

    it('falls to the next of the group where the best is spent', () => {
      const granted = grant(
        pendingOf([rival('a', 50), rival('b', 150, { total: 1 })]),
        locked({ policy, used: new Map([['b:total', 1]]) }),
      );
      expect(granted.winner?.offerId).toBe('a');
    });
  });

  describe('where a zone must have been left for some time', () => {
    const armed = (trigger: object) => considered('a', {}, [], { trigger });
    const soon = { zoneId: 'coffee' as never, on: 'zoneEntered' as const };
    const leftAt = NOW - 100_000;

    it('does not trigger again before, by the policy or by the trigger itself', () => {
      const policy = { ...POLICY, rearmSeconds: 101 };
      const granted = grant(pendingOf([armed({})], soon), locked({ policy, leftAt }));
      expect(granted.considered[0]?.reasons).toEqual([
        {
          code: 'offer-cap',
          detail: 'left 100 s ago; zoneEntered triggers again after 101 s',
          path: 'trigger.rearmSeconds',
        },
      ]);
      const own = grant(pendingOf([armed({ rearmSeconds: 300 })], soon), locked({ leftAt }));
      expect(own.outcome).toBe('silence');
    });

    it('triggers again from then on, and where the trigger says so at once', () => {
      const policy = { ...POLICY, rearmSeconds: 100 };
      expect(grant(pendingOf([armed({})], soon), locked({ policy, leftAt })).outcome).toBe('offer');
      const own = armed({ rearmSeconds: 0 });
      expect(
        grant(pendingOf([own], soon), locked({ policy: { ...policy, rearmSeconds: 900 }, leftAt })).outcome,
      ).toBe('offer');
    });
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
    expect(granted).toMatchObject({
      outcome: 'ghost',
      reason: 'holdout',
      heldOutOf: 'offer',
      universalShare: 0,
    });
    expect(granted.considered[0]?.reasons[0]?.detail).toBe(
      'held out of this offer, to measure what it earns; it would have taken 1 of a:total',
    );
    expect(used.size).toBe(0);
  });

  it('asks for the holdout of all offers before that of the one', () => {
    const policy = { ...POLICY, universalHoldoutShare: 1 };
    const list = [considered('a', {}, [], { holdoutShare: 1 })];
    const granted = grant(pendingOf(list), locked({ policy }));
    expect(granted).toMatchObject({ heldOutOf: 'all', universalShare: 1 });
    expect(granted.considered[0]?.reasons[0]?.detail).toMatch(/^held out of all offers/);
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
