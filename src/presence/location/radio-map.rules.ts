import type { StoreLayout } from '../../stores/index.js';
import { calibrate, type Calibration, type Learned } from './calibration.rules.js';
import { geometryOf, gatewayKey, type Geometry, type ZonedFloor } from './geometry.rules.js';
import { cellAt, centreOf } from './grid.rules.js';
import { krigingOf, type Measured } from './kriging.rules.js';
import { lossDb, type PathLoss } from './path-loss.rules.js';

/** What one anchor would hear of somebody in each cell of the grid. */
export interface Expected {
  meanDbm: Float32Array;
  /** How far off the mean may be there, squared. */
  varianceDb2: Float32Array;
  /** The same where it is one for all cells. */
  evenDb2: number | undefined;
}

/** What every anchor of a store would hear of somebody anywhere on its floor. */
export interface RadioMap {
  floor: ZonedFloor;
  geometry: Geometry;
  /** By the number of the anchor; undefined for those that cannot help to locate. */
  expected: readonly (Expected | undefined)[];
  /** How far all levels together may be off, beside what tags differ among themselves: what is not known yet of a store. */
  commonDeviationDb: number;
  /** Some of it was measured. */
  surveyed: boolean;
  /** Some anchors were not: what they hear of passers-by tells of them. */
  learns: boolean;
  /** From the plan alone, while survey and what was learned are being read: good for a first zone, and for no move. */
  isMakeshift?: true;
}

/** Shadowing: how far a level may be off where nobody has measured. Measured halls: 3-6 dB; 2.7 beside the 3 dB of `placeDeviationDb`. */
const SHADOW_DB2 = 2.7 ** 2;
/** So many survey points of an anchor make it worth more than what could be learned. */
const SURVEYED_FROM = 8;

/** The map of a layout, the survey's before what was learned. Undefined where nobody can be placed on the plan. */
export function radioMapOf(layout: StoreLayout, learned: Learned | undefined): RadioMap | undefined {
  const steps = radioMapInSteps(layout, learned);
  let step = steps.next();
  while (step.done !== true) step = steps.next();
  return step.value;
}

/** The same, an anchor a step: those of a large surveyed store take some tenths of a second each. */
export function* radioMapInSteps(
  layout: StoreLayout,
  learned: Learned | undefined,
): Generator<void, RadioMap | undefined, void> {
  const geometry = geometryOf(layout);
  const { floor } = geometry;
  if (floor === undefined) return undefined;
  const surveyed = surveyByAnchor(layout, geometry);
  const calibration = calibrate(geometry, learned);
  const expected: (Expected | undefined)[] = [];
  const placed = geometry.positionOf.filter((position) => position !== undefined).length;
  let measured = 0;
  for (const [number, position] of geometry.positionOf.entries()) {
    const points = surveyed.get(number) ?? [];
    if (points.length >= SURVEYED_FROM) {
      expected.push(fromSurvey(points, position, floor));
      measured += 1;
    } else expected.push(position && fromCalibration(number, calibration, geometry, floor));
    yield;
  }
  return {
    floor,
    geometry,
    expected,
    // Where some levels are known, there is nothing that all of them may be off by.
    commonDeviationDb: measured > 0 ? 0 : calibration.commonDeviationDb,
    surveyed: measured > 0,
    learns: expected.some((there) => there !== undefined) && measured < placed,
  };
}

function surveyByAnchor({ survey = [] }: StoreLayout, { numberOf }: Geometry): Map<number, Measured[]> {
  const surveyed = new Map<number, Measured[]>();
  for (const { x, y, gatewayId, meanRssiDbm } of survey) {
    const number = numberOf.get(gatewayKey(gatewayId));
    if (number === undefined) continue;
    const points = surveyed.get(number);
    if (points === undefined) surveyed.set(number, [{ x, y, dbm: meanRssiDbm }]);
    else points.push({ x, y, dbm: meanRssiDbm });
  }
  return surveyed;
}

/** A log-distance fit where the anchor's place is known, else the mean; and what the points say beside it. */
function fromSurvey(
  points: readonly Measured[],
  position: Geometry['positionOf'][number],
  { grid }: ZonedFloor,
): Expected {
  const trend = position ? lossFitted(points, position) : undefined;
  const flat = points.reduce((sum, { dbm }) => sum + dbm, 0) / points.length;
  const trendAt = (x: number, y: number): number =>
    trend === undefined || position === undefined
      ? flat
      : trend.atOneMetreDbm - lossDb(trend, position, x, y);
  const residuals = points.map(({ x, y, dbm }) => ({ x, y, dbm: dbm - trendAt(x, y) }));
  const { meanDbm, varianceDb2 } = krigingOf(residuals, grid);
  for (let cell = 0; cell < meanDbm.length; cell += 1) {
    const { x, y } = centreOf(grid, cell);
    meanDbm[cell] = (meanDbm[cell] ?? 0) + trendAt(x, y);
  }
  return { meanDbm, varianceDb2, evenDb2: undefined };
}

/** Least squares of level against ten times the logarithm of the distance. */
function lossFitted(points: readonly Measured[], position: { x: number; y: number; z?: number }): PathLoss {
  const unit: PathLoss = { atOneMetreDbm: 0, exponent: 1 };
  let [u, uu, r, ur] = [0, 0, 0, 0];
  for (const { x, y, dbm } of points) {
    const loss = lossDb(unit, position, x, y);
    u += loss;
    uu += loss * loss;
    r += dbm;
    ur += loss * dbm;
  }
  const count = points.length;
  const spread = count * uu - u * u;
  const exponent = spread > 1e-6 ? (u * r - count * ur) / spread : 0;
  return { atOneMetreDbm: (r + exponent * u) / count, exponent };
}

function fromCalibration(
  number: number,
  { anchors, exponent }: Calibration,
  { positionOf }: Geometry,
  { grid }: ZonedFloor,
): Expected | undefined {
  const anchor = anchors[number];
  const position = positionOf[number];
  if (anchor === undefined || position === undefined) return undefined;
  const { atOneMetreDbm, varianceDb2: uncertain, residualAt } = anchor;
  const loss: PathLoss = { atOneMetreDbm, exponent };
  const cells = grid.columns * grid.rows;
  const meanDbm = new Float32Array(cells);
  for (let cell = 0; cell < cells; cell += 1) {
    const { x, y } = centreOf(grid, cell);
    meanDbm[cell] = atOneMetreDbm - lossDb(loss, position, x, y) + residualAt(x, y);
  }
  const evenDb2 = Math.fround(SHADOW_DB2 + uncertain);
  return { meanDbm, varianceDb2: new Float32Array(cells).fill(evenDb2), evenDb2 };
}

/** The number of the zone at a spot, or -1: none. */
export function zoneNumberAt({ zoneGrid, zoneAt }: ZonedFloor, x: number, y: number): number {
  return zoneAt[cellAt(zoneGrid, x, y)] ?? -1;
}
