import { fnv1a, type BeaconId, type GatewayId, type ZoneId } from '../../shared/index.js';
import type { Anchor, Position, StoreLayout, Zone } from '../../stores/index.js';
import { centreOf, floorOf, gridOver, finer, type Grid } from './grid.rules.js';

/** The places of a store's radios and zones, as locating somebody by them needs it. Worked out once a layout. */
export interface Geometry {
  /** Names the numbering of the anchors: a state that was kept under another one forgets what its anchors heard. */
  stamp: number;
  /** The number of each anchor by its key (see `anchorKeyOf`). */
  numberOf: ReadonlyMap<string, number>;
  /** By number: the zone an anchor stands for. */
  zoneOf: readonly (ZoneId | undefined)[];
  /** By number: where it hangs, where that is known. */
  positionOf: readonly (Position | undefined)[];
  /** Absent where the plan does not say enough to place anybody on it. */
  floor: ZonedFloor | undefined;
}

/** A floor on which somebody can be placed, and which zone each spot of it belongs to. */
export interface ZonedFloor {
  grid: Grid;
  /** Half as wide as the grid's cells. */
  zoneGrid: Grid;
  /** The zones that have a place here; `zoneAt` counts in it. */
  zoneIds: readonly ZoneId[];
  /** By cell of `zoneGrid`: the number of the zone, or -1 where there is none. */
  zoneAt: Int16Array;
}

/** Two circles meet in two points; it takes three radios to say which. */
export const ANCHORS_TO_LOCATE = 3;
/** So far beyond its edge a zone still counts where nothing else does: plans leave gaps between shelves. */
const REACH_METRES = 2;

// Layouts are immutable, so their geometry is worked out once for each.
const geometries = new WeakMap<StoreLayout, Geometry>();

export function geometryOf(layout: StoreLayout): Geometry {
  let geometry = geometries.get(layout);
  if (geometry === undefined) {
    geometry = makeGeometry(layout);
    geometries.set(layout, geometry);
  }
  return geometry;
}

function makeGeometry(layout: StoreLayout): Geometry {
  const anchors: [key: string, Anchor][] = [
    ...Array.from(layout.gateways, ([id, anchor]): [string, Anchor] => [gatewayKey(id), anchor]),
    ...Array.from(layout.beacons, ([id, anchor]): [string, Anchor] => [beaconKey(id), anchor]),
  ];
  const positionOf = anchors.map(([, { position }]) => position);
  const zoneOf = anchors.map(([, anchor]) => zoneOfAnchor(anchor, layout));
  return {
    stamp: fnv1a(anchors.map(([key]) => key).join('|')) & 0xffff,
    numberOf: new Map(anchors.map(([key], number) => [key, number])),
    zoneOf,
    positionOf,
    floor: isPlaceable(anchors, layout) ? zonedFloor(layout, positionOf, zoneOf) : undefined,
  };
}

/** An anchor's key: gateways and beacons may share ids. */
export function gatewayKey(gatewayId: GatewayId): string {
  return `g:${gatewayId}`;
}

export function beaconKey(beaconId: BeaconId): string {
  return `b:${beaconId}`;
}

/**
 * The zone an anchor stands for: the one it names, else the one its position lies in, else the nearest on the plan;
 * undefined where it names a zone that is gone, or there is nothing to go by.
 */
export function zoneOfAnchor(anchor: Anchor, layout: StoreLayout): ZoneId | undefined {
  if (anchor.zoneId !== undefined) return layout.zones.has(anchor.zoneId) ? anchor.zoneId : undefined;
  if (anchor.position === undefined) return undefined;
  const { x, y } = anchor.position;
  let nearest: { zoneId: ZoneId; metres: number } | undefined;
  for (const { zoneId, polygon } of layout.zones.values()) {
    if (polygon === undefined) continue;
    const metres = metresToPolygon({ x, y }, polygon);
    if (nearest === undefined || metres < nearest.metres) nearest = { zoneId, metres };
  }
  return nearest?.zoneId;
}

/**
 * Whether shoppers can be placed on the plan: enough radios have a position, and none speaks for a zone that has no place.
 * A gateway with a zone and no position places whom it hears in that zone (the contract), which a plan would contradict.
 */
function isPlaceable(anchors: readonly [string, Anchor][], layout: StoreLayout): boolean {
  const placed = anchors.filter(([, { position }]) => position !== undefined);
  if (placed.length < ANCHORS_TO_LOCATE) return false;
  return anchors.every(([, { position, zoneId }]) => position !== undefined || zoneId === undefined) &&
    layout.zones.size > 0
    ? placed.some(([, anchor]) => zoneOfAnchor(anchor, layout) !== undefined)
    : false;
}

function zonedFloor(
  layout: StoreLayout,
  positionOf: Geometry['positionOf'],
  zoneOf: Geometry['zoneOf'],
): ZonedFloor {
  const grid = gridOver(floorOf(layout));
  const zoneGrid = finer(grid, 2);
  const zones = [...layout.zones.values()];
  const drawn = zones.filter((zone): zone is Drawn => zone.polygon !== undefined);
  const named = positionOf.flatMap((position, number) => {
    const zoneId = zoneOf[number];
    return position !== undefined && zoneId !== undefined ? [{ position, zoneId }] : [];
  });
  const zoneIds = zones.map(({ zoneId }) => zoneId);
  const zoneAt = new Int16Array(zoneGrid.columns * zoneGrid.rows);
  for (let cell = 0; cell < zoneAt.length; cell += 1) {
    const spot = centreOf(zoneGrid, cell);
    const zoneId = drawn.length > 0 ? zoneAround(spot, drawn) : nearestNamed(spot, named);
    zoneAt[cell] = zoneId === undefined ? -1 : zoneIds.indexOf(zoneId);
  }
  return { grid, zoneGrid, zoneIds, zoneAt };
}

type Polygon = NonNullable<Zone['polygon']>;
type Drawn = Zone & { polygon: Polygon };

/** The zone around a spot; of several the smallest, which says most; of none the nearest within reach. */
export function zoneAround(spot: Position, zones: readonly Drawn[]): ZoneId | undefined {
  let best: { zoneId: ZoneId; metres: number; area: number } | undefined;
  for (const { zoneId, polygon } of zones) {
    const metres = metresToPolygon(spot, polygon);
    if (metres > REACH_METRES) continue;
    const area = areaOf(polygon);
    const better = best === undefined || metres < best.metres || (metres === best.metres && area < best.area);
    if (better) best = { zoneId, metres, area };
  }
  return best?.zoneId;
}

function nearestNamed(
  { x, y }: Position,
  named: readonly { position: Position; zoneId: ZoneId }[],
): ZoneId | undefined {
  let nearest: { zoneId: ZoneId; squared: number } | undefined;
  for (const { position, zoneId } of named) {
    const squared = (position.x - x) ** 2 + (position.y - y) ** 2;
    if (nearest === undefined || squared < nearest.squared) nearest = { zoneId, squared };
  }
  return nearest?.zoneId;
}

/** The shoelace formula. */
function areaOf(polygon: Polygon): number {
  let twice = 0;
  let [fromX, fromY] = polygon.at(-1) ?? [0, 0];
  for (const [toX, toY] of polygon) {
    twice += fromX * toY - toX * fromY;
    [fromX, fromY] = [toX, toY];
  }
  return Math.abs(twice) / 2;
}

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
