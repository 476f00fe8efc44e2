import fc from 'fast-check';
import { lossDb } from './path-loss.rules.js';

const free = { atOneMetreDbm: -59, exponent: 2 };

describe('path loss', () => {
  const level = { x: 0, y: 0, z: 1.2 };
  it.each([
    ['nothing beyond the first metre', level, 1, 0],
    ['20 dB at ten metres', level, 10, 20],
    ['no less than at half a metre', level, 0.1, 20 * Math.log10(0.5)],
    ['that to the ceiling where no height is given', { x: 0, y: 0 }, 0, 20 * Math.log10(1.3)],
  ])('is %s', (_, radio, metres, db) => {
    expect(lossDb(free, radio, metres, 0)).toBeCloseTo(db, 9);
  });

  it('grows with the distance, by ten times the exponent a decade', () => {
    const place = fc.double({ min: 0, max: 100, noNaN: true });
    fc.assert(
      fc.property(place, place, fc.double({ min: 1, max: 4, noNaN: true }), (near, further, exponent) => {
        const loss = (metres: number): number => lossDb({ ...free, exponent }, { x: 0, y: 0 }, metres, 0);
        expect(loss(near + further)).toBeGreaterThanOrEqual(loss(near) - 1e-9);
        expect(loss(10_000) - loss(1_000)).toBeCloseTo(10 * exponent, 3);
      }),
    );
  });
});
