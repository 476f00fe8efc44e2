import type { Work } from '../../shared/index.js';
import { allOf, exclude, flip, sizeOf } from './bits.js';
import type { RowSets } from './row-sets.js';
import type { Survey } from './survey.js';

/** Sets are kept for all classes as long as they fit in this, for one axis: finding one is then a search and no more. */
const ROOM_BYTES = 1_048_576;
/** Beyond it one is kept whenever so many rows have changed sides, per word of a set, since the last. */
const FLIPS_PER_WORD = 0.25;

/**
 * The rows that a number or a text meets. From class to class only few rows change sides; those are kept, with a whole
 * set every now and then, so that memory grows with the conditions and no faster.
 */
export class Axis<Cut extends number | string> {
  readonly #sets: RowSets;
  readonly #cuts: readonly Cut[];
  readonly #indexOf: ReadonlyMap<Cut, number>;
  readonly #ordered: boolean;
  /** By class: the rows that change sides on entering it. */
  readonly #flips: readonly number[][];
  /** By class: the last set kept at or below it, and for which class it is good. */
  readonly #kept: Int32Array;
  readonly #keptAt: Int32Array;
  readonly #scratch: number;
  /** Of all rows, how many a class leaves on average. */
  meanSize = 0;

  /** @param placeOf where each row of the survey lies in the sets */
  static *making<Cut extends number | string>(
    survey: Survey<Cut>,
    sets: RowSets,
    placeOf: Int32Array,
  ): Work<Axis<Cut>> {
    const axis = new Axis(survey, sets);
    yield* axis.#keep(survey.answers, placeOf);
    return axis;
  }

  private constructor({ cuts, indexOf, ordered }: Survey<Cut>, sets: RowSets) {
    this.#sets = sets;
    this.#cuts = cuts;
    this.#indexOf = indexOf;
    this.#ordered = ordered;
    const classes = 2 * cuts.length + 1;
    this.#flips = Array.from({ length: classes }, (): number[] => []);
    this.#kept = new Int32Array(classes);
    this.#keptAt = new Int32Array(classes);
    this.#scratch = sets.scratch();
  }

  /** The rows whose demands `value` meets; the set is good until the next call. */
  rowsAt(value: Cut): number {
    const wanted = this.#classOf(value);
    const set = this.#kept[wanted] as number;
    const keptAt = this.#keptAt[wanted] as number;
    if (keptAt === wanted) return set;
    this.#sets.copy(set, this.#scratch);
    for (let entered = keptAt + 1; entered <= wanted; entered += 1) {
      for (const place of this.#flips[entered] ?? []) this.#sets.flip(this.#scratch, place);
    }
    return this.#scratch;
  }

  *#keep(answers: Survey<Cut>['answers'], placeOf: Int32Array): Work<void> {
    const bits = allOf(this.#sets.rows);
    for (const { row, lowest: met, changes } of answers) {
      const place = placeOf[row] ?? 0;
      if (!met) exclude(bits, place);
      for (const entered of changes) this.#flips[entered]?.push(place);
    }
    yield;
    const sets = this.#sets;
    const allFit = sets.bytesEach * this.#flips.length <= ROOM_BYTES;
    const often = allFit ? 0 : Math.ceil(bits.length * FLIPS_PER_WORD);
    let set = sets.keep(bits);
    let keptAt = 0;
    let flipped = 0;
    let size = sizeOf(bits);
    let sizes = 0;
    let kept = 0;
    for (const [entered, places] of this.#flips.entries()) {
      for (const place of places) flip(bits, place);
      flipped += places.length;
      if (flipped > often) {
        set = sets.keep(bits);
        size = sizeOf(bits);
        flipped = 0;
      }
      // Where nobody has changed sides the set is the same one.
      if (flipped === 0) {
        keptAt = entered;
        sizes += size;
        kept += 1;
      }
      this.#kept[entered] = set;
      this.#keptAt[entered] = keptAt;
      yield;
    }
    this.meanSize = sizes / kept;
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
    const cuts = this.#cuts;
    let low = 0;
    let high = cuts.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((cuts[middle] as Cut) < value) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
