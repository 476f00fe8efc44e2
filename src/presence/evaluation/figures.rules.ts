import { metresToPolygon } from '../location/geometry.rules.js';
import type { Judged } from './walk.rules.js';
import { trueZone, type JudgedZone } from './zones.rules.js';

/** How well presence did. Shares of judged seconds, errors in metres, delays in seconds; null where there is nothing to judge. */
export interface Figures {
  zoneAccuracy: number | null;
  /** Right, or the true place is within a metre of the reported zone. */
  zoneAccuracyWithin1m: number | null;
  medianErrorMetres: number | null;
  p90ErrorMetres: number | null;
  /** Moves from zone to zone, by the true places and as presence said. */
  trueTransitions: number;
  reportedTransitions: number;
  /** From a true move until presence says the zone; a zone left before it was said counts as never, the longest delay. */
  medianEnterDelaySeconds: number | null;
}

const NEAR_METRES = 1;

/** The figures of several walks together. */
export function figuresOf(walks: readonly (readonly Judged[])[], zones: readonly JudgedZone[]): Figures {
  const polygons = new Map<string, JudgedZone['polygon']>(zones.map((zone) => [zone.zoneId, zone.polygon]));
  let [judged, right, near, trueMoves, reportedMoves] = [0, 0, 0, 0, 0];
  const errors: number[] = [];
  const delays: number[] = [];
  for (const walk of walks) {
    const truth = walk.map(({ true: { x, y } }) => trueZone(zones, x, y)?.zoneId);
    walk.forEach(({ zoneId, located, true: { x, y } }, index) => {
      judged += 1;
      const polygon = zoneId === undefined ? undefined : polygons.get(zoneId);
      const isRight = zoneId !== undefined && zoneId === truth[index];
      right += isRight ? 1 : 0;
      near += isRight || (polygon && metresToPolygon({ x, y }, polygon) <= NEAR_METRES) ? 1 : 0;
      if (located !== undefined) errors.push(Math.hypot(located.x - x, located.y - y));
    });
    trueMoves += movesIn(truth);
    reportedMoves += movesIn(walk.map(({ zoneId }) => zoneId).filter((zoneId) => zoneId !== undefined));
    delays.push(...delaysOf(walk, truth));
  }
  const delay = quantile(delays, 0.5);
  return {
    zoneAccuracy: judged === 0 ? null : right / judged,
    zoneAccuracyWithin1m: judged === 0 ? null : near / judged,
    medianErrorMetres: quantile(errors, 0.5),
    p90ErrorMetres: quantile(errors, 0.9),
    trueTransitions: trueMoves,
    reportedTransitions: reportedMoves,
    medianEnterDelaySeconds: delay === Infinity ? null : delay,
  };
}

function movesIn(zones: readonly (string | undefined)[]): number {
  return zones.filter((zone, index) => index > 0 && zone !== zones[index - 1]).length;
}

/** For each true move the seconds until presence said so; infinite where it never did while it was true. */
function delaysOf(walk: readonly Judged[], truth: readonly (string | undefined)[]): number[] {
  return truth.flatMap((zone, index) => {
    if (index === 0 || zone === truth[index - 1]) return [];
    const gone = truth.findIndex((later, at) => at > index && later !== zone);
    const stay = walk.slice(index, gone < 0 ? undefined : gone);
    const said = stay.find(({ zoneId }) => zoneId === zone);
    return [said === undefined ? Infinity : said.second - (walk[index]?.second ?? said.second)];
  });
}

/** The value below which this share lies, by linear interpolation (Hyndman and Fan 1996, type 7). */
function quantile(values: readonly number[], share: number): number | null {
  if (values.length === 0) return null;
  const sorted = values.toSorted((a, b) => a - b);
  const place = share * (sorted.length - 1);
  const below = sorted[Math.floor(place)] ?? NaN;
  const above = sorted[Math.ceil(place)] ?? NaN;
  return below === above ? below : below + (above - below) * (place - Math.floor(place));
}
