import { planOf, SIX } from '../../../test/support/plan.js';
import { lossDb } from '../location/path-loss.rules.js';
import { radioMapOf } from '../location/radio-map.rules.js';
import { EVALUATED_STORE, followed, heardAlong, type Walk, type WalkRow } from './walk.rules.js';

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
const layout = { ...planOf(), storeId: EVALUATED_STORE };

it('is judged at the end of each heard second, by the last true place in it', () => {
  const judged = followed(walk, layout, undefined);
  const from = judged[0]!.second;
  expect(judged.map(({ second }) => second - from)).toEqual([0, 1, 2, 3, 4, 6]);
  expect(judged[0]!.true).toEqual({ x: 5.05, y: 6 });
  expect(judged.at(-1)!.zoneId).toBe('west');
  expect(Math.hypot(judged.at(-1)!.located!.x - 5, judged.at(-1)!.located!.y - 6)).toBeLessThan(2);
});

it('says nothing before it could be known', () => {
  const whole = followed(walk, layout, undefined);
  const part = { ...walk, rows: walk.rows.slice(0, 18) };
  expect(followed(part, layout, undefined)).toEqual(whole.slice(0, 3));
});

it('gives what a map can learn of, once it is decided', () => {
  const fixes = heardAlong(walk, layout, radioMapOf(layout, undefined)!);
  expect(fixes.map(({ track, heard }) => [track.second - fixes[0]!.track.second, heard.length])).toEqual([
    [0, 6],
    [1, 6],
    [2, 6],
  ]);
});

it('places nobody where the plan says too little', () => {
  const judged = followed(walk, planOf(undefined, { a: SIX['a']! }), undefined);
  expect(judged.every(({ located }) => located === undefined)).toBe(true);
});

it('learns on the way', () => {
  const rows = Array.from({ length: 70 }, (_, second) => rowsAt(second, 3 + second / 5)).flat();
  const faint = rows.map((row) => ({ ...row, rssiDbm: row.rssiDbm - 8 }));
  const judged = followed({ name: 'w', rows: faint }, layout, undefined);
  const errors = judged.map(({ true: { x, y }, located }) => Math.hypot(located!.x - x, located!.y - y));
  expect(Math.max(...errors.slice(-8))).toBeLessThan(2);
});
