import { wheatMorrisonK } from './regularity.rules.js';

describe('regularity', () => {
  it('is 1 where the share of a gap is uniform, as it is of random purchases', () => {
    const shares = Array.from({ length: 999 }, (_, i) => (i + 0.5) / 999);
    expect(wheatMorrisonK(shares.map((share) => [share, 1 - share] as const))).toBeCloseTo(1, 3);
  });

  it('is without end for clockwork, and unknown of nobody', () => {
    expect(wheatMorrisonK([[7, 7]])).toBe(Infinity);
    expect(wheatMorrisonK([])).toBeUndefined();
  });
});
