import gammaln from '@stdlib/math-base-special-gammaln';
import { highestIn } from '../../../shared/maximum.js';

/** One shopper's visits after the first purchase of an item, and on how many of them it was bought. */
export interface Shares {
  item: Int32Array;
  bought: Float64Array;
  visits: Float64Array;
}

const LOG_STRENGTHS = [0, Math.log(500)] as const;
/** Golden-section steps: .618²⁰ of the range of ln strength is below a tenth of a per mille. */
const STEPS = 20;

/**
 * The strength, in visits, of the Beta-Binomial that is likeliest for all pairs given each item's mean share.
 * Searched in ln strength: the likelihood rose to one hill on all histories tried.
 */
export function strengthOf(shares: Shares, meanOf: Float64Array): number {
  return Math.exp(
    highestIn(LOG_STRENGTHS, STEPS, (logStrength) => logLikelihood(shares, meanOf, Math.exp(logStrength))),
  );
}

/** Σ ln B(a + x, b + n - x) - ln B(a, b) with a = strength · mean, b = strength - a. */
function logLikelihood({ item, bought, visits }: Shares, meanOf: Float64Array, strength: number): number {
  const none = gammaln(strength);
  let sum = 0;
  for (let pair = 0; pair < item.length; pair += 1) {
    const a = strength * (meanOf[item[pair] as number] as number);
    const b = strength - a;
    const [x, n] = [bought[pair] as number, visits[pair] as number];
    sum += gammaln(a + x) - gammaln(a) + gammaln(b + n - x) - gammaln(b) + none - gammaln(strength + n);
  }
  return sum;
}
