import { Stagger } from './stagger.js';

describe('stagger', () => {
  it('waits for nobody as long as losses are what chance makes of them', () => {
    const stagger = new Stagger(3);
    stagger.note(0, 0);
    stagger.note(100, 5);
    expect(stagger.waitMs).toBe(0);
  });

  it('steps aside by up to 32 ms, elsewhere after each loss', () => {
    const stagger = new Stagger(0);
    const waits = [1, 2, 3, 4].map(() => {
      stagger.note(1, 1);
      return stagger.waitMs;
    });
    expect(waits.toSorted((a, b) => a - b)).toEqual([8, 16, 24, 32]);
  });

  it('steps back after a thousand writes that were not in the way of another', () => {
    const stagger = new Stagger(0);
    stagger.note(1, 1);
    stagger.note(999, 0);
    expect(stagger.waitMs).toBeGreaterThan(0);
    stagger.note(1, 0);
    expect(stagger.waitMs).toBe(0);
  });

  it('leads processes apart that lose to each other each time', () => {
    const all = [new Stagger(7), new Stagger(11), new Stagger(3)];
    let rounds = 0;
    const inStep = (): Stagger[] =>
      // Of those that wait equally long the first one wins.
      all.filter((one, index) => all.findIndex(({ waitMs }) => waitMs === one.waitMs) < index);
    for (let losers = inStep(); losers.length > 0; losers = inStep()) {
      losers.forEach((loser) => loser.note(1, 1));
      rounds += 1;
      expect(rounds).toBeLessThan(10);
    }
  });
});
