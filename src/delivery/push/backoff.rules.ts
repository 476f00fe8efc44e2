const FIRST_MS = 1_000;
const LONGEST_MS = 30_000;
/** A try that is made at once is made by everybody at once. */
const SHORTEST_MS = 250;

/**
 * The pause after a failed try: anything up to a bound that doubles with each (full jitter), on top of what the other
 * side asked for.
 *
 * @param tries made so far, at least 1
 * @param roll 0 to 1
 */
export function jitteredPause(tries: number, retryAfterMs: number | undefined, roll: number): number {
  const bound = Math.min(LONGEST_MS, FIRST_MS * 2 ** (tries - 1));
  return Math.round((retryAfterMs ?? 0) + SHORTEST_MS + roll * (bound - SHORTEST_MS));
}
