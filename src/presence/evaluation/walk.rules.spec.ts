import { planOf, SIX } from '../../../test/support/plan.js';
import { lossDb } from '../location/path-loss.rules.js';
import { radioMapOf } from '../location/radio-map.rules.js';
import { followed, type Walk, type WalkRow } from './walk.rules.js';

const law = { atOneMetreDbm: -59, exponent: 2 };
const rowsAt = (second: number, x: number): WalkRow[] =>
  Object.entries(SIX).map(([gatewayId, position], index) => ({
    observedAtMs: 1_777_000_000_000 + second * 1000 + index * 20,
    gatewayId,
    beaconId: 'tag',
    rssiDbm: law.atOneMetreDbm - lossDb(law, position, x, 6),
    x: x + index / 100,
    y: 6,
  }));
const walk: Walk = { name: 'w', rows: [...[0, 1, 2, 3, 4, 6].flatMap((second) => rowsAt(second, 5))] };
const layout = planOf();

it('is judged at the end of each heard second, by the last true place in it', () => {
  const { judged } = followed(walk, layout, radioMapOf(layout, undefined));
  const from = judged[0]!.second;
  expect(judged.map(({ second }) => second - from)).toEqual([0, 1, 2, 3, 4, 6]);
  expect(judged[0]!.true).toEqual({ x: 5.05, y: 6 });
  expect(judged.at(-1)!.zoneId).toBe('west');
  expect(Math.hypot(judged.at(-1)!.located!.x - 5, judged.at(-1)!.located!.y - 6)).toBeLessThan(2);
});

it('says nothing before it could be known', () => {
  const whole = followed(walk, layout, radioMapOf(layout, undefined)).judged;
  const part = { ...walk, rows: walk.rows.slice(0, 18) };
  expect(followed(part, layout, radioMapOf(layout, undefined)).judged).toEqual(whole.slice(0, 3));
});

it('gives what a map can learn of, once it is decided', () => {
  const { fixes } = followed(walk, layout, radioMapOf(layout, undefined));
  expect(fixes.map(({ track, heard }) => [track.second - fixes[0]!.track.second, heard.length])).toEqual([
    [0, 6],
    [1, 6],
    [2, 6],
  ]);
});

it('places nobody without a map', () => {
  const { judged, fixes } = followed(walk, layout, undefined);
  expect(judged.every(({ located }) => located === undefined)).toBe(true);
  expect(fixes).toEqual([]);
});
