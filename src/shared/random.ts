import { fnv1a } from './ids.js';

/** A source of chance in [0, 1). */
export type Roll = () => number;

/**
 * A repeatable source of chance (mulberry32, public domain): the same seed gives the same sequence everywhere.
 * For simulations, demo data and tests; never for secrets.
 */
export function seeded(seed: number | string): Roll {
  let state = typeof seed === 'number' ? seed >>> 0 : fnv1a(seed);
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** A standard normal variate by Box-Muller. */
export function gaussian(roll: Roll): number {
  return Math.sqrt(-2 * Math.log(1 - roll())) * Math.cos(2 * Math.PI * roll());
}
