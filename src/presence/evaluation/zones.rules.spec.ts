import fc from 'fast-check';
import { metresToPolygon } from '../location/geometry.rules.js';
import { dividedInto, trueZone, type JudgedZone } from './zones.rules.js';

const floor = { x: -1, y: 2, widthMetres: 20, heightMetres: 10 };
const areaOf = ({ polygon }: JudgedZone): number =>
  Math.abs(
    polygon.reduce((sum, [x, y], index) => {
      const [beforeX, beforeY] = polygon.at(index - 1)!;
      return sum + beforeX * y - x * beforeY;
    }, 0),
  ) / 2;
const ids = (zones: readonly JudgedZone[]): string[] => zones.map(({ zoneId }) => zoneId);

it('divides by the middle', () => {
  const zones = dividedInto('quadrants', floor, []);
  expect(zones.map(areaOf)).toEqual([50, 50, 50, 50]);
  expect(
    [trueZone(zones, 0, 3), trueZone(zones, 18, 3), trueZone(zones, 0, 11), trueZone(zones, 18, 11)].map(
      (zone) => zone?.zoneId,
    ),
  ).toEqual(ids(zones));
});

it('divides in strips, the last as wide as is left', () => {
  const zones = dividedInto({ stripMetres: 6 }, floor, []);
  expect(ids(zones)).toEqual(['strip-1', 'strip-2', 'strip-3', 'strip-4']);
  expect(zones.map(areaOf)).toEqual([60, 60, 60, 20]);
  expect(dividedInto({ stripMetres: 5 }, floor, [])).toHaveLength(4);
  expect(dividedInto({ stripMetres: 500 }, floor, []).map(areaOf)).toEqual([200]);
});

it('divides by the nearest gateway: cells cover the floor, and each spot lies in that of its nearest', () => {
  const at = fc.record({
    x: fc.double({ min: -1, max: 19, noNaN: true }),
    y: fc.double({ min: 2, max: 12, noNaN: true }),
  });
  const places = fc.uniqueArray(at, {
    minLength: 1,
    maxLength: 9,
    selector: ({ x, y }) => `${Math.round(x)} ${Math.round(y)}`,
  });
  fc.assert(
    fc.property(places, fc.array(at, { minLength: 5, maxLength: 20 }), (gateways, spots) => {
      const named = gateways.map((place, index) => ({ gatewayId: `g${index}`, ...place }));
      const cells = dividedInto('nearest-gateway', floor, named);
      expect(cells.reduce((sum, cell) => sum + (cell.polygon.length > 2 ? areaOf(cell) : 0), 0)).toBeCloseTo(
        200,
        6,
      );
      for (const { x, y } of spots) {
        const metres = named.map((gateway) => Math.hypot(gateway.x - x, gateway.y - y));
        const cell = cells[metres.indexOf(Math.min(...metres))]!;
        expect(metresToPolygon({ x, y }, cell.polygon)).toBeLessThan(1e-6);
      }
    }),
  );
});

it('counts spots outside to the nearest zone, and none where there is no zone', () => {
  const zones = dividedInto({ stripMetres: 10 }, floor, []);
  expect(trueZone(zones, 40, 5)?.zoneId).toBe('strip-2');
  expect(trueZone([], 0, 0)).toBeUndefined();
});
