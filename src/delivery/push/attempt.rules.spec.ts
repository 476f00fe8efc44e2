import fc from 'fast-check';
import { heldBack, outcomeOf, refusalOf, VISIT_GRACE_MS, type Standing } from './attempt.rules.js';
import type { Verdict } from './push-sender.js';

const now = 1_000_000;
const verdict: fc.Arbitrary<Verdict> = fc.oneof(
  fc.constant<Verdict>({ kind: 'accepted' }),
  fc.constant<Verdict>({ kind: 'gone', why: 'unregistered' }),
  fc.constant<Verdict>({ kind: 'refused', why: 'invalid-message' }),
  fc.record({
    kind: fc.constant('later' as const),
    why: fc.constantFrom('quota' as const, 'unavailable' as const, 'no-answer' as const),
    retryAfterMs: fc.option(fc.nat(120_000), { nil: undefined }),
    maybeDelivered: fc.boolean(),
  }),
);
const trying = fc.record({ tries: fc.integer({ min: 1, max: 30 }), maybeDelivered: fc.boolean() });
const moment = fc.record({
  now: fc.constant(now),
  expiresAt: fc.integer({ min: now - 10_000, max: now + 600_000 }),
  roll: fc.double({ min: 0, max: 1, noNaN: true }),
});

describe('outcomeOf', () => {
  it('never plans a try after the offer expired, nor before the other side wants it', () => {
    fc.assert(
      fc.property(verdict, trying, moment, (given, tried, at) => {
        const { state, dueAt } = outcomeOf(given, tried, at);
        expect(dueAt !== null).toBe(state === 'waiting');
        if (dueAt === null) return;
        expect(dueAt).toBeLessThan(at.expiresAt);
        expect(dueAt).toBeGreaterThan(now + (given.kind === 'later' ? (given.retryAfterMs ?? 0) : 0));
      }),
    );
  });

  it('never forgets that an earlier try may have arrived', () => {
    fc.assert(
      fc.property(fc.array(verdict, { minLength: 1, maxLength: 6 }), moment, (all, at) => {
        let tried = { tries: 0, maybeDelivered: false };
        for (const given of all) tried = outcomeOf(given, { ...tried, tries: tried.tries + 1 }, at);
        const doubtful = all.some((given) => given.kind === 'later' && given.maybeDelivered);
        expect(tried).toMatchObject({ tries: all.length, maybeDelivered: doubtful });
      }),
    );
  });
});

describe('heldBack', () => {
  it('does not count as a try', () => {
    const trial = { tries: 3, maybeDelivered: true };
    expect(heldBack(trial, 500, { now, expiresAt: now + 501 })).toEqual({
      state: 'waiting',
      why: 'held-back',
      tries: 2,
      maybeDelivered: true,
      dueAt: now + 500,
    });
    expect(heldBack(trial, 500, { now, expiresAt: now + 500 }).state).toBe('expired');
  });
});

describe('refusalOf', () => {
  const wanted: Standing = {
    expiresAt: now + 1,
    acknowledgedAt: null,
    closedAt: null,
    visitEndedAt: null,
    consents: true,
  };

  it.each([
    [{}, undefined],
    [{ acknowledgedAt: 1 }, 'acknowledged'],
    [{ closedAt: 1 }, 'closed'],
    [{ expiresAt: now }, 'expired'],
    [{ visitEndedAt: now - VISIT_GRACE_MS }, undefined],
    [{ visitEndedAt: now - VISIT_GRACE_MS - 1 }, 'visit-over'],
    [{ consents: false }, 'no-consent'],
  ])('%j: %s', (more, refusal) => {
    expect(refusalOf({ ...wanted, ...more }, now)).toBe(refusal);
  });
});
