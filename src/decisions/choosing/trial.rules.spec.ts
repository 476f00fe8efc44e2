import fc from 'fast-check';
import { HOUR_MS, type DecisionId, type OfferId } from '../../shared/index.js';
import type { Considered, Pending } from '../decision.js';
import { weightOf, type Tally } from './responses.rules.js';
import { gains, outcomeAt, trialRow, type Trial } from './trial.rules.js';

const NOW = Date.parse('2026-11-29T10:00:00Z');
const trial = (over: Partial<Trial> = {}): Trial => ({
  decisionId: 'd1' as DecisionId,
  offerId: 'o1' as OfferId,
  kind: 'crossSell',
  category: 'tea',
  response: 0.1,
  taken: 0.4,
  need: 0.5,
  madeAt: NOW,
  counted: undefined,
  ...over,
});

describe('the outcome of a trial', () => {
  it.each([
    ['bought at once', 0, true, true],
    ['not bought, and the visit may go on', 4 * HOUR_MS - 1, false, undefined],
    ['not bought when the visit must be over', 4 * HOUR_MS, false, false],
    ['a receipt that came late', 100 * HOUR_MS, true, true],
  ])('%s', (_, after, bought, expected) => {
    expect(outcomeAt({ madeAt: NOW }, bought, NOW + after)).toBe(expected);
  });
});

describe('what the tallies gain', () => {
  it('is a trial and the credit for it, at the offer and the nodes above', () => {
    const weight = weightOf(NOW);
    const expected = { trials: weight, successes: 0.25 * weight, needs: 0.5 * weight };
    const gained = gains([{ trial: trial(), outcome: true }]);
    expect([...gained.keys()]).toEqual(['all', 'crossSell:tea', 'o1']);
    for (const tally of gained.values()) expect(tally).toEqual(expected);
  });

  it('is nothing while nothing is known, and for what is counted', () => {
    expect(gains([{ trial: trial(), outcome: undefined }]).size).toBe(0);
    expect(gains([{ trial: trial({ counted: true }), outcome: true }]).size).toBe(0);
    expect(gains([{ trial: trial({ counted: false }), outcome: false }]).size).toBe(0);
  });

  it('comes to the same by whatever way the last outcome was reached', () => {
    const outcome = fc.constantFrom(undefined, true, false);
    fc.assert(
      fc.property(fc.array(outcome, { minLength: 1, maxLength: 8 }), (outcomes) => {
        const sum: Tally = { trials: 0, successes: 0, needs: 0 };
        let counted: boolean | undefined;
        for (const next of outcomes) {
          const gained = gains([{ trial: trial({ counted }), outcome: next }]).get('o1');
          sum.trials += gained?.trials ?? 0;
          sum.successes += gained?.successes ?? 0;
          sum.needs += gained?.needs ?? 0;
          counted = next;
        }
        const atOnce = gains([{ trial: trial(), outcome: counted }]).get('o1');
        expect(sum.trials).toBeCloseTo(atOnce?.trials ?? 0, 9);
        expect(sum.successes).toBeCloseTo(atOnce?.successes ?? 0, 9);
        expect(sum.needs).toBeCloseTo(atOnce?.needs ?? 0, 9);
      }),
    );
  });
});

describe('the row to learn from', () => {
  const considered = (target: object): Considered =>
    ({
      offer: {
        offerId: 'o1',
        document: { kind: 'crossSell', target: { categories: [], ...target } },
        target: { categories: new Set(['tea']), productIds: new Set() },
      },
      reasons: [],
      lead: { from: [] },
      worth: {
        organic: 0.1,
        response: 0.1,
        taken: 0.19,
        margin: 90,
        cost: 0,
        value: 8,
        need: 0,
        currency: 'EUR',
      },
    }) as unknown as Considered;
  const pending = (profiling: boolean): Pending =>
    ({ decisionId: 'd1', at: NOW, facts: { shopper: { consents: { profiling } } } }) as unknown as Pending;

  it('says what would follow, and when the visit must be over', () => {
    expect(trialRow(considered({ categories: ['tea'] }), pending(true))).toMatchObject({
      decision_id: 'd1',
      product_ids: [],
      categories: ['tea'],
      made_at: '2026-11-29T10:00:00.000Z',
      look_at: '2026-11-29T14:00:00.000Z',
    });
  });

  it('is none for shoppers without profiling, and where nothing could follow', () => {
    expect(trialRow(considered({ categories: ['tea'] }), pending(false))).toBeUndefined();
    expect(trialRow(considered({}), pending(true))).toBeUndefined();
  });
});
