import { MINUTE_MS, SECOND_MS, type Instant } from '../../shared/index.js';
import { LATE_AFTER_MS, NOTICED_OFFSET_MS, isRealTime } from '../timing.rules.js';

/** One payload as a witness of its sender's clock. */
interface Witness {
  readonly receivedAt: Instant;
  /** From the newest time it tells to its receipt: what the clock is behind, and what the way took. */
  readonly lagMs: number;
  /** Its time lies before one that the same gateway told earlier: the clock was set back, or old data is sent. */
  readonly wentBack: boolean;
}

/** What is known of a gateway's clock after some payloads. Immutable. */
export interface GatewayClock {
  readonly recent: readonly Witness[];
  readonly newestOwn?: Instant | undefined;
  /** The last stretch of its own time of which it told nothing, and told of later times: where stored data may be of. */
  readonly untold?: { readonly from: Instant; readonly to: Instant } | undefined;
  /** To be added to the gateway's times to get ours: positive where it is behind. Absent until several payloads agree. */
  readonly offsetMs?: number | undefined;
  /** The last payload that bore the offset out. */
  readonly offsetAt?: Instant | undefined;
}

export const UNKNOWN_CLOCK: GatewayClock = { recent: [] };

/** At 1 Hz a minute of payloads: with delays spread evenly over 17 s the third lowest of them is 0.8 s. */
const MOST_RECENT = 64;
/** Further apart they agree about nothing: of what reports once a minute (Meraki) the age of its data is no clock. */
const APART_MS = MINUTE_MS / 2;
/** Eight payloads so far apart. */
const WINDOW_MS = 4 * MINUTE_MS;
/** Of payloads that come so close together only one that is less behind says anything new (MQTT: one for each advert). */
const CLOSE_MS = 250;
/** The slowest way from a gateway that Kontakt.io's histogram shows is 17 s. */
const LONGEST_WAY_MS = 20 * SECOND_MS;

/** Four payloads at 1 Hz, whose stamps may be in whole seconds. */
const FEW = { payloads: 4, spanMs: 2_500, spreadMs: 1_500 };
/** Where the way varies by seconds, agreement takes longer to see. */
const MANY = { payloads: 20, spanMs: 15 * SECOND_MS, spreadMs: LONGEST_WAY_MS, halvesMs: 3 * SECOND_MS };
/** As many payloads in a row below the estimate: nothing arrives before it is sent, so the clock went forward. */
const FALLEN_PAYLOADS = 3;
/** From so many on the third lowest counts: the lowest two may be slips. */
const TRIMMED_FROM = 16;

/** Weight of a new payload in the exponentially weighted mean. */
const WEIGHT = 0.25;
/** Quartz drifts by 0.1 ms a second; ten times that is followed. A queue that grows at the gateway is not. */
const RISE_PER_SECOND_MS = 1;

/**
 * Takes one more payload into what is known of a clock.
 *
 * The method: the way only ever makes a gateway look behind, so the low end of the last payloads' lags, smoothed by an
 * exponentially weighted mean, is its offset (the minimum filter of NTP, RFC 5905 section 10). It falls fast and rises slowly.
 *
 * A clock that is behind and data that is old look alike in one payload. They are told apart by this: a clock runs, so
 * its lags stay equal while stored data catches up; and time that goes on from where it stood after a gap is stored
 * data, be it sent before or after what is heard now, while a clock that is set back tells times it has told before. The
 * price: a gateway that was never heard in time and sends its backlog at exactly the speed at which it was heard is
 * taken for a slow clock; one that stood still with its clock, without losing it, is taken for stored data until its
 * clock is set.
 *
 * @param ownTime by the gateway's clock: when it sent, else the newest time it tells
 */
export function observed(clock: GatewayClock, ownTime: Instant, receivedAt: Instant): GatewayClock {
  if (!isRealTime(ownTime)) return clock;
  const lagMs = receivedAt - ownTime;
  const last = clock.recent.at(-1);
  if (last !== undefined && receivedAt - last.receivedAt < CLOSE_MS && lagMs >= last.lagMs) return clock;
  const { newestOwn = ownTime, untold } = clock;
  const isUntold = untold !== undefined && ownTime > untold.from && ownTime < untold.to;
  const wentBack = ownTime < newestOwn - NOTICED_OFFSET_MS && !isUntold;
  const witness: Witness = { receivedAt, lagMs, wentBack };
  const from = clock.recent.findIndex((each) => receivedAt - each.receivedAt < WINDOW_MS);
  const kept = from < 0 ? [] : clock.recent.slice(Math.max(from, clock.recent.length + 1 - MOST_RECENT));
  const recent = [...kept, witness];
  if (clock.offsetMs === undefined) return firstEstimate(recent, ownTime, receivedAt);
  return followed({ ...clock, recent }, clock.offsetMs, ownTime, receivedAt);
}

/** What to add to the times of a payload with this lag; nought where the difference may be the way's. */
export function correctionMs({ offsetMs = 0 }: GatewayClock, lagMs: number | undefined): number {
  if (Math.abs(offsetMs) <= NOTICED_OFFSET_MS) return 0;
  // Nothing arrives before it is sent. A payload less behind than the estimate is of a clock that has just been set.
  return offsetMs > 0 && lagMs !== undefined ? Math.max(0, Math.min(offsetMs, lagMs)) : offsetMs;
}

/** Unknown until payloads agree; where that would make old data look new, until twice as many do. */
function firstEstimate(recent: readonly Witness[], newestOwn: Instant, receivedAt: Instant): GatewayClock {
  const few = recent.slice(-FEW.payloads);
  const needed = lowest(few) > LATE_AFTER_MS ? 2 : 1;
  const agreeing = settled(recent, needed);
  if (agreeing === undefined) return { recent };
  return { recent: agreeing, newestOwn, offsetMs: lowest(agreeing), offsetAt: receivedAt };
}

function followed(
  clock: GatewayClock,
  offsetMs: number,
  ownTime: Instant,
  receivedAt: Instant,
): GatewayClock {
  const { recent } = clock;
  const fallen = recent.slice(-FALLEN_PAYLOADS);
  if (
    fallen.length === FALLEN_PAYLOADS &&
    fallen.every(({ lagMs }) => lagMs < offsetMs - NOTICED_OFFSET_MS)
  ) {
    return { recent: fallen, newestOwn: ownTime, offsetMs: lowest(fallen), offsetAt: receivedAt };
  }
  const run = runOf(recent, offsetMs);
  // What the way can explain takes twice as many to believe.
  const setBack = settled(run, lowest(run) > offsetMs + LONGEST_WAY_MS ? 1 : 2);
  if (setBack !== undefined) {
    return { recent: setBack, newestOwn: ownTime, offsetMs: lowest(setBack), offsetAt: receivedAt };
  }
  const low = lowEnd(recent, offsetMs);
  const lagMs = receivedAt - ownTime;
  const told = lagMs < offsetMs - NOTICED_OFFSET_MS ? {} : toldUntil(clock, ownTime);
  if (low > offsetMs + NOTICED_OFFSET_MS) return { ...clock, ...told };
  const elapsed = Math.max(0, receivedAt - (clock.offsetAt ?? receivedAt));
  const mostRise = (RISE_PER_SECOND_MS * elapsed) / SECOND_MS;
  const step = Math.min(WEIGHT * (low - offsetMs), mostRise);
  return { ...clock, ...told, offsetMs: offsetMs + step, offsetAt: receivedAt };
}

/** The newest time that the gateway has told, and what it left out before. */
function toldUntil(
  { newestOwn, untold }: GatewayClock,
  ownTime: Instant,
): Pick<GatewayClock, 'newestOwn' | 'untold'> {
  if (newestOwn === undefined || ownTime - newestOwn <= LONGEST_WAY_MS)
    return { newestOwn: Math.max(ownTime, newestOwn ?? ownTime), untold };
  return { newestOwn: ownTime, untold: { from: newestOwn, to: ownTime } };
}

/** The payloads at the end that tell of a clock set back: further behind than known, and again in times told before. */
function runOf(recent: readonly Witness[], offsetMs: number): readonly Witness[] {
  const isOutside = ({ lagMs, wentBack }: Witness): boolean =>
    !wentBack || lagMs <= offsetMs + NOTICED_OFFSET_MS;
  return recent.slice(recent.findLastIndex(isOutside) + 1);
}

/** The last payloads, where they agree that the clock runs at real speed: a few closely, or many within the way's jitter. */
function settled(run: readonly Witness[], times: number): readonly Witness[] | undefined {
  const few = run.slice(-FEW.payloads * times);
  if (few.length === FEW.payloads * times && agree(few, FEW)) return few;
  const many = run.slice(-MANY.payloads);
  if (many.length < MANY.payloads || !agree(many, MANY)) return undefined;
  const half = MANY.payloads / 2;
  const drift = lowest(many.slice(0, half)) - lowest(many.slice(half));
  return Math.abs(drift) <= MANY.halvesMs ? many : undefined;
}

function agree(run: readonly Witness[], { spanMs, spreadMs }: { spanMs: number; spreadMs: number }): boolean {
  const lags = run.map(({ lagMs }) => lagMs);
  const from = run[0]?.receivedAt ?? 0;
  const to = run.at(-1)?.receivedAt ?? 0;
  const isDense = to - from <= run.length * APART_MS;
  return isDense && to - from >= spanMs && Math.max(...lags) - Math.min(...lags) <= spreadMs;
}

/** The low end without slips: absurdly early ones count only when they come in a row. */
function lowEnd(recent: readonly Witness[], offsetMs: number): number {
  let [first, second, third] = [Infinity, Infinity, Infinity];
  for (const { lagMs } of recent) {
    if (lagMs >= third || lagMs < offsetMs - LONGEST_WAY_MS) continue;
    if (lagMs < first) [first, second, third] = [lagMs, first, second];
    else if (lagMs < second) [second, third] = [lagMs, second];
    else third = lagMs;
  }
  return recent.length < TRIMMED_FROM ? first : third;
}

function lowest(run: readonly Witness[]): number {
  return Math.min(...run.map(({ lagMs }) => lagMs));
}
