import { finished, type Work } from './work.js';

const GOLDEN = (Math.sqrt(5) - 1) / 2;

/**
 * Where a function of one hill is highest, by golden-section search (Kiefer 1953): each step leaves .618 of the range.
 *
 * @param height is asked `steps + 2` times, within the range
 */
export function highestIn(
  range: readonly [number, number],
  steps: number,
  height: (at: number) => number,
): number {
  return finished(
    seekHighestIn(range, steps, function* (at) {
      yield;
      return height(at);
    }),
  );
}

/** {@link highestIn} in turns, of a height that takes its time. */
export function* seekHighestIn(
  [from, to]: readonly [number, number],
  steps: number,
  height: (at: number) => Work<number>,
): Work<number> {
  function* probe(at: number): Work<{ at: number; height: number }> {
    return { at, height: yield* height(at) };
  }
  let [low, high] = [from, to];
  let left = yield* probe(high - GOLDEN * (high - low));
  let right = yield* probe(low + GOLDEN * (high - low));
  for (let step = 0; step < steps; step += 1) {
    if (left.height > right.height) {
      high = right.at;
      right = left;
      left = yield* probe(high - GOLDEN * (high - low));
    } else {
      low = left.at;
      left = right;
      right = yield* probe(low + GOLDEN * (high - low));
    }
  }
  return (low + high) / 2;
}
