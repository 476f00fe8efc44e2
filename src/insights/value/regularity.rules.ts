/**
 * How regular purchases are: the shape k of the Erlang gaps by Wheat and Morrison (1990, "Estimating purchase regularity
 * with two interpurchase times"), k = (1 - 4 Var M) / (8 Var M), where M is the share that one of a shopper's last two
 * gaps, drawn at random, has in both. Instead of drawing, both are counted: the figure does not depend on chance.
 *
 * @param lastGaps the last two gaps of each shopper with at least three purchase days
 * @returns undefined without any such shopper; Infinity where all are as regular as clockwork
 */
export function wheatMorrisonK(lastGaps: Iterable<readonly [number, number]>): number | undefined {
  let shoppers = 0;
  let squares = 0;
  for (const [first, second] of lastGaps) {
    shoppers += 1;
    squares += (first / (first + second) - 0.5) ** 2;
  }
  if (shoppers === 0) return undefined;
  const variance = squares / shoppers;
  return (1 - 4 * variance) / (8 * variance);
}
