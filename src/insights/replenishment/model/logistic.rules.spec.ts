import { gaussian, seeded } from '../../../shared/random.js';
import { fitLogistic, inverse, solve } from './logistic.rules.js';
import { logistic } from './numbers.rules.js';
import { finished } from '../../../shared/work.js';

describe('logistic regression', () => {
  it('finds the weights that the data were made with', () => {
    const roll = seeded('weights');
    const truth = [-1, 0.5, 2];
    const count = 40_000;
    const rows = new Float32Array(count * 3);
    const bought = new Uint8Array(count);
    for (let row = 0; row < count; row += 1) {
      rows.set([1, gaussian(roll), gaussian(roll)], row * 3);
      const odds = truth.reduce((sum, weight, i) => sum + weight * rows[row * 3 + i]!, 0);
      bought[row] = roll() < logistic(odds) ? 1 : 0;
    }
    const { weights, information } = finished(
      fitLogistic({ width: 3, rows, bought }, new Float64Array([20, -20, 20])),
    );
    truth.forEach((weight, i) => {
      const error = Math.sqrt(inverse(information, 3)[i * 4]!);
      expect(Math.abs(weights[i]! - weight)).toBeLessThan(4 * error);
    });
  });

  it('holds a feature that never varies, and one that is another over again', () => {
    const rows = Float32Array.from({ length: 300 }, (_, at) => [1, 0, Math.floor(at / 3) % 2][at % 3]!);
    const bought = Uint8Array.from({ length: 100 }, (_, row) => (row % 3 === 0 ? 1 : 0));
    const { weights } = finished(fitLogistic({ width: 3, rows, bought }, new Float64Array(3)));
    expect([...weights].every(Number.isFinite)).toBe(true);
    expect(weights[1]).toBeCloseTo(0, 9);
  });

  it('solves what it is given', () => {
    const matrix = new Float64Array([4, 1, 1, 3]);
    expect([...solve(matrix, new Float64Array([1, 2]))]).toEqual([
      expect.closeTo(1 / 11, 12),
      expect.closeTo(7 / 11, 12),
    ]);
  });
});
