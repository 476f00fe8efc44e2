/** Probabilities closer to 0 or 1 than this are not told apart: 400 categories of a shopper cannot show them. */
const LEAST = 1e-4;
export const MAX_LOGIT = Math.log((1 - LEAST) / LEAST);
const TABLED = 4096;

/** 1 / (1 + e^-x). */
export function logistic(x: number): number {
  return 1 / (1 + Math.exp(-x));
}

const PIECES = 2048;
/** ln of the middle of each piece of [1, 2), and one over it. */
const PIECE_LOGS = Float64Array.from({ length: PIECES }, (_, piece) => Math.log1p((piece + 0.5) / PIECES));
const PIECE_INVERSES = Float64Array.from({ length: PIECES }, (_, piece) => 1 / (1 + (piece + 0.5) / PIECES));
const bits = new Float64Array(1);
const words = new Uint32Array(bits.buffer);
const EXPONENT_SHIFT = 20;
const EXPONENT_BIAS = 1023;
const PIECE_SHIFT = 9;
const MANTISSA = 0xf_ff_ff;
/** 2^-exponent, by the exponent's bits. */
const SCALES = Float64Array.from({ length: 2047 }, (_, exponent) => 2 ** (EXPONENT_BIAS - exponent));

/**
 * ln of a normal positive number, to 1e-11: exponent, a table over the mantissa's first eleven bits, and two terms of
 * the series for the rest. Scoring takes ten a category; `Math.log` costs three times as much. Little-endian, as are
 * all machines that Node runs on.
 */
export function ln(x: number): number {
  bits[0] = x;
  const high = words[1] as number;
  const exponent = high >>> EXPONENT_SHIFT;
  const piece = (high & MANTISSA) >>> PIECE_SHIFT;
  const rest = x * (SCALES[exponent] as number) * (PIECE_INVERSES[piece] as number) - 1;
  return (
    (exponent - EXPONENT_BIAS) * Math.LN2 +
    (PIECE_LOGS[piece] as number) +
    rest * (1 - rest * (0.5 - rest / 3))
  );
}

/** ln(part / rest), kept within ±{@link MAX_LOGIT}. */
export function logitOf(part: number, rest: number): number {
  if (part <= LEAST * rest) return -MAX_LOGIT;
  if (rest <= LEAST * part) return MAX_LOGIT;
  return ln(part / rest);
}

/**
 * P(Z > z) of the standard normal distribution, to 1.2e-7 relative (the rational Chebyshev fit of erfc in Press et
 * al., Numerical Recipes, 6.2).
 */
export function upperTail(z: number): number {
  const x = Math.abs(z) * Math.SQRT1_2;
  const t = 1 / (1 + 0.5 * x);
  const series =
    -1.26551223 +
    t *
      (1.00002368 +
        t *
          (0.37409196 +
            t *
              (0.09678418 +
                t *
                  (-0.18628806 +
                    t *
                      (0.27886807 +
                        t * (-1.13520398 + t * (1.48851587 + t * (-0.82215223 + t * 0.17087277))))))));
  const tail = 0.5 * t * Math.exp(series - x * x);
  return z >= 0 ? tail : 1 - tail;
}

const TAIL_FROM = -6;
const TAIL_TO = 6;
const TAIL_STEPS = 256;
/** Tails between z of -6 and 6, 256 to one: linear between them the ratio of two is right to 1e-5. */
const TAILS = Float64Array.from({ length: (TAIL_TO - TAIL_FROM) * TAIL_STEPS + 2 }, (_, at) =>
  upperTail(TAIL_FROM + at / TAIL_STEPS),
);

/** {@link upperTail} from a table, for z up to 6: scoring takes six a category. */
export function tabledTail(z: number): number {
  if (z <= TAIL_FROM) return 1;
  const at = (Math.min(TAIL_TO, z) - TAIL_FROM) * TAIL_STEPS;
  const piece = at | 0;
  const low = TAILS[piece] as number;
  return low + ((TAILS[piece + 1] as number) - low) * (at - piece);
}

const LOGS = Float64Array.from({ length: TABLED }, (_, count) => Math.log(count));

/** ln of a whole number, mostly a small one: days or visits. */
export function logOfCount(count: number): number {
  return count < TABLED ? (LOGS[count] as number) : Math.log(count);
}

/** What is left of 1 after a count of days or visits, as a function made once for a half-life. */
export function decayOf(halfLife: number): (count: number) => number {
  const left = Float64Array.from({ length: TABLED }, (_, count) => 2 ** (-count / halfLife));
  return (count) => (count < TABLED ? (left[count] as number) : 0);
}
