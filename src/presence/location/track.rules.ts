import { LEAST_DEVIATION, LEAST_SPEED_DEVIATION, rounded } from './rounding.rules.js';
import type { PresenceParameters } from '../parameters.js';
import { ANCHORS_TO_LOCATE } from './geometry.rules.js';
import { within, type Grid } from './grid.rules.js';
import type { Expected, RadioMap } from './radio-map.rules.js';

/**
 * Where somebody seems to be, and how fast they walk: a Gaussian over place, velocity and the power of their tag. Rounded
 * after each second, so that it is the same whether it went through Redis or not.
 */
export interface Track {
  /** The second it tells of. */
  second: number;
  /** Metres on the floor plan. */
  x: number;
  y: number;
  deviationX: number;
  deviationY: number;
  correlation: number;
  /** Metres a second. */
  velocityX: number;
  velocityY: number;
  velocityDeviationX: number;
  velocityDeviationY: number;
  /** By how much a metre of error in place corrects the velocity, 1/s: the regression of velocity on place. */
  gainX: number;
  gainY: number;
  /** How much louder this tag is than the store's map expects, dB. */
  louderDb: number;
  louderDeviationDb: number;
  /** The last second in which enough radios heard it to say where it is. */
  locatedAt: number;
  /** How many such seconds there were, as far as it is counted. */
  locatedSeconds: number;
}

/** What one anchor heard in a second. */
export interface Heard {
  anchor: number;
  dbm: number;
  /** More than one packet is behind it. */
  several: boolean;
}

/** As far as it is worth counting the seconds in which somebody was located. */
export const LOCATED_COUNTED = 3;

// A window of more cells than this is looked at in larger steps: it is only at the start of a visit that all of a hall is.
const MOST_LOOKED_AT = 1_600;
// Somebody in a cell is not in its middle, m². The variance of a cell of 1 m would be a twelfth; tried: half of it.
const WITHIN_CELL2 = 0.05;

/** Somebody of whom nothing is known but that they are in the store. */
export function begin(second: number, { floor, commonDeviationDb }: RadioMap, p: PresenceParameters): Track {
  const { grid } = floor;
  const [width, height] = [grid.columns * grid.cellMetres, grid.rows * grid.cellMetres];
  return rounded({
    second,
    x: grid.x + width / 2,
    y: grid.y + height / 2,
    deviationX: width / 2,
    deviationY: height / 2,
    correlation: 0,
    velocityX: 0,
    velocityY: 0,
    velocityDeviationX: p.walkingSpeed,
    velocityDeviationY: p.walkingSpeed,
    gainX: 0,
    gainY: 0,
    louderDb: 0,
    louderDeviationDb: Math.hypot(p.tagDeviationDb, commonDeviationDb),
    locatedAt: 0,
    locatedSeconds: 0,
  });
}

/**
 * Where they will be at `second` if they go on as they do: velocity as an Ornstein-Uhlenbeck process, which forgets its
 * direction within `walkingSeconds`, and place as its integral (Bar-Shalom, Estimation with Applications, 8.4).
 */
export function predicted(track: Track, second: number, p: PresenceParameters): Track {
  const seconds = second - track.second;
  const { x, y } = track;
  const alongX = moved(axisX(track), seconds, p);
  const alongY = moved(axisY(track), seconds, p);
  const covariance = track.correlation * track.deviationX * track.deviationY;
  return {
    second,
    x: x + alongX.by,
    y: y + alongY.by,
    deviationX: alongX.deviation,
    deviationY: alongY.deviation,
    correlation: covariance / (alongX.deviation * alongY.deviation),
    velocityX: alongX.velocity,
    velocityY: alongY.velocity,
    velocityDeviationX: alongX.velocityDeviation,
    velocityDeviationY: alongY.velocityDeviation,
    gainX: alongX.gain,
    gainY: alongY.gain,
    louderDb: track.louderDb,
    louderDeviationDb: track.louderDeviationDb,
    locatedAt: track.locatedAt,
    locatedSeconds: track.locatedSeconds,
  };
}

interface Axis {
  deviation: number;
  velocity: number;
  velocityDeviation: number;
  gain: number;
}

const axisX = (t: Track): Axis => ({
  deviation: t.deviationX,
  velocity: t.velocityX,
  velocityDeviation: t.velocityDeviationX,
  gain: t.gainX,
});
const axisY = (t: Track): Axis => ({
  deviation: t.deviationY,
  velocity: t.velocityY,
  velocityDeviation: t.velocityDeviationY,
  gain: t.gainY,
});

function moved(
  { deviation, velocity, velocityDeviation, gain }: Axis,
  seconds: number,
  { walkingSeconds: tau, walkingSpeed, swayMetres }: PresenceParameters,
): Axis & { by: number } {
  const kept = Math.exp(-seconds / tau);
  const path = tau * (1 - kept);
  const speed2 = walkingSpeed * walkingSpeed;
  const place2 = deviation * deviation;
  const velocity2 = velocityDeviation * velocityDeviation;
  const joint = gain * place2;
  const drift = speed2 * (2 * tau * seconds - 4 * tau * path + tau * tau * (1 - kept * kept));
  const sway = swayMetres * swayMetres * seconds;
  // Rounded parts of a state may contradict each other a little.
  const newPlace2 = Math.max(
    LEAST_DEVIATION ** 2,
    place2 + 2 * path * joint + path * path * velocity2 + drift + sway,
  );
  const newJoint = kept * (joint + path * velocity2) + speed2 * path * (1 - kept);
  return {
    by: path * velocity,
    deviation: Math.sqrt(newPlace2),
    velocity: kept * velocity,
    velocityDeviation: Math.sqrt(kept * kept * velocity2 + speed2 * (1 - kept * kept)),
    gain: newJoint / newPlace2,
  };
}

/** An anchor's part in a second: what it heard, and what it would hear in each cell. */
interface Voice extends Expected {
  /** What it heard, were the tag as loud as the map expects. */
  levelDbm: number;
  noiseDb2: number;
}

/**
 * Corrects a predicted track by what was heard in its second. The Gaussian weighs the cells around it, each multiplied by
 * the likelihood of the levels there; their mean and variance make the new Gaussian (a grid-based assumed-density filter;
 * Thrun et al., Probabilistic Robotics, 4.1 and 2.4). The tag's own power is integrated out in each cell and learned with
 * it. Velocity follows by its regression on place.
 *
 * @returns the same track where no anchor that heard is on the map
 */
export function corrected(
  track: Track,
  heard: readonly Heard[],
  map: RadioMap,
  p: PresenceParameters,
): Track {
  const voices = voicesOf(heard, track.louderDb, map, p);
  if (voices.length === 0) return track;
  const trust = map.surveyed ? p.levelTrust : p.unsurveyedTrust;
  const cells = weigh(track, voices, map.floor.grid, trust);
  const found = momentsOf(cells, track.louderDb);
  const isLocated = voices.length >= ANCHORS_TO_LOCATE;
  return {
    ...track,
    ...found,
    velocityX: track.velocityX + track.gainX * (found.x - track.x),
    velocityY: track.velocityY + track.gainY * (found.y - track.y),
    velocityDeviationX: surer(track.velocityDeviationX, track.gainX, track.deviationX, found.deviationX),
    velocityDeviationY: surer(track.velocityDeviationY, track.gainY, track.deviationY, found.deviationY),
    locatedAt: isLocated ? track.second : track.locatedAt,
    locatedSeconds: Math.min(LOCATED_COUNTED, track.locatedSeconds + (isLocated ? 1 : 0)),
  };
}

/** The deviation of a velocity once the place it hangs on is known better. */
function surer(velocityDeviation: number, gain: number, before: number, after: number): number {
  const explained = gain * gain * (before * before - after * after);
  return Math.sqrt(Math.max(LEAST_SPEED_DEVIATION ** 2, velocityDeviation ** 2 - explained));
}

function voicesOf(heard: readonly Heard[], louderDb: number, map: RadioMap, p: PresenceParameters): Voice[] {
  const voices: Voice[] = [];
  for (const { anchor, dbm, several } of heard) {
    const there = map.expected[anchor];
    if (there === undefined) continue;
    const noiseDb2 = p.packetDeviationDb ** 2 / (several ? 2 : 1) + p.placeDeviationDb ** 2;
    const { meanDbm, varianceDb2 } = there;
    voices.push({ levelDbm: dbm - louderDb, noiseDb2, meanDbm, varianceDb2 });
  }
  return voices;
}

/** Numbers a cell: its logarithmic weight, place, by how much the tag would be louder there, and how sure that is. */
const CELL_SIZE = 5;
/** Far below what a number holds, and far above the variance of one level, dB². */
const LARGEST_PRODUCT = 1e200;
// Written before it is read in each call; made once because it is the largest thing a sighting needs.
let scratch = new Float64Array(MOST_LOOKED_AT * CELL_SIZE * 2);

/** Weighs the cells in reach of the predicted Gaussian. */
function weigh(track: Track, voices: readonly Voice[], grid: Grid, trust: number): Float64Array {
  const { fromColumn, toColumn, fromRow, toRow, step } = windowAround(track, grid);
  const { deviationX: sx, deviationY: sy, correlation: rho } = track;
  const shape = -0.5 / (1 - rho * rho);
  const louder2 = track.louderDeviationDb ** 2;
  const halfTrust = 0.5 * trust;
  const cells = roomFor(
    (Math.ceil((toColumn - fromColumn + 1) / step) + 1) * (Math.ceil((toRow - fromRow + 1) / step) + 1),
  );
  let at = 0;
  for (let row = fromRow; row <= toRow; row += step) {
    const y = grid.y + (row + 0.5) * grid.cellMetres;
    const v = (y - track.y) / sy;
    for (let column = fromColumn; column <= toColumn; column += step) {
      const cell = row * grid.columns + column;
      const x = grid.x + (column + 0.5) * grid.cellMetres;
      const u = (x - track.x) / sx;
      let log = shape * (u * u - 2 * rho * u * v + v * v);
      let precision = 1 / louder2;
      let pull = 0;
      // One logarithm of a product instead of one for each anchor: that was half of the work.
      let variances = 1;
      for (const { levelDbm, noiseDb2, meanDbm, varianceDb2 } of voices) {
        const variance = (noiseDb2 + (varianceDb2[cell] ?? 0)) / trust;
        const sureness = 1 / variance;
        const off = levelDbm - (meanDbm[cell] ?? 0);
        const pulled = off * sureness;
        log -= 0.5 * off * pulled;
        precision += sureness;
        pull += pulled;
        variances *= variance;
        if (variances > LARGEST_PRODUCT) {
          log -= halfTrust * Math.log(variances);
          variances = 1;
        }
      }
      const louder = pull / precision;
      log -= halfTrust * Math.log(variances);
      cells[at] = log + 0.5 * pull * louder - 0.5 * Math.log(precision);
      cells[at + 1] = x;
      cells[at + 2] = y;
      cells[at + 3] = louder;
      cells[at + 4] = 1 / precision;
      at += CELL_SIZE;
    }
  }
  return cells.subarray(0, at);
}

function roomFor(cells: number): Float64Array {
  if (scratch.length < cells * CELL_SIZE) scratch = new Float64Array(cells * CELL_SIZE);
  return scratch;
}

/** Four deviations each way, at least the cell itself; in larger steps where that is too many cells. */
function windowAround(track: Track, grid: Grid): Window {
  const column = (x: number): number => within(Math.floor((x - grid.x) / grid.cellMetres), grid.columns);
  const row = (y: number): number => within(Math.floor((y - grid.y) / grid.cellMetres), grid.rows);
  const [reachX, reachY] = [4 * track.deviationX, 4 * track.deviationY];
  const window = {
    fromColumn: column(track.x - reachX),
    toColumn: column(track.x + reachX),
    fromRow: row(track.y - reachY),
    toRow: row(track.y + reachY),
  };
  const cells = (window.toColumn - window.fromColumn + 1) * (window.toRow - window.fromRow + 1);
  return { ...window, step: Math.max(1, Math.ceil(Math.sqrt(cells / MOST_LOOKED_AT))) };
}

interface Window {
  fromColumn: number;
  toColumn: number;
  fromRow: number;
  toRow: number;
  step: number;
}

type Found = Pick<
  Track,
  'x' | 'y' | 'deviationX' | 'deviationY' | 'correlation' | 'louderDb' | 'louderDeviationDb'
>;

/** Mean and variance of weighed cells. */
function momentsOf(cells: Float64Array, louderBefore: number): Found {
  let best = -Infinity;
  for (let at = 0; at < cells.length; at += CELL_SIZE) best = Math.max(best, cells[at] ?? best);
  let [sum, x, y, louder, unsure] = [0, 0, 0, 0, 0];
  for (let at = 0; at < cells.length; at += CELL_SIZE) {
    const weight = Math.exp((cells[at] ?? 0) - best);
    cells[at] = weight;
    sum += weight;
    x += weight * (cells[at + 1] ?? 0);
    y += weight * (cells[at + 2] ?? 0);
    louder += weight * (cells[at + 3] ?? 0);
    unsure += weight * (cells[at + 4] ?? 0);
  }
  [x, y, louder] = [x / sum, y / sum, louder / sum];
  let [xx, yy, xy, ll] = [0, 0, 0, 0];
  for (let at = 0; at < cells.length; at += CELL_SIZE) {
    const share = (cells[at] ?? 0) / sum;
    const dx = (cells[at + 1] ?? 0) - x;
    const dy = (cells[at + 2] ?? 0) - y;
    const dl = (cells[at + 3] ?? 0) - louder;
    xx += share * dx * dx;
    yy += share * dy * dy;
    xy += share * dx * dy;
    ll += share * dl * dl;
  }
  const deviationX = Math.sqrt(xx + WITHIN_CELL2);
  const deviationY = Math.sqrt(yy + WITHIN_CELL2);
  return {
    x,
    y,
    deviationX,
    deviationY,
    correlation: xy / (deviationX * deviationY),
    louderDb: louderBefore + louder,
    louderDeviationDb: Math.sqrt(unsure / sum + ll),
  };
}
