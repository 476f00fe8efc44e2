import { lineOf } from './print.rules.js';

const told = {
  at: new Date(2026, 10, 22, 14, 2, 7),
  who: 'Ann M.',
  where: 'Coffee & tea',
  title: 'Running low?',
  offerName: 'Coffee filters running out',
  way: 'socket' as const,
};

describe('the line of an offer', () => {
  it('says who, where, what, why and how long it took', () => {
    const decision = {
      offerId: 'o1',
      considered: [
        { offerId: 'o2', score: 0.1, reasons: [{ code: 'outranked' }] },
        { offerId: 'o1', score: 0.83, reasons: [] },
      ],
      latencyMs: { considered: 4, decided: 9, emitted: 12, acknowledged: 18.4 },
    };
    expect(lineOf({ ...told, decision })).toBe(
      '14:02:07  Ann M. at Coffee & tea: "Running low?" — coffee filters due (dueProbability 0.83)  18 ms',
    );
  });

  it('says when it came by push', () => {
    const pushed = { considered: [], latencyMs: { decided: 9, pushed: 40 } };
    expect(lineOf({ ...told, decision: pushed, way: 'push' })).toMatch(/ {2}40 ms, by push$/);
  });

  it('goes as far as the ledger knows', () => {
    expect(lineOf({ ...told, decision: { considered: [], latencyMs: { decided: 9 } } })).toMatch(/ {2}9 ms$/);
    expect(lineOf({ ...told, offerName: 'Mine', decision: undefined })).toMatch(/— Mine$/);
  });
});
