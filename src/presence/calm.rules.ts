import { SECOND_MS, type Instant } from '../shared/index.js';
import { isLocated } from './competition.rules.js';
import { zoneShare } from './location/zoning.rules.js';
import { secondOf } from './smoothing.rules.js';
import type { Competition, Presence } from './state.js';
import type { Place } from './work.rules.js';

/** Sightings observed at or after `from` and before `until` bring nothing about that must be told at once. */
export interface Calm {
  from: Instant;
  until: Instant;
}

export const NEVER: Calm = { from: 0, until: 0 };

/** The second of the last hearing and the one after it: what a shopper's gateways say between two writes. */
const CALM_SECONDS = 2;
/** Nobody walks much further in that time… */
const REACH_METRES = 1.5;
/** …and so much of the Gaussian, widened by it, lies in the zone: an edge is some four metres off. */
const CALM_SHARE = 0.95;

/**
 * For how long what is heard of a shopper can wait to be worked in: as long as it cannot bring a change about. By loudness
 * that is exact: a challenger's evidence grows by the clip less the allowance a second at most. On the plan it holds for
 * walkers; who leaps further is told of it a second late.
 *
 * Somebody without a zone, with an entry that is not borne out, close to an edge or to a length of stay that an offer waits
 * for is never calm.
 */
export function calmOf(presence: Presence, { layout, context }: Place): Calm {
  const { stay, hasty, competition, played, storeId, lastHeardAt } = presence;
  if (stay === undefined || hasty !== undefined || storeId !== layout.storeId) return NEVER;
  const isSettled = ({ zoneId }: Competition): boolean => zoneId === stay.zoneId;
  if (!isSettled(competition) || !played.every((each) => isSettled(each.competition))) return NEVER;
  if (!isUnchallenged(presence, { layout, context }) || !isInside(presence, { layout, context }))
    return NEVER;
  const from = secondOf(lastHeardAt) * SECOND_MS;
  const nextDwell = context.dwellSeconds.find((seconds) => seconds > stay.dwellTold) ?? Infinity;
  const dwelledAt = stay.enteredAt + nextDwell * SECOND_MS;
  return { from, until: Math.min(from + CALM_SECONDS * SECOND_MS, dwelledAt) };
}

function isUnchallenged({ competition, played }: Presence, { context }: Place): boolean {
  const { moveEvidenceDb, moveClipDb, moveAllowanceDb } = context.parameters;
  const most = moveEvidenceDb - CALM_SECONDS * (moveClipDb - moveAllowanceDb);
  const isWeak = ({ evidence }: Competition): boolean => evidence.every(({ db }) => db < most);
  return isWeak(competition) && played.every((each) => isWeak(each.competition));
}

/** Well inside the zone, where they are located; true where nobody is. */
function isInside({ competition, played }: Presence, { context }: Place): boolean {
  const { radio, parameters } = context;
  if (radio === undefined) return true;
  const { track, zoneId } = played.at(-1)?.competition ?? competition;
  if (track === undefined || !isLocated(track, parameters)) return true;
  const widened = {
    ...track,
    deviationX: track.deviationX + REACH_METRES,
    deviationY: track.deviationY + REACH_METRES,
  };
  return zoneShare(widened, radio.floor, zoneId) >= CALM_SHARE;
}
