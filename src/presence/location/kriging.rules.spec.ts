import fc from 'fast-check';
import { gridOver } from './grid.rules.js';
import { krigingOf, type Measured } from './kriging.rules.js';

const grid = gridOver({ x: 0, y: 0, widthMetres: 30, heightMetres: 20 });
const at = (x: number, y: number): number => Math.floor(y) * grid.columns + Math.floor(x);
const TREND_DB2 = 16;

describe('kriging', () => {
  it('knows nothing without points', () => {
    const { meanDbm, varianceDb2 } = krigingOf([], grid);
    expect(new Set(meanDbm)).toEqual(new Set([0]));
    expect(new Set(varianceDb2)).toEqual(new Set([TREND_DB2]));
  });

  it('believes one point by amplitude against nugget', () => {
    const { meanDbm, varianceDb2 } = krigingOf([{ x: 5.5, y: 5.5, dbm: 10 }], grid);
    expect(meanDbm[at(5.5, 5.5)]).toBeCloseTo((10 * 16) / 25, 4);
    expect(varianceDb2[at(5.5, 5.5)]).toBeCloseTo(16 - 256 / 25, 4);
  });

  it('reproduces points that agree, closer than one measurement could', () => {
    const points = Array.from({ length: 12 }, (): Measured => ({ x: 5.5, y: 5.5, dbm: 6 }));
    const { meanDbm, varianceDb2 } = krigingOf(points, grid);
    expect(Math.abs(meanDbm[at(5.5, 5.5)]! - 6)).toBeLessThan(0.4);
    expect(varianceDb2[at(5.5, 5.5)]).toBeLessThan(1);
  });

  it('returns to the trend far away, less sure the further', () => {
    const { meanDbm, varianceDb2 } = krigingOf([{ x: 5.5, y: 5.5, dbm: 10 }], grid);
    const along = [5.5, 7.5, 9.5, 11.5].map((x) => at(x, 5.5));
    const levels = along.map((cell) => meanDbm[cell]!);
    expect(levels).toEqual(levels.toSorted((a, b) => b - a));
    const doubts = along.map((cell) => varianceDb2[cell]!);
    expect(doubts).toEqual(doubts.toSorted((a, b) => a - b));
    expect([meanDbm[at(20, 5)], varianceDb2[at(20, 5)]]).toEqual([0, TREND_DB2]);
  });

  it('never doubts more than without points, never gives what is no number, whatever the order', () => {
    const coordinate = fc.double({ min: -5, max: 35, noNaN: true });
    const point = fc.record({
      x: coordinate,
      y: coordinate,
      dbm: fc.double({ min: -20, max: 20, noNaN: true }),
    });
    fc.assert(
      fc.property(fc.array(point, { maxLength: 14 }), (points) => {
        const map = krigingOf(points, grid);
        const reversed = krigingOf(points.toReversed(), grid);
        map.varianceDb2.forEach((variance, cell) => {
          expect(variance).toBeGreaterThanOrEqual(0);
          expect(variance).toBeLessThanOrEqual(TREND_DB2);
          expect(Math.abs(map.meanDbm[cell]!)).toBeLessThan(60);
          expect(map.meanDbm[cell]).toBeCloseTo(reversed.meanDbm[cell]!, 2);
        });
      }),
      { numRuns: 12 },
    );
  });
});
