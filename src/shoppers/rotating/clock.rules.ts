import { SECOND_MS, type Instant } from '../../shared/index.js';
import { windowsAround, type TableEntry } from './table.rules.js';

/** The worst quartz that beacons are built with: 13 s a day. */
const DRIFT = 150e-6;
/** A sighting may have been on its way for so long: a beacon heard late is not slow. */
const LATENESS_MS = 60 * SECOND_MS;

/**
 * How far a beacon's clock must at least be off from what is believed of it, in seconds: more than 0 it is fast.
 * 0 while what was heard can be explained without.
 *
 * @param now when the identifier was heard, or at most a minute later
 */
export function aheadSeconds(entry: TableEntry, now: Instant): number {
  const windowMs = 2 ** entry.rotationExponent * SECOND_MS;
  const ends = entry.until - windowsAround(entry.rotationExponent) * windowMs;
  const starts = ends - windowMs;
  if (now < starts) return Math.ceil((starts - now) / SECOND_MS);
  if (now - LATENESS_MS > ends) return -Math.ceil((now - LATENESS_MS - ends) / SECOND_MS);
  return 0;
}

/**
 * The offset that explains what was heard, but no further from the last than a quartz can drift in that time: who plays
 * back an old recording moves a clock no faster than its own beacon could.
 */
export function drifted(
  offsetSeconds: number,
  heard: { aheadSeconds: number; at: Instant; setAt: Instant },
): number {
  const most = Math.floor((Math.max(0, heard.at - heard.setAt) / SECOND_MS) * DRIFT);
  const step = Math.min(Math.abs(heard.aheadSeconds), most);
  return offsetSeconds + Math.sign(heard.aheadSeconds) * step;
}
