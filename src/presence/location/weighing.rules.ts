import { columnAt, rowAt, type Grid } from './grid.rules.js';
import type { Expected } from './radio-map.rules.js';
import type { Track } from './track.rules.js';

// A window of more cells than this is looked at in larger steps: it is only at the start of a visit that all of a hall is.
const MOST_LOOKED_AT = 1_600;
// Somebody in a cell is not in its middle, m². The variance of a cell of 1 m would be a twelfth; tried: half of it.
const WITHIN_CELL2 = 0.05;

/** An anchor's part in a second: what it heard, and what it would hear in each cell. */
export interface Voice extends Expected {
  /** What it heard, were the tag as loud as the map expects. */
  levelDbm: number;
  noiseDb2: number;
}

/** The voices of a second by how much the map doubts them, ready for the cells. */
interface Choir {
  /** Doubted alike everywhere, as where nobody measured: what follows from that alone weighs on no cell more than another. */
  even: { levelDbm: number; meanDbm: Float32Array; sureness: number }[];
  uneven: readonly Voice[];
  /** Of the tag's power, by itself and by the even voices. */
  precision: number;
}

/** Numbers a cell: its logarithmic weight, place, by how much the tag would be louder there, and how sure that is. */
const CELL_SIZE = 5;
/** Far below what a number holds, and far above the variance of one level, dB². */
const LARGEST_PRODUCT = 1e200;
// Written before it is read in each call; made once because it is the largest thing a sighting needs.
let scratch = new Float64Array(MOST_LOOKED_AT * CELL_SIZE * 2);

/**
 * The Gaussian that is left of a predicted one once the cells in its reach are weighed by what was heard.
 *
 * @param voices at least one
 * @param trust the power to which the likelihood of the levels counts
 */
export function weighed(track: Track, voices: readonly Voice[], grid: Grid, trust: number): Found {
  return momentsOf(weigh(track, voices, grid, trust), track.louderDb);
}

/** Weighs the cells in reach of the predicted Gaussian. */
function weigh(track: Track, voices: readonly Voice[], grid: Grid, trust: number): Float64Array {
  const { fromColumn, toColumn, fromRow, toRow, step } = windowAround(track, grid);
  const { deviationX: sx, deviationY: sy, correlation: rho } = track;
  const shape = -0.5 / (1 - rho * rho);
  const { even, uneven, precision: evenPrecision } = choirOf(voices, track, trust);
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
      let precision = evenPrecision;
      let pull = 0;
      for (const { levelDbm, meanDbm, sureness } of even) {
        const off = levelDbm - (meanDbm[cell] ?? 0);
        const pulled = off * sureness;
        log -= 0.5 * off * pulled;
        pull += pulled;
      }
      // One logarithm of a product instead of one for each anchor: that was half of the work.
      let variances = 1;
      for (const { levelDbm, noiseDb2, meanDbm, varianceDb2 } of uneven) {
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
      if (uneven.length > 0) log -= halfTrust * Math.log(variances) + 0.5 * Math.log(precision);
      cells[at] = log + 0.5 * pull * louder;
      cells[at + 1] = x;
      cells[at + 2] = y;
      cells[at + 3] = louder;
      cells[at + 4] = 1 / precision;
      at += CELL_SIZE;
    }
  }
  return cells.subarray(0, at);
}

function choirOf(voices: readonly Voice[], { louderDeviationDb }: Track, trust: number): Choir {
  const even: Choir['even'] = [];
  const uneven: Voice[] = [];
  let precision = 1 / louderDeviationDb ** 2;
  for (const voice of voices) {
    if (voice.evenDb2 === undefined) {
      uneven.push(voice);
      continue;
    }
    const sureness = trust / (voice.noiseDb2 + voice.evenDb2);
    even.push({ levelDbm: voice.levelDbm, meanDbm: voice.meanDbm, sureness });
    precision += sureness;
  }
  return { even, uneven, precision };
}

function roomFor(cells: number): Float64Array {
  if (scratch.length < cells * CELL_SIZE) scratch = new Float64Array(cells * CELL_SIZE);
  return scratch;
}

/** Four deviations each way, at least the cell itself; in larger steps where that is too many cells. */
function windowAround(track: Track, grid: Grid): Window {
  const [reachX, reachY] = [4 * track.deviationX, 4 * track.deviationY];
  const window = {
    fromColumn: columnAt(grid, track.x - reachX),
    toColumn: columnAt(grid, track.x + reachX),
    fromRow: rowAt(grid, track.y - reachY),
    toRow: rowAt(grid, track.y + reachY),
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
