import type { StoreLayout } from '../../stores/index.js';

/** A rectangle in metres on the floor plan. */
export interface Floor {
  x: number;
  y: number;
  widthMetres: number;
  heightMetres: number;
}

/** Square cells, row by row from the corner (x, y). */
export interface Grid {
  x: number;
  y: number;
  columns: number;
  rows: number;
  cellMetres: number;
}

/** What was tried: cells of 1 m locate as well as finer ones, of 2 m clearly worse. */
const CELL_METRES = 1;
/** A hall of 200 by 200 m; larger floors get larger cells. */
const MOST_CELLS = 40_000;
/** A floor on a line has no place to be. */
const LEAST_METRES = 2;

/** Where only radios tell of the floor: they hang on its edge, and people pass outside of them. */
const MARGIN_METRES = 2;

/**
 * Where shoppers can be: the floor plan where the store has one, else what its zones, radios and survey span. No margin
 * around a survey: walls help to locate (tried: half a metre more costs a tenth of a metre at the 90th percentile).
 */
export function floorOf(layout: StoreLayout): Floor {
  if (layout.floorPlan !== undefined) return { x: 0, y: 0, ...layout.floorPlan };
  const span = { left: Infinity, right: -Infinity, bottom: Infinity, top: -Infinity };
  const spread = (x: number, y: number, margin = 0): void => {
    span.left = Math.min(span.left, x - margin);
    span.right = Math.max(span.right, x + margin);
    span.bottom = Math.min(span.bottom, y - margin);
    span.top = Math.max(span.top, y + margin);
  };
  const margin = (layout.survey ?? []).length > 0 ? 0 : MARGIN_METRES;
  for (const { position } of [...layout.gateways.values(), ...layout.beacons.values()]) {
    if (position !== undefined) spread(position.x, position.y, margin);
  }
  for (const { polygon = [] } of layout.zones.values()) for (const [x, y] of polygon) spread(x, y);
  for (const { x, y } of layout.survey ?? []) spread(x, y);
  return {
    x: span.left,
    y: span.bottom,
    widthMetres: Math.max(LEAST_METRES, span.right - span.left),
    heightMetres: Math.max(LEAST_METRES, span.top - span.bottom),
  };
}

export function gridOver({ x, y, widthMetres, heightMetres }: Floor): Grid {
  const cellMetres = Math.max(CELL_METRES, Math.sqrt((widthMetres * heightMetres) / MOST_CELLS));
  const columns = Math.max(1, Math.ceil(widthMetres / cellMetres - 1e-9));
  const rows = Math.max(1, Math.ceil(heightMetres / cellMetres - 1e-9));
  return { x, y, columns, rows, cellMetres };
}

/** The same floor in cells `times` finer. */
export function finer(grid: Grid, times: number): Grid {
  return {
    ...grid,
    columns: grid.columns * times,
    rows: grid.rows * times,
    cellMetres: grid.cellMetres / times,
  };
}

/** The cell that a spot lies in, or that is next to it where it lies outside. */
export function cellAt(grid: Grid, x: number, y: number): number {
  return rowAt(grid, y) * grid.columns + columnAt(grid, x);
}

export function columnAt({ x: left, columns, cellMetres }: Grid, x: number): number {
  return within(Math.floor((x - left) / cellMetres), columns);
}

export function rowAt({ y: bottom, rows, cellMetres }: Grid, y: number): number {
  return within(Math.floor((y - bottom) / cellMetres), rows);
}

/** The middle of a cell. */
export function centreOf({ x, y, columns, cellMetres }: Grid, cell: number): { x: number; y: number } {
  const [column, row] = [cell % columns, Math.floor(cell / columns)];
  return { x: x + (column + 0.5) * cellMetres, y: y + (row + 0.5) * cellMetres };
}

/** Into 0 to `count` - 1. */
export function within(index: number, count: number): number {
  return index < 0 ? 0 : index >= count ? count - 1 : index;
}
