import { gaussian, type Roll } from '../../shared/index.js';
import { middleOf, type DemoZone, type Point } from '../shop/layout.rules.js';

/** What a fob is heard at from one metre away. */
export const POWER_DBM = -59;
/** Path loss between shelves (free space: 2). */
const EXPONENT = 2.4;
/** Standard deviation that bodies and reflections add from second to second. */
const NOISE_DB = 4;
const WEAKEST_DBM = -96;
/** One advertisement in ten is lost in the air. */
const LOST = 0.1;

/** How strongly a zone's gateway hears a fob at a position in dBm; undefined when it does not. */
export function heardAt(zone: DemoZone, position: Point, roll: Roll): number | undefined {
  const gateway = middleOf(zone);
  // The gateway hangs under the ceiling, so nobody comes nearer than 2 m.
  const metres = Math.hypot(position.x - gateway.x, position.y - gateway.y, 2);
  const rssiDbm = Math.round(POWER_DBM - 10 * EXPONENT * Math.log10(metres) + NOISE_DB * gaussian(roll));
  return roll() < LOST || rssiDbm < WEAKEST_DBM ? undefined : rssiDbm;
}
