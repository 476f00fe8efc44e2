import type { BeaconId, GatewayId, ZoneId } from '../shared/index.js';
import type { Anchor, Position, StoreLayout, Zone } from '../stores/index.js';
import type { Levels } from './smoothing.rules.js';

export interface ZoneScore {
  zoneId: ZoneId;
  scoreDb: number;
}

/**
 * Scores the zones of a store by what its anchors hear, best first; a zone scores as its loudest anchor.
 * Ties go to the lesser id. Zones without an audible anchor are not in it.
 */
export function locate(levels: Levels, layout: StoreLayout): ZoneScore[] {
  const known = knownZones(layout);
  const scores = new Map<ZoneId, number>();
  for (const [key, level] of levels) {
    const zoneId = lookUp(key, layout, known);
    if (zoneId === undefined) continue;
    scores.set(zoneId, Math.max(level, scores.get(zoneId) ?? -Infinity));
  }
  return Array.from(scores, ([zoneId, scoreDb]) => ({ zoneId, scoreDb })).sort(
    (a, b) => b.scoreDb - a.scoreDb || (a.zoneId < b.zoneId ? -1 : 1),
  );
}

// Layouts are immutable, so where an anchor stands is worked out once for each.
type KnownZones = Map<string, ZoneId | undefined>;
const anchorZones = new WeakMap<StoreLayout, KnownZones>();

/**
 * The zone an anchor stands for: the one it names, else the one its position lies in, else the nearest on the plan;
 * undefined where it is unknown, names a zone that is gone, or there is nothing to go by.
 *
 * @param key as `anchorKeyOf` makes it
 */
export function zoneOfAnchor(key: string, layout: StoreLayout): ZoneId | undefined {
  return lookUp(key, layout, knownZones(layout));
}

function knownZones(layout: StoreLayout): KnownZones {
  let known = anchorZones.get(layout);
  if (known === undefined) {
    known = new Map();
    anchorZones.set(layout, known);
  }
  return known;
}

function lookUp(key: string, layout: StoreLayout, known: KnownZones): ZoneId | undefined {
  const zoneId = known.get(key);
  if (zoneId !== undefined || known.has(key)) return zoneId;
  const found = findZone(anchorOf(key, layout), layout);
  known.set(key, found);
  return found;
}

function anchorOf(key: string, layout: StoreLayout): Anchor | undefined {
  const id = key.slice(2);
  return key.startsWith('g:') ? layout.gateways.get(id as GatewayId) : layout.beacons.get(id as BeaconId);
}

function findZone(anchor: Anchor | undefined, layout: StoreLayout): ZoneId | undefined {
  if (anchor?.zoneId !== undefined) return layout.zones.has(anchor.zoneId) ? anchor.zoneId : undefined;
  if (anchor?.position === undefined) return undefined;
  const position = anchor.position;
  let nearest: { zoneId: ZoneId; metres: number } | undefined;
  for (const { zoneId, polygon } of layout.zones.values()) {
    if (polygon === undefined || polygon.length < 3) continue;
    const metres = metresToPolygon(position, polygon);
    if (nearest === undefined || metres < nearest.metres) nearest = { zoneId, metres };
  }
  return nearest?.zoneId;
}

type Polygon = NonNullable<Zone['polygon']>;

/** Nought inside, else the distance to the nearest edge. */
export function metresToPolygon({ x, y }: Position, polygon: Polygon): number {
  let inside = false;
  let nearest = Infinity;
  let [fromX, fromY] = polygon.at(-1) ?? [NaN, NaN];
  for (const [toX, toY] of polygon) {
    if (fromY > y !== toY > y && x < ((toX - fromX) * (y - fromY)) / (toY - fromY) + fromX) inside = !inside;
    const squared = (toX - fromX) ** 2 + (toY - fromY) ** 2;
    const along = squared === 0 ? 0 : ((x - fromX) * (toX - fromX) + (y - fromY) * (toY - fromY)) / squared;
    const part = Math.min(1, Math.max(0, along));
    nearest = Math.min(
      nearest,
      Math.hypot(x - fromX - part * (toX - fromX), y - fromY - part * (toY - fromY)),
    );
    [fromX, fromY] = [toX, toY];
  }
  return inside ? 0 : nearest;
}
