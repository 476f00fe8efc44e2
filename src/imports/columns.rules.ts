import { fail, ok, type Outcome } from '../shared/index.js';
import type { JsonObject } from './file/ndjson.rules.js';

/** How a text of a cell becomes a value; one that cannot stays a text, and the type's schema says what is wrong. */
export type CellKind = 'text' | 'number' | 'boolean' | 'list' | 'json';

/**
 * One column of a file. `path` is its place in the contract's item (`price.amount`), which also names it: upper or
 * lower case, `_`, `.` and spaces make no difference, so that `pack_size_amount` and `packSize.amount` are one.
 */
export interface Column {
  readonly path: string;
  readonly kind: CellKind;
  /** Other names. */
  readonly aliases?: readonly string[];
  /** A CSV without it is refused as a whole. */
  readonly required?: true;
  /** Columns called `<path>.<name>` are taken together into one object. */
  readonly collects?: true;
}

/** One column as a file has it. */
interface Placed {
  /** Its place among the type's columns. */
  column: number;
  heading: string;
  /** Of a column that is collected: the name within the object. */
  member?: string | undefined;
}

/** Which column of the type stands where in a file; undefined for one that is ignored. */
export interface Layout {
  places: readonly (Placed | undefined)[];
  ignored: string[];
  /** How the file calls the columns of the type, by path. */
  headings: ReadonlyMap<string, string>;
}

/**
 * Reads a header.
 *
 * @returns `missing-column` or `duplicate-column`, naming it; an unknown one is ignored and told
 */
export function layoutOf(header: readonly string[], columns: readonly Column[]): Outcome<Layout> {
  const finder = new ColumnFinder(columns);
  const headings = new Map<string, string>();
  const ignored: string[] = [];
  const places: (Placed | undefined)[] = [];
  for (const written of header) {
    const heading = written.trim();
    const placed = finder.find(heading);
    places.push(placed);
    if (placed === undefined) {
      if (heading !== '') ignored.push(heading);
      continue;
    }
    const path = pathOf(columns[placed.column], placed.member);
    const first = headings.get(path);
    if (first !== undefined) {
      return fail('duplicate-column', `the column ${heading} says what ${first} says already`);
    }
    headings.set(path, heading);
  }
  const missing = columns.filter(({ required, path }) => required && !headings.has(path));
  if (missing.length === 0) return ok({ places, ignored, headings });
  const names = missing.map(nameOf).join(', ');
  return fail(
    'missing-column',
    `the file lacks the columns ${names}; it has ${header.join(', ').slice(0, 500)}`,
  );
}

/** Finds the column that a name means. */
export class ColumnFinder {
  readonly #byName = new Map<string, number>();

  constructor(private readonly columns: readonly Column[]) {
    columns.forEach(({ path, aliases = [] }, index) => {
      for (const name of [path, ...aliases]) this.#byName.set(plain(name), index);
    });
  }

  find(heading: string): Placed | undefined {
    const column = this.#byName.get(plain(heading));
    if (column !== undefined) return { column, heading };
    const [, group, member] = /^(\w+)\.(.+)$/.exec(heading) ?? [];
    if (group === undefined || member === undefined) return undefined;
    const collecting = this.#byName.get(plain(group));
    return collecting !== undefined && this.columns[collecting]?.collects
      ? { column: collecting, heading, member }
      : undefined;
  }
}

/** The values of a CSV row, in the order of the type's columns; undefined where the cell is empty or absent. */
export function valuesOf(cells: readonly string[], layout: Layout, columns: readonly Column[]): unknown[] {
  const values = new Array<unknown>(columns.length).fill(undefined);
  for (let index = 0; index < layout.places.length; index += 1) {
    const placed = layout.places[index];
    const cell = cells[index];
    if (placed !== undefined && cell !== undefined && cell !== '') {
      put(values, placed, convert(cell.trim(), columns[placed.column]?.kind ?? 'text'));
    }
  }
  return values;
}

/** The values of a flat NDJSON row, in the order of the type's columns; names nobody knows are ignored. */
export function valuesOfObject(row: JsonObject, finder: ColumnFinder, columns: readonly Column[]): unknown[] {
  const values = new Array<unknown>(columns.length).fill(undefined);
  for (const [name, value] of Object.entries(row)) {
    const placed = finder.find(name);
    if (placed === undefined || value === null || value === '') continue;
    const kind = columns[placed.column]?.kind ?? 'text';
    if (typeof value === 'string') put(values, placed, convert(value.trim(), kind));
    else put(values, placed, kind === 'text' && typeof value === 'number' ? String(value) : value);
  }
  return values;
}

/** The contract's item of values in the order of the columns. */
export function nested(values: readonly unknown[], columns: readonly Column[]): Record<string, unknown> {
  const item: Record<string, unknown> = {};
  columns.forEach(({ path }, index) => {
    const value = values[index];
    if (value === undefined) return;
    const [name = '', member] = path.split('.');
    if (member === undefined) item[name] = value;
    else item[name] = { ...(item[name] as object | undefined), [member]: value };
  });
  return item;
}

const TRUE = /^(true|yes|y|1)$/i;
const FALSE = /^(false|no|n|0)$/i;
const NUMBER = /^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i;
const BETWEEN_ITEMS = /[\s|;,]+/;

function convert(cell: string, kind: CellKind): unknown {
  if (cell === '') return undefined;
  switch (kind) {
    case 'text':
      return cell;
    case 'number':
      return NUMBER.test(cell) ? Number(cell) : cell;
    case 'boolean':
      return TRUE.test(cell) ? true : FALSE.test(cell) ? false : cell;
    case 'list':
      return cell.split(BETWEEN_ITEMS).filter((item) => item !== '');
    case 'json':
      return jsonOf(cell);
  }
}

function jsonOf(cell: string): unknown {
  try {
    return JSON.parse(cell) as unknown;
  } catch {
    return cell;
  }
}

function put(values: unknown[], { column, member }: Placed, value: unknown): void {
  if (member === undefined) values[column] = value;
  else if (value !== undefined)
    values[column] = { ...(values[column] as object | undefined), [member]: value };
}

function pathOf(column: Column | undefined, member: string | undefined): string {
  return member === undefined ? (column?.path ?? '') : `${column?.path}.${member}`;
}

/** The name that the documentation uses: `shopper_id` for `shopperId`. */
function nameOf({ path, aliases = [] }: Column): string {
  return (aliases[0] ?? path).replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`).replaceAll('.', '_');
}

function plain(name: string): string {
  return name.toLowerCase().replace(/[^a-z0-9]/g, '');
}
