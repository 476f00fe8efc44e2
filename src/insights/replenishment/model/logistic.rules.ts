import { logistic } from './numbers.rules.js';
import type { Work } from '../../../shared/work.js';

/** Rows of features with whether it was bought; both of one length in rows. */
export interface Sample {
  width: number;
  rows: Float32Array;
  bought: Uint8Array;
}

/** Weights at the top of the likelihood, and the information there (the negated Hessian), row by row. */
export interface LogisticFit {
  weights: Float64Array;
  information: Float64Array;
}

const MOST_STEPS = 30;
const CLOSE_ENOUGH = 1e-5;
/** About ten milliseconds of work. */
const ROWS_A_TURN = 16_384;
/** Of the ridge that keeps a feature that never varies from running away. */
const RIDGE = 1;

/**
 * Logistic regression by Newton's method (iteratively reweighted least squares), each step halved until the
 * likelihood rises: with many features a full step from afar diverges.
 *
 * @param start weights to begin from
 */
export function* fitLogistic(sample: Sample, start: Float64Array): Work<LogisticFit> {
  let weights = start;
  let here = yield* slopeAt(sample, weights);
  for (let step = 0; step < MOST_STEPS; step += 1) {
    const direction = solve(here.information, here.gradient);
    let length = 1;
    let next = yield* slopeAt(sample, moved(weights, direction, length));
    while (next.logLikelihood < here.logLikelihood && length > 1e-3) {
      length /= 2;
      next = yield* slopeAt(sample, moved(weights, direction, length));
    }
    if (next.logLikelihood < here.logLikelihood) break;
    weights = moved(weights, direction, length);
    here = next;
    if (direction.every((each) => Math.abs(each) < CLOSE_ENOUGH)) break;
  }
  return { weights, information: here.information };
}

interface Slope {
  logLikelihood: number;
  gradient: Float64Array;
  information: Float64Array;
}

function* slopeAt({ width, rows, bought }: Sample, weights: Float64Array): Work<Slope> {
  const gradient = new Float64Array(width);
  const information = new Float64Array(width * width);
  let logLikelihood = 0;
  for (let row = 0, at = 0; row < bought.length; row += 1, at += width) {
    if (row % ROWS_A_TURN === 0) yield;
    let odds = 0;
    for (let i = 0; i < width; i += 1) odds += (weights[i] as number) * (rows[at + i] as number);
    const p = logistic(odds);
    const y = bought[row] as number;
    logLikelihood -= y === 1 ? Math.log1p(Math.exp(-odds)) : Math.log1p(Math.exp(odds));
    const curve = p * (1 - p);
    for (let i = 0; i < width; i += 1) {
      const x = rows[at + i] as number;
      gradient[i] = (gradient[i] as number) + (y - p) * x;
      const weighted = curve * x;
      const line = i * width;
      for (let j = 0; j <= i; j += 1) {
        information[line + j] = (information[line + j] as number) + weighted * (rows[at + j] as number);
      }
    }
  }
  for (let i = 0; i < width; i += 1) {
    const weight = weights[i] as number;
    gradient[i] = (gradient[i] as number) - RIDGE * weight;
    logLikelihood -= 0.5 * RIDGE * weight * weight;
    information[i * width + i] = (information[i * width + i] as number) + RIDGE;
    for (let j = 0; j < i; j += 1) information[j * width + i] = information[i * width + j] as number;
  }
  return { logLikelihood, gradient, information };
}

function moved(from: Float64Array, direction: Float64Array, length: number): Float64Array {
  return from.map((each, i) => each + length * (direction[i] as number));
}

/** x of A x = b, for a symmetric positive definite A given row by row (Cholesky). */
export function solve(matrix: Float64Array, b: Float64Array): Float64Array {
  const n = b.length;
  const lower = cholesky(matrix, n);
  const x = Float64Array.from(b);
  for (let i = 0; i < n; i += 1) {
    let sum = x[i] as number;
    for (let j = 0; j < i; j += 1) sum -= (lower[i * n + j] as number) * (x[j] as number);
    x[i] = sum / (lower[i * n + i] as number);
  }
  for (let i = n - 1; i >= 0; i -= 1) {
    let sum = x[i] as number;
    for (let j = i + 1; j < n; j += 1) sum -= (lower[j * n + i] as number) * (x[j] as number);
    x[i] = sum / (lower[i * n + i] as number);
  }
  return x;
}

/** The inverse of a symmetric positive definite matrix of n rows. */
export function inverse(matrix: Float64Array, n: number): Float64Array {
  const inverted = new Float64Array(n * n);
  for (let column = 0; column < n; column += 1) {
    const unit = new Float64Array(n);
    unit[column] = 1;
    inverted.set(solve(matrix, unit), column * n);
  }
  return inverted;
}

function cholesky(matrix: Float64Array, n: number): Float64Array {
  const lower = new Float64Array(n * n);
  for (let i = 0; i < n; i += 1) {
    for (let j = 0; j <= i; j += 1) {
      let sum = matrix[i * n + j] as number;
      for (let k = 0; k < j; k += 1) sum -= (lower[i * n + k] as number) * (lower[j * n + k] as number);
      lower[i * n + j] = i === j ? Math.sqrt(Math.max(sum, 1e-9)) : sum / (lower[j * n + j] as number);
    }
  }
  return lower;
}
