import fc from 'fast-check';
import type { GatewayId, StoreId, ZoneId } from '../../shared/index.js';
import type { StoreLayout, Zone } from '../../stores/index.js';
import { cellAt, floorOf, gridOver, finer, within } from './grid.rules.js';

const bare: StoreLayout = {
  storeId: 's' as StoreId,
  name: 'S',
  timeZone: 'UTC',
  currency: 'EUR',
  openingHours: [],
  zones: new Map(),
  gateways: new Map([
    ['g1' as GatewayId, { position: { x: 1, y: 2 } }],
    ['g2' as GatewayId, { position: { x: 9, y: 6 } }],
    ['placeless' as GatewayId, {}],
  ]),
  beacons: new Map(),
};
const zone: Zone = {
  zoneId: 'z' as ZoneId,
  name: 'Z',
  kind: 'aisle',
  categories: [],
  polygon: [
    [-5, 0],
    [0, 0],
    [0, 20],
  ],
};
const point = { x: 10, y: 1, gatewayId: 'g1' as GatewayId, meanRssiDbm: -60, samples: 9 };

describe('the floor', () => {
  it('is the floor plan where there is one', () => {
    expect(floorOf({ ...bare, floorPlan: { widthMetres: 30, heightMetres: 20 } })).toEqual({
      x: 0,
      y: 0,
      widthMetres: 30,
      heightMetres: 20,
    });
  });
  it('reaches beyond radios that nothing else tells of', () => {
    expect(floorOf(bare)).toEqual({ x: -1, y: 0, widthMetres: 12, heightMetres: 8 });
  });
  it('spans zones too', () => {
    const zones = new Map([
      [zone.zoneId, zone],
      ['undrawn' as ZoneId, { ...zone, polygon: undefined } as unknown as Zone],
    ]);
    expect(floorOf({ ...bare, zones })).toEqual({ x: -5, y: 0, widthMetres: 16, heightMetres: 20 });
  });
  it('ends where radios and survey end', () => {
    expect(floorOf({ ...bare, survey: [point] })).toEqual({ x: 1, y: 1, widthMetres: 9, heightMetres: 5 });
  });
  it('is never a line', () => {
    const line = new Map([['g1' as GatewayId, { position: { x: 1, y: 2 } }]]);
    expect(floorOf({ ...bare, gateways: line, survey: [{ ...point, y: 2 }] })).toEqual({
      x: 1,
      y: 2,
      widthMetres: 9,
      heightMetres: 2,
    });
  });
});

describe('the grid', () => {
  it('has cells of a metre', () => {
    expect(gridOver({ x: -1, y: 2, widthMetres: 20.4, heightMetres: 3 })).toEqual({
      x: -1,
      y: 2,
      columns: 21,
      rows: 3,
      cellMetres: 1,
    });
  });
  it('has larger ones in a large hall, never many more than 40,000', () => {
    const { columns, rows, cellMetres } = gridOver({ x: 0, y: 0, widthMetres: 1_000, heightMetres: 400 });
    expect(cellMetres).toBeCloseTo(Math.sqrt(10), 9);
    expect(columns * rows).toBeLessThan(40_800);
  });
  it('is the same floor in finer cells', () => {
    const grid = gridOver({ x: 3, y: 4, widthMetres: 10, heightMetres: 5 });
    expect(finer(grid, 2)).toEqual({ x: 3, y: 4, columns: 20, rows: 10, cellMetres: 0.5 });
  });
  it('finds the cell of every spot, the next one for those outside', () => {
    const grid = gridOver({ x: 10, y: 20, widthMetres: 4, heightMetres: 3 });
    expect([
      cellAt(grid, 10.5, 20.5),
      cellAt(grid, 13.9, 22.9),
      cellAt(grid, -99, 21.5),
      cellAt(grid, 99, 99),
    ]).toEqual([0, 11, 4, 11]);
    fc.assert(
      fc.property(fc.double({ noNaN: true }), fc.double({ noNaN: true }), (x, y) => {
        const cell = cellAt(grid, x, y);
        expect(cell >= 0 && cell < 12).toBe(true);
      }),
    );
  });
  it('keeps an index within its count', () => {
    expect([within(-1, 3), within(0, 3), within(2, 3), within(3, 3)]).toEqual([0, 0, 2, 2]);
  });
});
