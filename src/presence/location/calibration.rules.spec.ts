import { gaussian, seeded } from '../../shared/index.js';
import type { StoreId } from '../../shared/index.js';
import { planOf, SIX } from '../../../test/support/plan.js';
import { defaultParameters as p } from '../parameters.js';
import { calibrate, learn, type Learned } from './calibration.rules.js';
import { geometryOf } from './geometry.rules.js';
import { lossDb } from './path-loss.rules.js';
import { radioMapOf } from './radio-map.rules.js';
import { rounded } from './rounding.rules.js';
import { begin, corrected, predicted, type Heard, type Track } from './track.rules.js';

const storeId = 'plan' as StoreId;
const layout = planOf();
const geometry = geometryOf(layout);
const positions = Object.values(SIX);
const blank = (): Learned => ({ stamp: geometry.stamp, sums: new Map() });
const usual = begin(0, radioMapOf(layout, undefined)!, p);
const sure = (x: number, y: number): Track => ({ ...usual, x, y, deviationX: 0.1, deviationY: 0.1 });

/** These gateways differ as much as measured ones do. */
const TRUE_DBM = [-49, -69, -56, -62, -51, -67];
const hears = (x: number, y: number, noise = () => 0): Heard[] =>
  positions.map((position, anchor) => ({
    anchor,
    dbm: TRUE_DBM[anchor]! - lossDb({ atOneMetreDbm: 0, exponent: 2 }, position, x, y) + noise(),
    several: true,
  }));

/** A way through the hall, again and again. */
const wayAt = (second: number): { x: number; y: number } => ({
  x: 10 + 8 * Math.sin(second / 17),
  y: 6 + 4.5 * Math.sin(second / 11),
});

describe('calibrating', () => {
  it('assumes the usual where nothing is known, and doubts it', () => {
    const { anchors, commonDeviationDb } = calibrate(geometry, undefined);
    for (const anchor of anchors) {
      expect(anchor).toMatchObject({ atOneMetreDbm: -59, varianceDb2: 36 });
      expect(anchor?.residualAt(3, 3)).toBe(0);
    }
    expect(commonDeviationDb).toBeCloseTo(12, 6);
  });

  it('forgets what was learned of other radios', () => {
    const other = { stamp: geometry.stamp + 1, sums: new Map([[0, { weight: 1e6, totalDb: -9e7 }]]) };
    expect(calibrate(geometry, other).anchors[0]?.atOneMetreDbm).toBe(-59);
  });

  it('has no level for a radio without a place', () => {
    const some = geometryOf(planOf(undefined, { ...SIX, lost: {} }));
    expect(calibrate(some, undefined).anchors[6]).toBeUndefined();
    const learned: Learned = { stamp: some.stamp, sums: new Map() };
    learn(learned, { storeId, track: sure(5, 5), heard: [{ anchor: 6, dbm: -60 }] }, some);
    expect(learned.sums.size).toBe(0);
  });

  it('finds the levels from known places, and draws who was hardly heard to the store', () => {
    const learned = blank();
    for (let second = 0; second < 600; second += 1) {
      const { x, y } = wayAt(second);
      const heard = hears(x, y).filter(({ anchor }) => anchor !== 5 || second === 0);
      learn(learned, { storeId, track: sure(x, y), heard }, geometry);
    }
    const { anchors, commonDeviationDb } = calibrate(geometry, learned);
    for (let anchor = 0; anchor < 5; anchor += 1)
      expect(Math.abs(anchors[anchor]!.atOneMetreDbm - TRUE_DBM[anchor]!)).toBeLessThan(1);
    const others = TRUE_DBM.slice(0, 5).reduce((sum, dbm) => sum + dbm, 0) / 5;
    expect(Math.abs(anchors[5]!.atOneMetreDbm - others)).toBeLessThan(Math.abs(TRUE_DBM[5]! - others));
    expect(anchors[5]!.varianceDb2).toBeGreaterThan(10 * anchors[0]!.varianceDb2);
    expect(commonDeviationDb).toBeGreaterThan(1);
    expect(commonDeviationDb).toBeLessThan(4);
  });

  it('knows a part of the floor that hears less', () => {
    const learned = blank();
    for (let second = 0; second < 900; second += 1) {
      const { x, y } = wayAt(second);
      const heard = hears(x, y).map((each) => ({ ...each, dbm: each.dbm - (x > 14 ? 8 : 0) }));
      learn(learned, { storeId, track: sure(x, y), heard }, geometry);
    }
    const [anchor] = calibrate(geometry, learned).anchors;
    expect(anchor!.residualAt(4, 6) - anchor!.residualAt(17, 6)).toBeGreaterThan(4);
    expect(anchor!.residualAt(400, 6)).toBe(0);
  });

  it('finds from passers-by, whose places nobody tells, by how much gateways differ', () => {
    const roll = seeded('passers-by');
    const heard = Array.from({ length: 600 }, (_, second) => {
      const { x, y } = wayAt(second);
      return hears(x, y, () => 3 * gaussian(roll));
    });
    let learned: Learned | undefined;
    for (let round = 0; round < 8; round += 1) {
      const map = radioMapOf(layout, learned)!;
      const next = blank();
      let track = begin(0, map, p);
      heard.forEach((levels, second) => {
        track = rounded(corrected(predicted(track, second, p), levels, map, p));
        if (second > 5) learn(next, { storeId, track, heard: levels }, geometry);
      });
      learned = next;
    }
    const found = calibrate(geometry, learned).anchors.map((anchor) => anchor!.atOneMetreDbm);
    const centred = (each: readonly number[]): number[] =>
      each.map((value) => value - each.reduce((sum, other) => sum + other, 0) / each.length);
    const [ours, truth] = [centred(found), centred(TRUE_DBM)];
    const squares = (each: readonly number[]): number => each.reduce((sum, value) => sum + value * value, 0);
    // At first all are taken for alike; what is left of their difference afterwards is a fraction of it.
    expect(squares(ours.map((value, anchor) => value - truth[anchor]!))).toBeLessThan(0.15 * squares(truth));
  });
});

describe('what processes learn', () => {
  it('adds up', () => {
    const fixes = Array.from({ length: 40 }, (_, second) => {
      const { x, y } = wayAt(second * 9);
      return {
        storeId,
        track: { ...sure(x, y), deviationX: 2, deviationY: 1, correlation: 0.5 },
        heard: hears(x, y),
      };
    });
    const [all, one, two] = [blank(), blank(), blank()];
    fixes.forEach((fix, index) => {
      learn(all, fix, geometry);
      learn(index % 3 === 0 ? one : two, fix, geometry);
    });
    for (const [key, { weight, totalDb }] of two.sums) {
      const sum = one.sums.get(key) ?? { weight: 0, totalDb: 0 };
      one.sums.set(key, { weight: sum.weight + weight, totalDb: sum.totalDb + totalDb });
    }
    expect(one.sums.size).toBe(all.sums.size);
    const [together, added] = [all, one].map((learned) => calibrate(geometry, learned).anchors);
    added!.forEach((anchor, index) => {
      expect(anchor!.atOneMetreDbm).toBeCloseTo(together![index]!.atOneMetreDbm, 9);
      expect(anchor!.residualAt(9, 5)).toBeCloseTo(together![index]!.residualAt(9, 5), 9);
    });
  });

  it('weighs a second a second, also beyond any plan', () => {
    const learned = blank();
    learn(
      learned,
      { storeId, track: { ...sure(1e7, -1e7), deviationX: 9 }, heard: hears(3, 3).slice(0, 1) },
      geometry,
    );
    const weights = [...learned.sums.values()].map(({ weight }) => weight);
    expect(weights.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(1, 9);
  });
});
