import type { GatewayId, StoreId, ZoneId } from '../../src/shared/index.js';
import type { Anchor, Position, StoreLayout, SurveyPoint, Zone } from '../../src/stores/index.js';

type Polygon = NonNullable<Zone['polygon']>;

export function rectangle(left: number, bottom: number, right: number, top: number): Polygon {
  return [
    [left, bottom],
    [right, bottom],
    [right, top],
    [left, top],
  ];
}

/** Six gateways around a floor of 20 by 12 m. */
export const SIX: Readonly<Record<string, Position>> = {
  a: { x: 1, y: 1 },
  b: { x: 10, y: 1 },
  c: { x: 19, y: 1 },
  d: { x: 1, y: 11 },
  e: { x: 10, y: 11 },
  f: { x: 19, y: 11 },
};
export const HALVES = { west: rectangle(0, 0, 10, 12), east: rectangle(10, 0, 20, 12) };

/** A store of 20 by 12 m; zones by name, undefined for those that are not drawn. */
export function planOf(
  zones: Readonly<Record<string, Polygon | undefined>> = HALVES,
  gateways: Readonly<Record<string, Position | Anchor>> = SIX,
  survey: readonly SurveyPoint[] = [],
): StoreLayout {
  return {
    storeId: 'plan' as StoreId,
    name: 'Plan',
    timeZone: 'UTC',
    currency: 'EUR',
    openingHours: [],
    floorPlan: { widthMetres: 20, heightMetres: 12 },
    zones: new Map(
      Object.entries(zones).map(([id, polygon]): [ZoneId, Zone] => {
        const zoneId = id as ZoneId;
        return [zoneId, { zoneId, name: id, kind: 'aisle', categories: [], ...(polygon && { polygon }) }];
      }),
    ),
    gateways: new Map(
      Object.entries(gateways).map(([id, at]): [GatewayId, Anchor] => [
        id as GatewayId,
        'x' in at ? { position: at } : at,
      ]),
    ),
    beacons: new Map(),
    survey,
  };
}
