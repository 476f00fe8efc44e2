import { centreOf, within, type Grid } from './grid.rules.js';

/** One measurement of a survey. */
export interface Measured {
  x: number;
  y: number;
  dbm: number;
}

/**
 * How levels hang together in space: a Gaussian process with a Matérn 3/2 kernel. Found on a surveyed hall: 3 m and 4 dB,
 * with 3 dB by which the same spot differs from one measurement to the next.
 */
const LENGTH_METRES = 3;
const AMPLITUDE_DB2 = 16;
const NUGGET_DB2 = 9;
/**
 * Points beyond the nearest so many add nothing (they are screened by those before them), and the cost of each cell grows
 * with the third power of their number.
 */
const NEIGHBOURS = 16;

function covariance(metres: number): number {
  const scaled = (Math.sqrt(3) * metres) / LENGTH_METRES;
  return AMPLITUDE_DB2 * (1 + scaled) * Math.exp(-scaled);
}

/**
 * What the points say of each cell of the grid: mean and variance given the nearest of them (simple kriging with a moving
 * neighbourhood; Rasmussen and Williams 2006, eq. 2.25 and 2.26).
 *
 * @param points differences from a trend, so that their mean is about nought
 */
export function krigingOf(
  points: readonly Measured[],
  grid: Grid,
): { meanDbm: Float32Array; varianceDb2: Float32Array } {
  const cells = grid.columns * grid.rows;
  const meanDbm = new Float32Array(cells);
  const varianceDb2 = new Float32Array(cells).fill(AMPLITUDE_DB2);
  const index = new Neighbourhood(points);
  for (let cell = 0; cell < cells; cell += 1) {
    const { x, y } = centreOf(grid, cell);
    const near = index.nearest(x, y, NEIGHBOURS);
    if (near.length === 0) continue;
    const { mean, explained } = predicted(near, x, y);
    meanDbm[cell] = mean;
    varianceDb2[cell] = Math.max(0, AMPLITUDE_DB2 - explained);
  }
  return { meanDbm, varianceDb2 };
}

/** By the Cholesky factor L of the points' covariance: mean = (L⁻¹k)·(L⁻¹r), explained = |L⁻¹k|². */
function predicted(near: readonly Measured[], x: number, y: number): { mean: number; explained: number } {
  const size = near.length;
  const factor = new Float64Array(size * size);
  const ofCell = new Float64Array(size);
  const ofPoints = new Float64Array(size);
  let mean = 0;
  let explained = 0;
  near.forEach((point, row) => {
    let cellPart = covariance(Math.hypot(point.x - x, point.y - y));
    let pointPart = point.dbm;
    let diagonal = AMPLITUDE_DB2 + NUGGET_DB2;
    near.slice(0, row).forEach((other, column) => {
      let entry = covariance(Math.hypot(point.x - other.x, point.y - other.y));
      for (let k = 0; k < column; k += 1) {
        entry -= (factor[row * size + k] ?? 0) * (factor[column * size + k] ?? 0);
      }
      entry /= factor[column * size + column] ?? 1;
      factor[row * size + column] = entry;
      diagonal -= entry * entry;
      cellPart -= entry * (ofCell[column] ?? 0);
      pointPart -= entry * (ofPoints[column] ?? 0);
    });
    const root = Math.sqrt(Math.max(1e-6, diagonal));
    factor[row * size + row] = root;
    const ofThisCell = cellPart / root;
    const ofThisPoint = pointPart / root;
    ofCell[row] = ofThisCell;
    ofPoints[row] = ofThisPoint;
    mean += ofThisCell * ofThisPoint;
    explained += ofThisCell * ofThisCell;
  });
  return { mean, explained };
}

/** Points by square of a coarse grid, so that the nearest are found without looking at all. */
class Neighbourhood {
  readonly #squares = new Map<number, Measured[]>();
  readonly #x: number;
  readonly #y: number;
  readonly #columns: number;
  readonly #rows: number;

  constructor(points: readonly Measured[]) {
    this.#x = points.reduce((least, { x }) => Math.min(least, x), Infinity);
    this.#y = points.reduce((least, { y }) => Math.min(least, y), Infinity);
    const right = points.reduce((most, { x }) => Math.max(most, x), -Infinity);
    const top = points.reduce((most, { y }) => Math.max(most, y), -Infinity);
    this.#columns = Math.floor((right - this.#x) / LENGTH_METRES) + 1;
    this.#rows = Math.floor((top - this.#y) / LENGTH_METRES) + 1;
    for (const point of points) {
      const square = this.#rowOf(point.y) * this.#columns + this.#columnOf(point.x);
      const held = this.#squares.get(square);
      if (held === undefined) this.#squares.set(square, [point]);
      else held.push(point);
    }
  }

  /** At most `count` points within two lengths, beyond which nothing hangs together; the nearest first. */
  nearest(x: number, y: number, count: number): Measured[] {
    const found: { point: Measured; metres: number }[] = [];
    const [column, row] = [
      Math.floor((x - this.#x) / LENGTH_METRES),
      Math.floor((y - this.#y) / LENGTH_METRES),
    ];
    for (let r = within(row - 2, this.#rows); r <= within(row + 2, this.#rows); r += 1) {
      for (let c = within(column - 2, this.#columns); c <= within(column + 2, this.#columns); c += 1) {
        for (const point of this.#squares.get(r * this.#columns + c) ?? []) {
          const metres = Math.hypot(point.x - x, point.y - y);
          if (metres <= 2 * LENGTH_METRES) found.push({ point, metres });
        }
      }
    }
    return found
      .sort((a, b) => a.metres - b.metres)
      .slice(0, count)
      .map(({ point }) => point);
  }

  #columnOf(x: number): number {
    return Math.floor((x - this.#x) / LENGTH_METRES);
  }

  #rowOf(y: number): number {
    return Math.floor((y - this.#y) / LENGTH_METRES);
  }
}
