import fc from 'fast-check';
import { likingFor, MOST_MOVED } from './liking.rules.js';

const rated = (...entries: [string, number, number][]) => ({
  ratings: new Map(entries.map(([category, count, mean]) => [category, { count, mean }])),
});
const coffee = new Set(['coffee']);

describe('likingFor', () => {
  it.each([
    ['nothing was rated', {}, 0],
    ['something else was', rated(['tea', 9, 1]), 0],
    ['three stars', rated(['coffee', 9, 3]), 0],
    ['one star once', rated(['coffee', 1, 1]), -MOST_MOVED / 3],
    ['five stars twice', rated(['coffee', 2, 5]), MOST_MOVED / 2],
  ])('where %s', (_, view, liking) => {
    expect(likingFor(coffee, view)).toBeCloseTo(liking, 12);
  });

  it('never moves a score by more than its bound, and more stars never lower it', () => {
    const count = fc.integer({ min: 1, max: 1_000 });
    const mean = fc.double({ min: 1, max: 5, noNaN: true });
    fc.assert(
      fc.property(count, mean, mean, (n, one, other) => {
        const [low, high] = [Math.min(one, other), Math.max(one, other)];
        const [less, more] = [low, high].map((stars) => likingFor(coffee, rated(['coffee', n, stars])));
        expect(Math.abs(less!)).toBeLessThanOrEqual(MOST_MOVED);
        expect(more!).toBeGreaterThanOrEqual(less!);
      }),
    );
  });
});
