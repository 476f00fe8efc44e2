import fc from 'fast-check';
import { DAY_MS, type OfferId } from '../../shared/index.js';
import { creditOf, KEPT_A_DAY, nodesOf, responseTo, weightOf, type Tally } from './responses.rules.js';

const NOW = Date.parse('2026-11-29T10:00:00Z');
const offer = { offerId: 'o1' as OfferId, kind: 'crossSell', category: 'tea' };
/** As it lies in Postgres after so much was seen just now. */
const seen = (trials: number, successes: number, needs = 0.3 * trials): Tally => ({
  trials: trials * weightOf(NOW),
  successes: successes * weightOf(NOW),
  needs: needs * weightOf(NOW),
});
const after = (tallies: [string, Tally][], need = 0.3, now = NOW): number =>
  responseTo(offer, need, new Map(tallies), now);

describe('what an offer brings', () => {
  it('is assumed to be one in ten before anything was seen', () => {
    expect(after([])).toBeCloseTo(0.1, 12);
  });

  it('is the posterior mean of each node, whose prior is the node above', () => {
    // all: (10 + 100 · .1) / (100 + 100) = .1; kind and category: (30 + 50 · .1) / (50 + 50) = .35;
    // the offer: (0 + 20 · .35) / (20 + 20) = .175
    const tallies: [string, Tally][] = [
      ['all', seen(100, 10)],
      ['crossSell:tea', seen(50, 30)],
      ['o1', seen(20, 0)],
    ];
    expect(after(tallies)).toBeCloseTo(0.175, 12);
    expect(after(tallies.slice(0, 2))).toBeCloseTo(0.35, 12);
    expect(after([['o1', seen(80, 40)]])).toBeCloseTo((40 + 20 * 0.1) / 100, 12);
  });

  it('knows nodes from the widest to the offer', () => {
    expect(nodesOf(offer)).toEqual(['all', 'crossSell:tea', 'o1']);
    expect(nodesOf({ ...offer, category: undefined })[1]).toBe('crossSell:');
  });

  it('moves with the need on the logit scale, from that of those it was made to', () => {
    const odds = (rate: number): number => rate / (1 - rate);
    expect(odds(after([], 1)) / odds(after([], 0))).toBeCloseTo(Math.E, 9);
    // Seen with shoppers in need alone, the same rate says less of who needs nothing.
    const inNeed: [string, Tally][] = [['o1', seen(1_000, 300, 1_000)]];
    const inNone: [string, Tally][] = [['o1', seen(1_000, 300, 0)]];
    expect(after(inNeed, 0)).toBeLessThan(after(inNone, 0));
  });

  it('forgets .999 a day, so that an old tally gives way to the prior', () => {
    const tallies: [string, Tally][] = [['o1', seen(100, 80)]];
    const kept = KEPT_A_DAY ** 1_000;
    const later = after(tallies, 0.3, NOW + 1_000 * DAY_MS);
    expect(later).toBeCloseTo((80 * kept + 2) / (100 * kept + 20), 9);
    expect(later).toBeLessThan(after(tallies));
  });

  it('stays a probability whatever was noted', () => {
    const tally = fc.record({
      trials: fc.double({ min: -1, max: 1e6, noNaN: true }),
      successes: fc.double({ min: -1, max: 1e6, noNaN: true }),
      needs: fc.double({ min: 0, max: 1e6, noNaN: true }),
    });
    fc.assert(
      fc.property(
        tally,
        tally,
        tally,
        fc.double({ min: 0, max: 1, noNaN: true }),
        (all, group, own, need) => {
          const rate = responseTo(
            offer,
            need,
            new Map([
              ['all', all],
              ['crossSell:tea', group],
              ['o1', own],
            ]),
            NOW,
          );
          expect(rate).toBeGreaterThanOrEqual(0);
          expect(rate).toBeLessThanOrEqual(1);
        },
      ),
    );
  });
});

describe('the credit for a purchase', () => {
  it('is small for who would have bought anyway, and whole for who would not', () => {
    expect(creditOf({ response: 0.1, taken: 0.9 + 0.1 * 0.1 })).toBeCloseTo(0.1 / 0.91, 12);
    expect(creditOf({ response: 0.1, taken: 0.1 })).toBe(1);
    expect(creditOf({ response: 0, taken: 0 })).toBe(0);
  });

  it('finds the true response in what shoppers do, however often they buy anyway', () => {
    // Expected credit over both outcomes, iterated: the fixed point of EM.
    const [organic, truth] = [0.6, 0.25];
    let response = 0.1;
    for (let round = 0; round < 2_000; round += 1) {
      const taken = organic + (1 - organic) * response;
      const bought = organic + (1 - organic) * truth;
      response = bought * creditOf({ response, taken });
    }
    expect(response).toBeCloseTo(truth, 6);
  });
});
