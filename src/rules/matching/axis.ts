import type { FieldValue } from '../registry.js';
import { allOf, exclude, flip, sizeOf, wordsFor, type Bits } from './bits.js';

/** What one row asks of a value: its answer changes only at `cuts` (or right beside one). */
export interface Demand<Cut extends number | string> {
  readonly row: number;
  readonly cuts: readonly Cut[];
  /** Whether it asks for an order, not only for values themselves. */
  readonly ordered: boolean;
  readonly met: (value: FieldValue) => boolean;
}

/** Values below, at and between the cuts of an axis, as one such value each. */
export interface Scale<Cut extends number | string> {
  readonly lowest: Cut;
  /** Some value above `low` and below `high`, where there is one. */
  between(low: Cut, high: Cut | undefined): Cut;
}

export const numbers: Scale<number> = {
  lowest: -Infinity,
  between: (low, high) => (high === undefined ? Infinity : low / 2 + high / 2),
};

/** In the order of their UTF-16 units, as comparisons have it; the next text after one is that with a NUL behind. */
export const texts: Scale<string> = { lowest: '', between: (low) => `${low}\0` };

/** Sets are kept for all classes as long as they fit in this, for one axis: finding one is then a search and no more. */
const ROOM_BYTES = 1_048_576;
/** Beyond it one is kept whenever so many rows have changed sides, per word of a set, since the last. */
const FLIPS_PER_WORD = 0.25;

/**
 * The rows that a number or a text meets. The cuts of all rows part the axis into classes within which no answer
 * changes: 0 below the first cut, 2i + 1 at cut i, 2i + 2 right above it. From class to class only few rows change
 * sides; those are kept, with a whole set every now and then, so that memory grows with the conditions and no faster.
 */
export class Axis<Cut extends number | string> {
  readonly #cuts: readonly Cut[];
  readonly #indexOf: ReadonlyMap<Cut, number>;
  readonly #ordered: boolean;
  /** By class: the rows that change sides on entering it. */
  readonly #flips: readonly (readonly number[])[];
  /** By class: the last set kept at or below it, as a class. */
  readonly #keptAt: Int32Array;
  /** By class: the set, where it was kept. */
  readonly #kept: (Bits | undefined)[];
  readonly #scratch: Bits;

  constructor(rows: number, demands: readonly Demand<Cut>[], scale: Scale<Cut>) {
    this.#cuts = [...new Set(demands.flatMap(({ cuts }) => cuts))].sort((a, b) => (a < b ? -1 : 1));
    this.#indexOf = new Map(this.#cuts.map((cut, index) => [cut, index]));
    this.#ordered = demands.some(({ ordered }) => ordered);
    this.#scratch = new Int32Array(wordsFor(rows));
    const classes = 2 * this.#cuts.length + 1;
    this.#keptAt = new Int32Array(classes);
    const flips = Array.from({ length: classes }, (): number[] => []);
    const lowest = allOf(rows);
    for (const demand of demands) {
      if (!demand.met(scale.lowest)) exclude(lowest, demand.row);
      for (const entered of this.#changesOf(demand, scale)) flips[entered]?.push(demand.row);
    }
    this.#flips = flips;
    this.#kept = Array.from({ length: classes }, () => undefined);
    this.#keep(lowest);
  }

  /** The rows whose demands `value` meets; the set is good until the next call. */
  rowsAt(value: Cut): Bits {
    const wanted = this.#classOf(value);
    const whole = this.#kept[wanted];
    if (whole !== undefined) return whole;
    const keptAt = this.#keptAt[wanted] ?? 0;
    this.#scratch.set(this.#kept[keptAt] ?? []);
    for (let entered = keptAt + 1; entered <= wanted; entered += 1) {
      for (const row of this.#flips[entered] ?? []) flip(this.#scratch, row);
    }
    return this.#scratch;
  }

  /** Of all rows, how many a class leaves on average. */
  meanSize(): number {
    const sizes = this.#kept.filter((bits) => bits !== undefined).map(sizeOf);
    return sizes.reduce((sum, size) => sum + size, 0) / sizes.length;
  }

  /** The classes on entering which a row changes sides, ascending: its own cuts are the only places to look. */
  #changesOf({ cuts, met }: Demand<Cut>, scale: Scale<Cut>): number[] {
    const own = [...new Set(cuts)].sort((a, b) => (a < b ? -1 : 1));
    const changes: number[] = [];
    let before = met(scale.lowest);
    own.forEach((cut, index) => {
      const at = 2 * (this.#indexOf.get(cut) ?? 0) + 1;
      for (const [entered, value] of [
        [at, cut],
        [at + 1, scale.between(cut, own[index + 1])],
      ] as const) {
        const now = met(value);
        if (now !== before) changes.push(entered);
        before = now;
      }
    });
    return changes;
  }

  #keep(lowest: Bits): void {
    const allFit = lowest.byteLength * this.#flips.length <= ROOM_BYTES;
    const often = allFit ? 0 : Math.ceil(lowest.length * FLIPS_PER_WORD);
    const bits = lowest.slice();
    let last = lowest;
    let keptAt = 0;
    let flipped = 0;
    this.#flips.forEach((rows, entered) => {
      rows.forEach((row) => flip(bits, row));
      flipped += rows.length;
      if (flipped > often) {
        last = bits.slice();
        keptAt = entered;
        flipped = 0;
      }
      // Where nobody has changed sides the set is the same one.
      if (flipped === 0) this.#kept[entered] = last;
      this.#keptAt[entered] = keptAt;
    });
  }

  #classOf(value: Cut): number {
    if (this.#ordered) {
      const below = this.#cutsBelow(value);
      return this.#cuts[below] === value ? 2 * below + 1 : 2 * below;
    }
    const index = this.#indexOf.get(value);
    // Where nobody asks for an order, what is no cut is like what is above all of them.
    return index === undefined ? 2 * this.#cuts.length : 2 * index + 1;
  }

  #cutsBelow(value: Cut): number {
    let low = 0;
    let high = this.#cuts.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const cut = this.#cuts[middle];
      if (cut !== undefined && cut < value) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
