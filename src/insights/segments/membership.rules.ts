import type { Predicate } from '../../rules/index.js';
import {
  localTime,
  startOfCalendar,
  type Facts,
  type Instant,
  type ShopperId,
  type ShopperView,
  type StoreId,
} from '../../shared/index.js';

/** A segment with its rule made ready to be asked. */
export interface JudgedSegment {
  segmentId: string;
  holds: Predicate;
}

/** A shopper who came into a segment, or went out of it. */
export interface Move {
  segmentId: string;
  shopperId: ShopperId;
  entered: boolean;
}

const FULL_HOUR_MS = 3_600_000;

/**
 * The facts by which a segment judges a shopper: without a visit, so by their own clock, else that of their home store,
 * else UTC. The rules of segments ask for nothing about a place or a visit.
 */
export function factsWithoutVisit(
  shopper: ShopperView,
  at: Instant,
  zoneOf: (storeId: StoreId) => string | undefined,
): Facts {
  const home = shopper.homeStoreId;
  const timeZone = shopper.timeZone ?? (home && zoneOf(home)) ?? 'UTC';
  return {
    at,
    on: 'visitStarted',
    local: localTime(at, timeZone),
    storeId: home ?? ('' as StoreId),
    shopper,
  };
}

/** The segments that the facts put a shopper in; none without the consent to `profiling`: a segment is a profile. */
export function segmentsOf(facts: Facts, segments: readonly JudgedSegment[]): string[] {
  if (!facts.shopper.consents.profiling) return [];
  return segments.filter(({ holds }) => holds(facts)).map(({ segmentId }) => segmentId);
}

/** What has to move so that one shopper, now in `present`, is in `wanted`. */
export function movesOf(
  shopperId: ShopperId,
  present: ReadonlySet<string>,
  wanted: readonly string[],
): Move[] {
  const entered = wanted.filter((segmentId) => !present.has(segmentId));
  const left = [...present].filter((segmentId) => !wanted.includes(segmentId));
  return [
    ...entered.map((segmentId) => ({ segmentId, shopperId, entered: true })),
    ...left.map((segmentId) => ({ segmentId, shopperId, entered: false })),
  ];
}

/**
 * The beginning of a step that holds at most `most` of the `costly`, which are some of its shoppers: the next step goes
 * on behind it.
 */
export function shortened<Step extends { ids: readonly ShopperId[]; isLast: boolean }>(
  step: Step,
  costly: readonly ShopperId[],
  most: number,
): Step {
  if (costly.length <= most) return step;
  const isCostly = new Set(costly);
  let left = most;
  const end = step.ids.findIndex((id) => isCostly.has(id) && (left -= 1) < 0);
  return { ...step, ids: step.ids.slice(0, end), isLast: false };
}

/**
 * When rules that change with time alone were last to be asked of everybody: at the last full hour, or at the last
 * midnight of one of the zones, whichever was later.
 */
export function lastDue(now: Instant, timeZones: Iterable<string>): Instant {
  const midnights = [...timeZones].map((zone) => startOfCalendar(now, 'day', zone));
  return Math.max(now - (now % FULL_HOUR_MS), ...midnights);
}
