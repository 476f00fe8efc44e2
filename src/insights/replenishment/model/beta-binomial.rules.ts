import gammaln from '@stdlib/math-base-special-gammaln';
import { seekHighestIn } from '../../../shared/maximum.js';
import type { Work } from '../../../shared/work.js';

/** One shopper's visits after the first purchase of an item, and on how many of them it was bought. */
export interface Shares {
  item: Int32Array;
  bought: Float64Array;
  visits: Float64Array;
}

const LOG_STRENGTHS = [0, Math.log(500)] as const;
/** Golden-section steps: .618²⁰ of the range of ln strength is below a tenth of a per mille. */
const STEPS = 20;
/** Some milliseconds of work. */
const PAIRS_A_TURN = 8_192;

/**
 * The strength, in visits, of the Beta-Binomial that is likeliest for all pairs given each item's mean share.
 * Searched in ln strength: the likelihood rose to one hill on all histories tried.
 */
export function* strengthOf(shares: Shares, meanOf: Float64Array): Work<number> {
  return Math.exp(
    yield* seekHighestIn(LOG_STRENGTHS, STEPS, (logStrength) =>
      logLikelihood(shares, meanOf, Math.exp(logStrength)),
    ),
  );
}

/** Σ ln B(a + x, b + n - x) - ln B(a, b) with a = strength · mean, b = strength - a. */
function* logLikelihood(
  { item, bought, visits }: Shares,
  meanOf: Float64Array,
  strength: number,
): Work<number> {
  const none = gammaln(strength);
  let sum = 0;
  for (let pair = 0; pair < item.length; pair += 1) {
    if (pair % PAIRS_A_TURN === 0) yield;
    const a = strength * (meanOf[item[pair] as number] as number);
    const b = strength - a;
    const [x, n] = [bought[pair] as number, visits[pair] as number];
    sum += gammaln(a + x) - gammaln(a) + gammaln(b + n - x) - gammaln(b) + none - gammaln(strength + n);
  }
  return sum;
}
