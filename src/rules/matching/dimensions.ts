import { boundOf, plainComparisonOf, isMissing, listOf, type Comparison } from '../comparison.js';
import type { Condition, Operator } from '../grammar.js';
import type { Field, FieldValue } from '../registry.js';
import { DAY_MS, type Instant } from '../../shared/index.js';
import { Axis, numbers, texts, type Demand } from './axis.js';
import { allOf, exclude, include, sizeOf, wordsFor, type Bits } from './bits.js';
import type { Literal } from './normal-form.js';

/** One side of a subject, and which rows it lets through. */
export interface Dimension {
  /** The rows that `value` does not rule out; the set is good until the next call. */
  rowsAt(value: FieldValue, at: Instant): Bits;
  /** How many rows it lets through on average. */
  readonly meanSize: number;
}

/** What one row asks of one dimension: all of it. */
export interface Asked {
  readonly row: number;
  readonly literals: readonly Literal[];
}

const ORDERS: ReadonlySet<Operator> = new Set(['<', '<=', '>', '>=', 'between']);

/** Equality, membership, order and presence. */
export class ValueDimension implements Dimension {
  readonly meanSize: number;
  readonly #missing: Bits;
  readonly #list: Bits;
  readonly #no: Bits;
  readonly #yes: Bits;
  readonly #numbers: Axis<number>;
  readonly #texts: Axis<string>;

  constructor(rows: number, asked: readonly Asked[], field: Field) {
    const demands = asked.map(({ row, literals }) => demandOf(row, literals, field));
    const meeting = (value: FieldValue): Bits => {
      const bits = allOf(rows);
      for (const { row, met } of demands) if (!met(value)) exclude(bits, row);
      return bits;
    };
    this.#missing = meeting(null);
    this.#list = meeting([]);
    this.#no = meeting(false);
    this.#yes = meeting(true);
    this.#numbers = new Axis(rows, demands.map(onlyCuts('number')), numbers);
    this.#texts = new Axis(rows, demands.map(onlyCuts('string')), texts);
    this.meanSize = Math.min(
      (sizeOf(this.#no) + sizeOf(this.#yes)) / 2,
      this.#numbers.meanSize(),
      this.#texts.meanSize(),
    );
  }

  rowsAt(value: FieldValue): Bits {
    if (isMissing(value)) return this.#missing;
    switch (typeof value) {
      case 'number':
        return this.#numbers.rowsAt(value);
      case 'string':
        return this.#texts.rowsAt(value);
      case 'boolean':
        return value ? this.#yes : this.#no;
      default:
        return this.#list;
    }
  }
}

type MixedDemand = Demand<number | string>;

function onlyCuts<Kind extends 'number' | 'string'>(kind: Kind) {
  type Cut = Kind extends 'number' ? number : string;
  return (demand: MixedDemand): Demand<Cut> => ({
    ...demand,
    cuts: demand.cuts.filter((cut): cut is Cut & (number | string) => typeof cut === kind),
  });
}

function demandOf(row: number, literals: readonly Literal[], field: Field): MixedDemand {
  return {
    row,
    cuts: literals.flatMap(({ condition }) => cutsOf(condition, field)),
    ordered: literals.some(({ condition }) => ORDERS.has(condition.operator)),
    // No comparison of this aspect depends on the time.
    met: allHold(literals, field),
  };
}

function allHold(literals: readonly Literal[], field: Field): (value: FieldValue) => boolean {
  const tests = literals.map(({ condition, wanted }): Comparison => {
    const meets = plainComparisonOf(condition, field);
    return wanted ? meets : (value, at) => !meets(value, at);
  });
  return (value) => tests.every((test) => test(value, 0));
}

function cutsOf({ operator, value }: Condition, field: Field): (number | string)[] {
  if (operator === 'notNull') return [];
  if (operator === '=' && typeof value === 'boolean') return [];
  if (operator === 'in') return listOf(value).filter((item) => typeof item !== 'boolean');
  if (operator === 'between') return listOf(value).map((bound) => boundOf(bound, field));
  return [boundOf(value, field)];
}

/** How far from now, in milliseconds, either way. */
export class DistanceDimension implements Dimension {
  readonly meanSize: number;
  readonly #timeless: Bits;
  readonly #reaches: Axis<number>;

  constructor(rows: number, asked: readonly Asked[]) {
    this.#timeless = allOf(rows);
    const demands = asked.map(({ row, literals }): Demand<number> => {
      const reaches = literals.map(({ condition, wanted }) => ({
        reachMs: Number(condition.value) * DAY_MS,
        wanted,
      }));
      if (reaches.some(({ wanted }) => wanted)) exclude(this.#timeless, row);
      return {
        row,
        cuts: reaches.map(({ reachMs }) => reachMs),
        ordered: true,
        met: (distance) => reaches.every(({ reachMs, wanted }) => Number(distance) <= reachMs === wanted),
      };
    });
    this.#reaches = new Axis(rows, demands, numbers);
    this.meanSize = this.#reaches.meanSize();
  }

  rowsAt(value: FieldValue, at: Instant): Bits {
    return typeof value === 'number' && !Number.isNaN(value)
      ? this.#reaches.rowsAt(Math.abs(value - at))
      : this.#timeless;
  }
}

/** Lists by their items and texts by their parts. Each row asks for one. */
export class ItemsDimension implements Dimension {
  readonly meanSize: number;
  /** Rows that ask for nothing here. */
  readonly #others: Bits;
  readonly #rowsByItem: ReadonlyMap<string, readonly number[]>;
  readonly #parts: readonly { readonly part: string; readonly rows: readonly number[] }[];
  readonly #scratch: Bits;

  constructor(rows: number, asked: readonly { readonly row: number; readonly item: string }[]) {
    const rowsByItem = new Map<string, number[]>();
    for (const { row, item } of asked) {
      const same = rowsByItem.get(item);
      if (same === undefined) rowsByItem.set(item, [row]);
      else same.push(row);
    }
    this.#rowsByItem = rowsByItem;
    this.#parts = [...rowsByItem].map(([item, all]) => ({ part: item.toLowerCase(), rows: all }));
    this.#others = allOf(rows);
    for (const { row } of asked) exclude(this.#others, row);
    this.#scratch = new Int32Array(wordsFor(rows));
    this.meanSize = sizeOf(this.#others) + asked.length / Math.max(1, this.#rowsByItem.size);
  }

  rowsAt(value: FieldValue): Bits {
    if (value === null || value === undefined || typeof value === 'number' || typeof value === 'boolean') {
      return this.#others;
    }
    this.#scratch.set(this.#others);
    if (typeof value === 'string') this.#includeParts(value.toLowerCase());
    else for (const item of value) if (typeof item === 'string') this.#include(this.#rowsByItem.get(item));
    return this.#scratch;
  }

  #includeParts(text: string): void {
    for (const { part, rows } of this.#parts) if (text.includes(part)) this.#include(rows);
  }

  #include(rows: readonly number[] = []): void {
    for (const row of rows) include(this.#scratch, row);
  }
}
