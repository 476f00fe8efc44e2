import type { ZoneId } from '../shared/index.js';
import { locate } from './zone.rules.js';

describe('locate', () => {
  const zone = (id: string): ZoneId => id as ZoneId;
  const geometry = { zoneOf: [zone('b'), zone('a'), zone('a'), undefined] };

  it('scores a zone as its loudest anchor, best first', () => {
    const levels = new Map([
      [0, -70],
      [1, -80],
      [2, -60],
      [3, -20],
    ]);
    expect(locate(levels, geometry)).toEqual([
      { zoneId: 'a', scoreDb: -60 },
      { zoneId: 'b', scoreDb: -70 },
    ]);
  });

  it('breaks ties by id', () => {
    const levels = new Map([
      [0, -60],
      [2, -60],
    ]);
    expect(locate(levels, geometry).map(({ zoneId }) => zoneId)).toEqual(['a', 'b']);
  });
});
