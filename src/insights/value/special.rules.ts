import gammaln from '@stdlib/math-base-special-gammaln';

/** A series of which this many terms are not enough is of no use: z is as good as 1. */
const MOST_TERMS = 200_000;
const PRECISION = 1e-16;

/** ln B(a, b), a and b > 0. */
export function logBeta(a: number, b: number): number {
  return gammaln(a) + gammaln(b) - gammaln(a + b);
}

/** ln(eᵃ + eᵇ) without leaving the range of a double; right to its absolute, not its relative precision. */
export function logAddExp(a: number, b: number): number {
  if (a === -Infinity) return b;
  if (b === -Infinity) return a;
  return Math.max(a, b) + Math.log(1 + Math.exp(-Math.abs(a - b)));
}

/** ln(eᵃ - eᵇ) for a >= b; -∞ where rounding has made them equal or turned them. */
export function logSubtractExp(a: number, b: number): number {
  if (a <= b) return -Infinity;
  return a + Math.log(-Math.expm1(b - a));
}

/** 1 / (1 + e⁻ˣ), for any x. */
export function logistic(x: number): number {
  return x >= 0 ? 1 / (1 + Math.exp(-x)) : Math.exp(x) / (1 + Math.exp(x));
}

/** (1 - e^(-s·x)) / s, which is x at s = 0: what a rate that falls with the power s adds up to. */
export function saturation(s: number, x: number): number {
  return Math.abs(s * x) < 1e-12 ? x : -Math.expm1(-s * x) / s;
}

/**
 * Gauss's hypergeometric function by its power series, 0 <= z < 1. Where c - a - b < 0 the series grows without bound
 * towards z = 1: callers take Euler's transform ₂F₁(a, b; c; z) = (1-z)^(c-a-b) ₂F₁(c-a, c-b; c; z) first, and keep the
 * power apart, as it overflows where its product with what it is multiplied by does not.
 *
 * @returns NaN where c is zero or a negative whole number
 */
export function hyp2f1(a: number, b: number, c: number, z: number): number {
  let term = 1;
  let sum = 1;
  for (let n = 0; n < MOST_TERMS; n += 1) {
    term *= (((a + n) * (b + n)) / ((c + n) * (1 + n))) * z;
    sum += term;
    // Terms may grow at first: only beyond the turning point does a small one end the series.
    if (Math.abs(term) <= PRECISION * Math.abs(sum) && n + 1 > Math.abs(a) + Math.abs(b) - c) break;
  }
  return sum;
}

/** ₂F₁(1, b; c; z) for c >= b > 0, 0 <= z < 1: all terms are positive and fall. */
export function hyp2f1One(b: number, c: number, z: number): number {
  let term = 1;
  let sum = 1;
  for (let n = 0; n < MOST_TERMS; n += 1) {
    term *= ((b + n) / (c + n)) * z;
    sum += term;
    if (term <= PRECISION * sum) break;
  }
  return sum;
}
