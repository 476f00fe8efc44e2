import { DAY_MS, startOfCalendar, type Instant } from '../../shared/index.js';
import type { Programme } from './programme.schema.js';

/** Points earned, and when: below zero for what was brought back. */
export interface Earned {
  points: number;
  at: Instant;
}

/** Where a member stood when last looked at. */
export interface Member {
  tier: string;
  since: Instant;
  /** When the tier is looked at again; undefined of the first tier, which nobody loses. */
  endsAt: Instant | undefined;
}

export interface Move {
  from: string | undefined;
  to: string;
  reason: 'joined' | 'threshold-reached' | 'period-ended' | 'programme-changed';
}

/** Where a member stands. */
export interface Standing extends Member {
  points: number;
  nextTier: string | undefined;
  pointsToNextTier: number | undefined;
  entitlements: readonly string[];
  move: Move | undefined;
  /** When this may no longer be so without another purchase; undefined where only a purchase changes it. */
  reviewAt: Instant | undefined;
}

/**
 * Where a member stands at `now`. Up at once, when the points within the period reach a threshold; down only when the
 * period in which the tier was reached, and the grace after it, are over and the points no longer reach it.
 */
export function standingOf(
  earned: readonly Earned[],
  before: Member | undefined,
  programme: Programme,
  now: Instant,
): Standing {
  const { tiers } = programme;
  const points = pointsSince(earned, startOfPeriod(programme, now), now);
  const { place, held, isOver } = placeOf(earned, before, programme, now);
  const [tier = tiers[0], next] = tiers.slice(place, place + 2);
  if (tier === undefined) throw new Error('a programme has tiers');
  const stays = before?.tier === tier.name ? before : undefined;
  const endsAt = stays !== undefined && !isOver ? stays.endsAt : endOfTier(programme, now);
  const ends = place <= 0 ? undefined : endsAt;
  return {
    tier: tier.name,
    since: stays?.since ?? now,
    endsAt: ends,
    points,
    nextTier: next?.name,
    pointsToNextTier: next && Math.max(0, next.threshold - points),
    entitlements: tier.entitlements,
    move: stays ? undefined : { from: before?.tier, to: tier.name, reason: reasonOf(before, held, place) },
    reviewAt: earliest([ends, nextExpiry(earned, programme, now)]),
  };
}

/** Which tier by its place, which one was held (-1: none that there is), and whether its time is over. */
function placeOf(
  earned: readonly Earned[],
  before: Member | undefined,
  programme: Programme,
  now: Instant,
): { place: number; held: number; isOver: boolean } {
  const held = programme.tiers.findIndex(({ name }) => name === before?.tier);
  const points = pointsSince(earned, startOfPeriod(programme, now), now);
  const over = before?.endsAt !== undefined && before.endsAt <= now ? before.endsAt : undefined;
  const keeping = over === undefined ? points : Math.max(points, pointsOfLastPeriod(earned, programme, over));
  const reached = programme.tiers.findLastIndex(({ threshold }) => threshold <= keeping);
  return { place: over === undefined ? Math.max(held, reached) : reached, held, isOver: over !== undefined };
}

function reasonOf(before: Member | undefined, held: number, place: number): Move['reason'] {
  if (before === undefined) return 'joined';
  if (held < 0) return 'programme-changed';
  return place > held ? 'threshold-reached' : 'period-ended';
}

/** The first instant whose points count at `now`. */
export function startOfPeriod({ period, timeZone }: Programme, now: Instant): Instant {
  return period.kind === 'rolling' ? now - period.days * DAY_MS : startOfCalendar(now, 'year', timeZone);
}

/** Of a calendar year, the one that was ending; of rolling days, those up to the end itself. */
function pointsOfLastPeriod(earned: readonly Earned[], programme: Programme, endsAt: Instant): number {
  const end = endsAt - programme.graceDays * DAY_MS;
  return pointsSince(earned, startOfPeriod(programme, end - 1), end);
}

function endOfTier({ period, timeZone, graceDays }: Programme, now: Instant): Instant {
  const grace = graceDays * DAY_MS;
  if (period.kind === 'rolling') return now + period.days * DAY_MS + grace;
  // A year and two days from its start is in the next year, whatever the year.
  return startOfCalendar(startOfCalendar(now, 'year', timeZone) + 367 * DAY_MS, 'year', timeZone) + grace;
}

/** When the oldest points that count run out. */
function nextExpiry(earned: readonly Earned[], programme: Programme, now: Instant): Instant | undefined {
  const since = startOfPeriod(programme, now);
  const counting = earned.filter(({ points, at }) => points !== 0 && at >= since && at <= now);
  if (counting.length === 0) return undefined;
  const { period } = programme;
  if (period.kind === 'calendarYear') return endOfTier({ ...programme, graceDays: 0 }, now);
  // The instant after the last at which they count.
  return Math.min(...counting.map(({ at }) => at)) + period.days * DAY_MS + 1;
}

/** Never below zero: nobody owes points. */
function pointsSince(earned: readonly Earned[], since: Instant, until: Instant): number {
  const counting = earned.filter(({ at }) => at >= since && at <= until);
  return Math.max(
    0,
    counting.reduce((sum, { points }) => sum + points, 0),
  );
}

function earliest(instants: readonly (Instant | undefined)[]): Instant | undefined {
  const known = instants.filter((instant) => instant !== undefined);
  return known.length === 0 ? undefined : Math.min(...known);
}
