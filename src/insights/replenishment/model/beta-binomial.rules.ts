import gammaln from '@stdlib/math-base-special-gammaln';

/** One shopper's visits after the first purchase of an item, and on how many of them it was bought. */
export interface Shares {
  item: Int32Array;
  bought: Float64Array;
  visits: Float64Array;
}

const STRENGTHS = [1, 500] as const;
/** Golden-section steps: .618²⁰ of the range of ln strength is below a tenth of a per mille. */
const STEPS = 20;

/**
 * The strength, in visits, of the Beta-Binomial that is likeliest for all pairs given each item's mean share.
 * Golden-section search in ln strength: the likelihood rose to one hill on all histories tried.
 */
export function strengthOf(shares: Shares, meanOf: Float64Array): number {
  const golden = (Math.sqrt(5) - 1) / 2;
  const probe = (at: number) => ({ at, height: logLikelihood(shares, meanOf, Math.exp(at)) });
  let [low, high] = [Math.log(STRENGTHS[0]), Math.log(STRENGTHS[1])];
  let left = probe(high - golden * (high - low));
  let right = probe(low + golden * (high - low));
  for (let step = 0; step < STEPS; step += 1) {
    if (left.height > right.height) {
      high = right.at;
      right = left;
      left = probe(high - golden * (high - low));
    } else {
      low = left.at;
      left = right;
      right = probe(low + golden * (high - low));
    }
  }
  return Math.exp((low + high) / 2);
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
