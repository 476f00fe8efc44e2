import { finished } from '../../shared/work.js';
import { climbed } from './nelder-mead.rules.js';

const GRAIN = { edge: 0.5, settled: 1e-9, steps: 400 };

describe('the climb of a simplex', () => {
  it('ends at the top of a bent ridge, one look a turn', () => {
    let looks = 0;
    const ridge = ([x = 0, y = 0]: readonly number[]): number => {
      looks += 1;
      return -((1 - x) ** 2) - 10 * (y - x * x) ** 2;
    };
    const work = climbed(ridge, [-1, 1], GRAIN);
    let turns = 0;
    for (let turn = work.next(); ; turn = work.next()) {
      if (turn.done === true) {
        expect(turn.value.at[0]).toBeCloseTo(1, 3);
        expect(turn.value.at[1]).toBeCloseTo(1, 3);
        break;
      }
      turns += 1;
      expect(looks).toBe(turns - 1);
    }
    expect(turns).toBe(looks);
  });

  it('goes on where a place is impossible, and ends where it may take no more steps', () => {
    const walled = ([x = 0]: readonly number[]): number => (x < 0 ? -Infinity : -((x - 0.2) ** 2));
    expect(finished(climbed(walled, [3], GRAIN)).at[0]).toBeCloseTo(0.2, 3);
    const short = finished(climbed(walled, [3], { ...GRAIN, steps: 1 }));
    expect(short.height).toBeLessThan(-1);
  });
});
