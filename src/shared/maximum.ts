const GOLDEN = (Math.sqrt(5) - 1) / 2;

/**
 * Where a function of one hill is highest, by golden-section search (Kiefer 1953): each step leaves .618 of the range.
 *
 * @param height is asked `steps + 2` times, within the range
 */
export function highestIn(
  [from, to]: readonly [number, number],
  steps: number,
  height: (at: number) => number,
): number {
  const probe = (at: number) => ({ at, height: height(at) });
  let [low, high] = [from, to];
  let left = probe(high - GOLDEN * (high - low));
  let right = probe(low + GOLDEN * (high - low));
  for (let step = 0; step < steps; step += 1) {
    if (left.height > right.height) {
      high = right.at;
      right = left;
      left = probe(high - GOLDEN * (high - low));
    } else {
      low = left.at;
      left = right;
      right = probe(low + GOLDEN * (high - low));
    }
  }
  return (low + high) / 2;
}
