/** Probabilities closer to 0 or 1 than this are not told apart: 400 categories of a shopper cannot show them. */
const LEAST = 1e-4;
export const MAX_LOGIT = Math.log((1 - LEAST) / LEAST);
const TABLED = 4096;

/** 1 / (1 + e^-x). */
export function logistic(x: number): number {
  return 1 / (1 + Math.exp(-x));
}

/** ln(part / rest), kept within ±{@link MAX_LOGIT}. */
export function logitOf(part: number, rest: number): number {
  if (part <= LEAST * rest) return -MAX_LOGIT;
  if (rest <= LEAST * part) return MAX_LOGIT;
  return Math.log(part / rest);
}

/**
 * P(Z > z) of the standard normal distribution, to 1.2e-7 relative (the rational Chebyshev fit of erfc in Press et
 * al., Numerical Recipes, 6.2): scoring takes four of them a category, and the library's exact one costs four times it.
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
