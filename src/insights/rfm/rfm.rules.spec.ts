import fc from 'fast-check';
import { midRankScores, RFM_SEGMENTS, scoreWithin, segmentOf, type Bounds } from './rfm.rules.js';

const values = fc.array(fc.integer({ min: 0, max: 30 }), { minLength: 1, maxLength: 200 });
const boundsOf = (of: readonly number[]): Bounds => {
  const scores = midRankScores(of);
  return [1, 2, 3, 4, 5].flatMap((score) => {
    const having = of.filter((_, index) => scores[index] === score);
    return having.length === 0 ? [] : [[score, Math.min(...having)] as const];
  });
};

describe('quintiles by mid-rank', () => {
  it('are fifths of what is all different', () => {
    expect(midRankScores([10, 20, 30, 40, 50, 60, 70, 80, 90, 100])).toEqual([1, 1, 2, 2, 3, 3, 4, 4, 5, 5]);
  });

  it('leave scores empty rather than break a tie', () => {
    expect(midRankScores([1, 1, 1, 1, 1, 1, 1, 2, 3, 9])).toEqual([2, 2, 2, 2, 2, 2, 2, 4, 5, 5]);
    expect(midRankScores([7, 7, 7])).toEqual([3, 3, 3]);
    expect(midRankScores([])).toEqual([]);
  });

  it('rise with the value, equal for equal, whatever the order', () => {
    fc.assert(
      fc.property(values, (of) => {
        const scores = midRankScores(of);
        of.forEach((value, i) =>
          of.forEach((other, j) => {
            if (value <= other) expect(scores[i]!).toBeLessThanOrEqual(scores[j]!);
          }),
        );
        expect(midRankScores([...of].reverse())).toEqual([...scores].reverse());
      }),
    );
  });

  it('are found again by their bounds', () => {
    fc.assert(
      fc.property(values, (of) => {
        const bounds = boundsOf(of);
        expect(of.map((value) => scoreWithin(bounds, value))).toEqual(midRankScores(of));
      }),
    );
  });

  it('has a score for what nobody had before', () => {
    const bounds = boundsOf([1, 2, 3, 4, 5]);
    expect([0, 2.5, 99].map((value) => scoreWithin(bounds, value))).toEqual([1, 2, 5]);
    expect(scoreWithin([], 7)).toBe(1);
  });
});

describe('the named segments', () => {
  it.each([
    [5, 5, 5, 'champions'],
    [5, 1, 1, 'new'],
    [4, 1, 1, 'promising'],
    [3, 3, 3, 'needAttention'],
    [2, 5, 5, 'cannotLoseThem'],
    [1, 1, 1, 'lost'],
  ])('%i%i%i is %s', (recency, frequency, monetary, segment) => {
    expect(segmentOf({ recency, frequency, monetary })).toBe(segment);
  });

  it('names each of the 125 cells, and every name is used', () => {
    const scores = [1, 2, 3, 4, 5];
    const named = scores.flatMap((recency) =>
      scores.flatMap((frequency) => scores.map((monetary) => segmentOf({ recency, frequency, monetary }))),
    );
    expect(named).toHaveLength(125);
    expect(new Set(named)).toEqual(new Set(RFM_SEGMENTS));
  });
});
