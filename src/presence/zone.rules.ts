import type { ZoneId } from '../shared/index.js';
import type { Geometry } from './location/geometry.rules.js';
import type { Levels } from './smoothing.rules.js';

export interface ZoneScore {
  zoneId: ZoneId;
  scoreDb: number;
}

/**
 * Scores the zones of a store by what its anchors hear, best first; a zone scores as its loudest anchor.
 * Ties go to the lesser id. Zones without an audible anchor are not in it.
 */
export function locate(levels: Levels, { zoneOf }: Pick<Geometry, 'zoneOf'>): ZoneScore[] {
  const scores = new Map<ZoneId, number>();
  for (const [anchor, level] of levels) {
    const zoneId = zoneOf[anchor];
    if (zoneId === undefined) continue;
    scores.set(zoneId, Math.max(level, scores.get(zoneId) ?? -Infinity));
  }
  return Array.from(scores, ([zoneId, scoreDb]) => ({ zoneId, scoreDb })).sort(
    (a, b) => b.scoreDb - a.scoreDb || (a.zoneId < b.zoneId ? -1 : 1),
  );
}
