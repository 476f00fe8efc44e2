import type { BeaconId, GatewayId, StoreId, ZoneId } from '../../shared/index.js';
import type { Anchor, StoreLayout, Zone } from '../../stores/index.js';
import { geometryOf, metresToPolygon } from './geometry.rules.js';

const square = (x: number, y: number, size: number): NonNullable<Zone['polygon']> => [
  [x, y],
  [x + size, y],
  [x + size, y + size],
  [x, y + size],
];

function layoutOf(gateways: Record<string, Anchor>, zones: Record<string, Zone['polygon']>): StoreLayout {
  return {
    storeId: 's' as StoreId,
    name: 'S',
    timeZone: 'UTC',
    currency: 'EUR',
    openingHours: [],
    zones: new Map(
      Object.entries(zones).map(([id, polygon]) => {
        const zoneId = id as ZoneId;
        return [zoneId, { zoneId, name: id, kind: 'aisle', categories: [], ...(polygon && { polygon }) }];
      }),
    ),
    gateways: new Map(Object.entries(gateways).map(([id, anchor]) => [id as GatewayId, anchor])),
    beacons: new Map([['g1' as BeaconId, { zoneId: 'b' as ZoneId }]]),
  };
}

/** Tells the zone of an anchor by its key. */
function stands(
  gateways: Record<string, Anchor>,
  zones: Record<string, Zone['polygon']>,
): (key: string) => ZoneId | undefined {
  const { numberOf, zoneOf } = geometryOf(layoutOf(gateways, zones));
  return (key) => zoneOf[numberOf.get(key) ?? -1];
}

describe('metresToPolygon', () => {
  it.each([
    [5, 5, 0],
    [13, 5, 3],
    [13, 14, 5],
    [-2, 5, 2],
  ])('measures (%d, %d) as %d m from a square of 10 m', (x, y, metres) => {
    expect(metresToPolygon({ x, y }, square(0, 0, 10))).toBeCloseTo(metres, 9);
  });

  it('knows the notch of a concave zone', () => {
    const hook: NonNullable<Zone['polygon']> = [
      [0, 0],
      [9, 0],
      [9, 3],
      [3, 3],
      [3, 9],
      [0, 9],
    ];
    expect(metresToPolygon({ x: 1, y: 8 }, hook)).toBe(0);
    expect(metresToPolygon({ x: 5, y: 8 }, hook)).toBeCloseTo(2, 9);
  });
});

describe('the zone an anchor stands for', () => {
  const zones = { a: square(0, 0, 10), b: square(20, 0, 10), c: undefined };
  const zone = (anchor: Anchor): string | undefined => stands({ g1: anchor }, zones)('g:g1');

  it('is the zone it names, wherever it hangs', () => {
    expect(zone({ zoneId: 'c' as ZoneId, position: { x: 1, y: 1 } })).toBe('c');
  });
  it('is none where the named zone is gone', () => {
    expect(zone({ zoneId: 'gone' as ZoneId, position: { x: 1, y: 1 } })).toBeUndefined();
  });
  it('is the zone around its position, else the nearest', () => {
    expect(zone({ position: { x: 25, y: 5 } })).toBe('b');
    expect(zone({ position: { x: 14, y: 5 } })).toBe('a');
  });
  it('is none without zone and position, or where the anchor is unknown', () => {
    expect(zone({})).toBeUndefined();
    expect(stands({}, zones)('g:g2')).toBeUndefined();
    expect(stands({ g1: { position: { x: 0, y: 0 } } }, { c: undefined })('g:g1')).toBeUndefined();
  });
  it('keeps gateways and beacons of the same id apart', () => {
    const zoneOf = stands({ g1: { zoneId: 'a' as ZoneId } }, zones);
    expect([zoneOf('g:g1'), zoneOf('b:g1')]).toEqual(['a', 'b']);
  });
});
