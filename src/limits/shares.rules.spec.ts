import fc from 'fast-check';
import { givenOf, rebalanced, sharesOf, sufficesAlone, type Share } from './shares.rules.js';

const shareArb = fc
  .record({ used: fc.nat(1_000), ceiling: fc.nat(1_000) })
  .map(({ used, ceiling }) => ({ used, ceiling: Math.max(used, ceiling) }));
const sharesArb = fc
  .array(shareArb, { minLength: 1, maxLength: 8 })
  .map((rows): Share[] => rows.map((row, share) => ({ ...row, share, whole: 0 })));
const sum = (shares: readonly Share[], of: (share: Share) => number): number =>
  shares.reduce((total, share) => total + of(share), 0);

describe('counters in shares', () => {
  it('splits only what lasts for many commits', () => {
    expect(sharesOf(100, 1)).toBe(1);
    expect(sharesOf(1_000, 1)).toBe(2);
    expect(sharesOf(1_000_000, 1)).toBe(8);
    expect(sharesOf(250_000, 200)).toBe(3);
  });

  it('may give the whole and no more, however it is divided, and takes from nobody what was given', () => {
    fc.assert(
      fc.property(sharesArb, fc.nat(5_000), (shares, whole) => {
        const after = rebalanced(shares, whole);
        expect(after.map(({ used }) => used)).toEqual(shares.map(({ used }) => used));
        expect(sum(after, ({ ceiling }) => ceiling)).toBe(
          Math.max(
            whole,
            sum(shares, ({ used }) => used),
          ),
        );
        const rooms = after.map(({ ceiling, used }) => ceiling - used);
        expect(Math.min(...rooms)).toBeGreaterThanOrEqual(0);
        expect(Math.max(...rooms) - Math.min(...rooms)).toBeLessThanOrEqual(1);
      }),
    );
  });

  it('lets a commit see no more room in its share than there is in all', () => {
    fc.assert(
      fc.property(sharesArb, fc.nat(5_000), fc.nat(7), (shares, whole, which) => {
        const after = rebalanced(shares, whole);
        const home = after[which % after.length]!;
        const left = Math.max(0, whole - givenOf(after, whole, false));
        expect(whole - givenOf([home], whole, true)).toBeLessThanOrEqual(left);
      }),
    );
  });

  it('does not rely on a share alone that cannot serve all who may ask, nor on another limit', () => {
    const share = { share: 1, used: 90, ceiling: 100, whole: 800 };
    expect(sufficesAlone(share, 10, 800)).toBe(true);
    expect(sufficesAlone(share, 11, 800)).toBe(false);
    expect(sufficesAlone(share, 1, 900)).toBe(false);
    expect(sufficesAlone({ ...share, ceiling: 800 }, 5_000, 800)).toBe(true);
  });

  it('gives exactly the whole, whatever share each commit turns to', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 300 }),
        fc.array(fc.record({ turn: fc.nat(), asks: fc.integer({ min: 1, max: 40 }) }), { maxLength: 60 }),
        (whole, commits) => {
          let rows: Share[] = [0, 1, 2].map((share) => ({ share, used: 0, ceiling: 0, whole: 0 }));
          let asked = 0;
          for (const { turn, asks } of commits) {
            asked += asks;
            const home = rows[turn % 3]!;
            const isPart = sufficesAlone(home, asks, whole);
            const given = Math.min(asks, whole - givenOf(isPart ? [home] : rows, whole, isPart));
            rows = rows.map((row) => (row.share === home.share ? { ...row, used: row.used + given } : row));
            if (!isPart) rows = rebalanced(rows, whole);
          }
          expect(givenOf(rows, whole, false)).toBe(Math.min(asked, whole));
        },
      ),
    );
  });
});
