import type { ZoneId } from '../../shared/index.js';
import type { PresenceParameters } from '../parameters.js';
import { zoneNumberAt } from './radio-map.rules.js';
import type { ZonedFloor } from './geometry.rules.js';
import { LOCATED_COUNTED, type Track } from './track.rules.js';

/** How somebody stands among the zones. */
export interface Standing {
  zoneId: ZoneId | undefined;
  /** The zone they were in before, and when they left it. */
  left: { zoneId: ZoneId; second: number } | undefined;
}

/**
 * Places of a Gaussian, in deviations, each standing for an equal part of it: a sunflower (Vogel 1979) with the radii of
 * Rayleigh's distribution. Unlike a lattice it has no rows that cross a straight edge all at once.
 */
const SUNFLOWER = sunflowerOf(100);

function sunflowerOf(seeds: number): { u: number; v: number }[] {
  const turn = Math.PI * (3 - Math.sqrt(5));
  return Array.from({ length: seeds }, (_, seed) => {
    const radius = Math.sqrt(-2 * Math.log(1 - (seed + 0.5) / seeds));
    return { u: radius * Math.cos(seed * turn), v: radius * Math.sin(seed * turn) };
  });
}

const NOWHERE = -1;

/** How much of the Gaussian each zone holds, by its number; -1: none. */
export function sharesOf(track: Track, floor: ZonedFloor): Map<number, number> {
  const shares = new Map<number, number>();
  const { x, y, deviationX, deviationY, correlation } = track;
  const across = Math.sqrt(1 - correlation * correlation);
  for (const { u, v } of SUNFLOWER) {
    const number = zoneNumberAt(floor, x + deviationX * u, y + deviationY * (correlation * u + across * v));
    shares.set(number, (shares.get(number) ?? 0) + 1 / SUNFLOWER.length);
  }
  return shares;
}

/**
 * The zone of somebody who was just located.
 *
 * @param aheadSeconds judge where they will be by then if they go on as they do: the filter lags behind who walks
 */
export function zoned(
  standing: Standing,
  track: Track,
  floor: ZonedFloor,
  p: PresenceParameters,
  aheadSeconds = 0,
): Standing {
  const { x, y, velocityX, velocityY } = track;
  const shares = sharesOf(
    { ...track, x: x + aheadSeconds * velocityX, y: y + aheadSeconds * velocityY },
    floor,
  );
  const present = standing.zoneId === undefined ? NOWHERE : floor.zoneIds.indexOf(standing.zoneId);
  const next =
    standing.zoneId === undefined && standing.left === undefined
      ? firstOf(shares, track, p)
      : nextOf(present, shares, standing, track.second, floor, p);
  if (next === present) return standing;
  return {
    zoneId: floor.zoneIds[next],
    left: standing.zoneId === undefined ? standing.left : { zoneId: standing.zoneId, second: track.second },
  };
}

function firstOf(shares: ReadonlyMap<number, number>, track: Track, p: PresenceParameters): number {
  const [best, share] = largest(shares);
  return share >= p.firstShare || track.locatedSeconds >= LOCATED_COUNTED ? best : NOWHERE;
}

/** Of those that hold enough against the present zone, the one that exceeds what is asked of it the most. */
function nextOf(
  present: number,
  shares: ReadonlyMap<number, number>,
  { left }: Standing,
  second: number,
  { zoneIds }: ZonedFloor,
  p: PresenceParameters,
): number {
  const here = shares.get(present) ?? 0;
  let next = present;
  let most = 0;
  for (const [number, share] of shares) {
    if (number === present || share < p.moveLeast) continue;
    const since = left !== undefined && zoneIds[number] === left.zoneId ? second - left.second : Infinity;
    const back = Math.max(0, 1 - since / p.returnSeconds) * (p.returnShare - p.moveShare);
    const asked = number === NOWHERE ? p.nowhereShare : p.moveShare + back;
    const over = share / (share + here) - asked;
    if (over >= 0 && (next === present || over > most)) [next, most] = [number, over];
  }
  return next;
}

function largest(shares: ReadonlyMap<number, number>): [number: number, share: number] {
  let best: [number, number] = [NOWHERE, 0];
  for (const [number, share] of shares) if (share > best[1]) best = [number, share];
  return best;
}
