import { SECOND_MS, type Instant } from '../shared/index.js';
import type { Presence } from './state.js';
import { endVisit, leaveZone, stayOf } from './visit.rules.js';
import type { PresenceContext, Turn } from './visit.rules.js';

/**
 * So much later than due somebody is looked at, at most. Absence is a matter of minutes; and to go through all who are
 * present costs Redis a fifteenth of what their hearings cost, at one a second each.
 */
export const SWEEP_EVERY_MS = 5 * SECOND_MS;

/**
 * Draws the consequences of a shopper not being heard until `at`: out of the zone, then out of the store.
 *
 * @returns the presence, or undefined where the visit is over
 */
export function judgeAbsence(presence: Presence, at: Instant, turn: Turn): Presence | undefined {
  const { visitAbsenceMs, zoneAbsenceMs, longestSilenceMs } = turn.context.parameters;
  const absenceMs = measureAbsence(presence, at, turn.context);
  if (absenceMs >= visitAbsenceMs || at - presence.lastHeardAt >= longestSilenceMs) {
    endVisit(presence, turn);
    return undefined;
  }
  if (absenceMs >= zoneAbsenceMs && stayOf(presence) !== undefined) leaveZone(presence, turn);
  return presence;
}

/**
 * When absence may next have consequences. Where gateways are watched it is at most `absenceLookMs` away: a pause of
 * theirs is known by what they did between two looks.
 */
export function nextLook(presence: Presence, now: Instant, context: PresenceContext): Instant {
  const { zoneAbsenceMs, visitAbsenceMs, absenceLookMs, longestSilenceMs } = context.parameters;
  const { lastHeardAt, pausedMs } = presence;
  const patienceMs = stayOf(presence) === undefined ? visitAbsenceMs : zoneAbsenceMs;
  const due = Math.min(lastHeardAt + pausedMs + patienceMs, lastHeardAt + longestSilenceMs);
  if (context.heardStoreUntil === undefined) return due;
  const look = Math.max(now, lastHeardAt) + absenceLookMs;
  return due > now ? Math.min(due, look) : look;
}

/**
 * How long the shopper was not heard although somebody was listening. The clock is the store's last report, so it
 * stands still while no gateway reports; when they are back it has not jumped by more than passed since the last look.
 * Nor has it while nobody looked, Redis or the workers being away: nothing was taken in then. A shopper whose own phone
 * was heard last does not depend on the gateways. Keeps account of that in `presence`.
 */
function measureAbsence(
  presence: Presence,
  at: Instant,
  { heardStoreUntil, parameters }: PresenceContext,
): number {
  const { look: last, lastHeardAt } = presence;
  const heardUntil = presence.ownPhone ? at : Math.min(at, heardStoreUntil ?? at);
  if (at >= last.at) {
    const longestMs = heardStoreUntil === undefined ? Infinity : parameters.absenceLookMs;
    const passedMs = Math.min(at - last.at, longestMs);
    const jumpMs = heardUntil - Math.max(last.heardUntil, lastHeardAt) - passedMs;
    if (jumpMs > parameters.gatewayPauseMs) presence.pausedMs += jumpMs;
    presence.look = { at, heardUntil: Math.max(heardUntil, last.heardUntil) };
  }
  return heardUntil - lastHeardAt - presence.pausedMs;
}
