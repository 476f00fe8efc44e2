import type { GatewayId, StoreId, ZoneId } from '../../shared/index.js';
import type { SurveyPoint } from '../../stores/index.js';
import { planOf, rectangle, SIX } from '../../../test/support/plan.js';
import { learn, type Learned } from './calibration.rules.js';
import { geometryOf } from './geometry.rules.js';
import { cellAt } from './grid.rules.js';
import { lossDb } from './path-loss.rules.js';
import { radioMapOf, zoneNumberAt, type RadioMap } from './radio-map.rules.js';
import { begin } from './track.rules.js';
import { defaultParameters } from '../parameters.js';

const surveyOf = (gatewayId: string, dbmAt: (x: number, y: number) => number, step = 2): SurveyPoint[] => {
  const points: SurveyPoint[] = [];
  for (let x = 1; x < 20; x += step)
    for (let y = 1; y < 12; y += step)
      points.push({ x, y, gatewayId: gatewayId as GatewayId, meanRssiDbm: dbmAt(x, y), samples: 60 });
  return points;
};
const levelAt = ({ floor, expected }: RadioMap, anchor: number, x: number, y: number): number =>
  expected[anchor]!.meanDbm[cellAt(floor.grid, x, y)]!;

describe('a map of levels', () => {
  it('is none where nobody can be placed', () => {
    expect(radioMapOf(planOf(undefined, { a: SIX['a']!, b: SIX['b']! }), undefined)).toBeUndefined();
  });

  it('follows the path loss of each surveyed gateway, whatever its exponent', () => {
    const law = { atOneMetreDbm: -47, exponent: 2.7 };
    const dbmAt = (x: number, y: number): number => law.atOneMetreDbm - lossDb(law, SIX['a']!, x, y);
    const map = radioMapOf(planOf(undefined, SIX, surveyOf('a', dbmAt)), undefined)!;
    // The five others were not surveyed, and can be learned.
    expect(map).toMatchObject({ surveyed: true, learns: true, commonDeviationDb: 0 });
    for (const [x, y] of [
      [3.5, 3.5],
      [16.5, 8.5],
    ] as const)
      expect(levelAt(map, 0, x, y)).toBeCloseTo(dbmAt(x, y), 0);
  });

  it('knows what the survey found beside it', () => {
    const shelf = (x: number): number => (x > 12 ? -80 : -60);
    const map = radioMapOf(planOf(undefined, SIX, surveyOf('b', shelf)), undefined)!;
    expect(levelAt(map, 1, 16.5, 6.5) - levelAt(map, 1, 6.5, 6.5)).toBeLessThan(-12);
    const variance = map.expected[1]!.varianceDb2;
    expect(Math.max(...variance)).toBeLessThan(16);
  });

  it('uses a surveyed gateway whose place is not known, from its mean', () => {
    const gateways = { ...SIX, lost: {} };
    const map = radioMapOf(
      planOf(
        undefined,
        gateways,
        surveyOf('lost', () => -66),
      ),
      undefined,
    )!;
    expect(levelAt(map, 6, 8.5, 8.5)).toBeCloseTo(-66, 3);
  });

  it('takes a level without a slope where a survey tells of one distance only', () => {
    const ring = Array.from({ length: 9 }, (): SurveyPoint => ({
      x: 5,
      y: 5,
      gatewayId: 'a' as GatewayId,
      meanRssiDbm: -70,
      samples: 60,
    }));
    const map = radioMapOf(planOf(undefined, SIX, ring), undefined)!;
    expect(levelAt(map, 0, 18.5, 2.5)).toBeCloseTo(-70, 3);
  });

  it('is learned where too few points were measured, or none, or of strangers', () => {
    const few = surveyOf('a', () => -90).slice(0, 7);
    const strangers = surveyOf('stranger', () => -90);
    const law = { atOneMetreDbm: -59, exponent: 2 };
    for (const survey of [few, strangers]) {
      const map = radioMapOf(planOf(undefined, SIX, survey), undefined)!;
      expect(levelAt(map, 0, 10.5, 6.5)).toBeCloseTo(-59 - lossDb(law, SIX['a']!, 10.5, 6.5), 3);
    }
    expect(radioMapOf(planOf(undefined, SIX, strangers), undefined)).toMatchObject({ learns: true });
    expect(radioMapOf(planOf(undefined, { ...SIX, lost: {} }), undefined)!.expected[6]).toBeUndefined();
  });

  it('holds what was learned of passers-by', () => {
    const layout = planOf();
    const geometry = geometryOf(layout);
    const learned: Learned = { stamp: geometry.stamp, sums: new Map() };
    const blank = radioMapOf(layout, undefined)!;
    const track = { ...begin(0, blank, defaultParameters), x: 10, y: 6, deviationX: 0.1, deviationY: 0.1 };
    const fix = { storeId: 'plan' as StoreId, track, heard: [{ anchor: 0, dbm: -95 }] };
    for (let second = 0; second < 300; second += 1) learn(learned, fix, geometry);
    const map = radioMapOf(layout, learned)!;
    expect(Math.abs(levelAt(map, 0, 10.5, 6.5) + 95)).toBeLessThan(1.5);
    expect(map.expected[0]!.varianceDb2[0]).toBeLessThan(map.expected[1]!.varianceDb2[0]!);
  });
});

describe('zones on the floor', () => {
  const zoneAt = (layout: ReturnType<typeof planOf>, x: number, y: number): ZoneId | undefined => {
    const floor = geometryOf(layout).floor!;
    return floor.zoneIds[zoneNumberAt(floor, x, y)];
  };
  it('are the smaller where they overlap, the nearest within 2 m of a gap, none beyond', () => {
    const layout = planOf({
      hall: rectangle(0, 0, 9, 12),
      bar: rectangle(3, 3, 6, 6),
      far: rectangle(11, 0, 14, 12),
    });
    expect([1, 4, 9.6, 10.4, 15.6, 17].map((x) => zoneAt(layout, x, 4.5))).toEqual([
      'hall',
      'bar',
      'hall',
      'far',
      'far',
      undefined,
    ]);
  });
  it('are those of the nearest gateway that names one where none is drawn', () => {
    const gateways = {
      a: { zoneId: 'west' as ZoneId, position: { x: 2, y: 6 } },
      b: { zoneId: 'east' as ZoneId, position: { x: 18, y: 6 } },
      c: { position: { x: 10, y: 6 } },
    };
    const layout = planOf({ west: undefined, east: undefined }, gateways);
    expect([1, 9.6, 10.4, 19].map((x) => zoneAt(layout, x, 4))).toEqual(['west', 'west', 'east', 'east']);
  });
});

describe('a store is placed on its plan', () => {
  const placeable = (layout: ReturnType<typeof planOf>): boolean => geometryOf(layout).floor !== undefined;
  const three = { a: SIX['a']!, b: SIX['b']!, c: SIX['c']! };
  it.each([
    ['with three gateways and zones that are drawn', planOf(undefined, three), true],
    ['not with two', planOf(undefined, { a: SIX['a']!, b: SIX['b']! }), false],
    ['not without zones', planOf({}, three), false],
    ['not where no gateway stands for a zone', planOf({ west: undefined }, three), false],
    [
      'not where a gateway without a place speaks for a zone',
      planOf(undefined, { ...three, d: { zoneId: 'west' as ZoneId } }),
      false,
    ],
    ['beside one that has neither place nor zone', planOf(undefined, { ...three, d: {} }), true],
  ])('%s', (_, layout, expected) => {
    expect(placeable(layout)).toBe(expected);
  });
  it('and worked out once', () => {
    const layout = planOf();
    expect(geometryOf(layout)).toBe(geometryOf(layout));
  });
});
