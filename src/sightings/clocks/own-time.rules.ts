import { MINUTE_MS, type Instant } from '../../shared/index.js';
import { isRealTime } from '../timing.rules.js';

/** What was heard live fits into this; a payload whose times span more holds stored data, and no clock. */
const LIVE_SPAN_MS = MINUTE_MS;
/** A tenth at either end may be slips: a tag was seen stamped 121 million seconds ahead of its gateway. */
const SLIPS = 0.1;

/**
 * The newest time that a payload tells, by which its sender's clock can be judged.
 *
 * @returns undefined where it tells none, none that a clock can have shown, or times too far apart to be live
 */
export function ownTimeOf(times: readonly Instant[]): Instant | undefined {
  let newest = -Infinity;
  let oldest = Infinity;
  for (const time of times) {
    if (!isRealTime(time)) continue;
    newest = Math.max(newest, time);
    oldest = Math.min(oldest, time);
  }
  if (newest === -Infinity) return undefined;
  if (newest - oldest <= LIVE_SPAN_MS) return newest;
  const sorted = times.filter(isRealTime).sort((a, b) => a - b);
  const slips = Math.ceil(sorted.length * SLIPS);
  const kept = sorted.slice(slips, sorted.length - slips);
  const [first, last] = [kept[0], kept.at(-1)];
  if (first === undefined || last === undefined || last - first > LIVE_SPAN_MS) return undefined;
  return last;
}
