import type { Work } from '../../shared/index.js';
import { allOf, exclude, type Bits } from './bits.js';
import type { Conjunction, Formula, Literal } from './normal-form.js';
import type { Reading } from './reading.js';
import { spanOf } from './span.js';

type Test = (reading: Reading) => boolean;

/** What each condition takes of the array that all of them lie in: what it asks, its low end and its high end. */
const EACH = 3;

/**
 * What the narrowings leave to be asked, row by row. The conditions of all rows lie in one array, in the order of the
 * rows: rows by the ten thousand are asked in passing. Most are spans of numbers and need no call; the others are asked
 * once for all rows.
 */
export class Remainders {
  /** The rows that have nothing left to be asked. */
  readonly none: Bits;
  /** By row: where its conditions begin; they end where those of the next begin. */
  readonly #starts: Int32Array;
  /**
   * Of each condition twice the subject of a span, or twice the number in the reading, and one more where it has to say
   * yes; then both ends of the span, which are NaN of what is none.
   */
  #conditions = new Float64Array();
  /** Of the few rows that ask more than conditions. */
  readonly #tests = new Map<number, readonly Test[]>();

  private constructor(rows: number) {
    this.none = allOf(rows);
    this.#starts = new Int32Array(rows + 1);
  }

  /** @param served the literals that need not be asked any more */
  static *making(
    rows: readonly Conjunction[],
    served: ReadonlySet<Literal>,
    reading: Reading,
  ): Work<Remainders> {
    const remainders = new Remainders(rows.length);
    const conditions: number[] = [];
    for (const [row, { literals, rest }] of rows.entries()) {
      const left = literals.filter((literal) => !served.has(literal));
      for (const literal of left) conditions.push(...askedOf(literal, reading));
      remainders.#starts[row + 1] = conditions.length;
      if (left.length + rest.length > 0) exclude(remainders.none, row);
      const tests = rest.map((formula) => testOf(formula, reading));
      if (tests.length > 0) remainders.#tests.set(row, tests);
      yield;
    }
    remainders.#conditions = Float64Array.from(conditions);
    return remainders;
  }

  hold(row: number, reading: Reading): boolean {
    const conditions = this.#conditions;
    const end = this.#starts[row + 1] as number;
    for (let each = this.#starts[row] as number; each < end; each += EACH) {
      const asked = conditions[each] as number;
      const low = conditions[each + 1] as number;
      const says = Number.isNaN(low)
        ? reading.holds(asked >> 1)
        : isWithin(reading.number(asked >> 1), low, conditions[each + 2] as number);
      if (says !== ((asked & 1) === 1)) return false;
    }
    if (this.#tests.size === 0) return true;
    return this.#tests.get(row)?.every((test) => test(reading)) ?? true;
  }
}

function isWithin(value: number, low: number, high: number): boolean {
  return value >= low && value <= high;
}

function askedOf(
  { condition, wanted }: Literal,
  reading: Reading,
): [asked: number, low: number, high: number] {
  const yes = wanted ? 1 : 0;
  const span = spanOf(condition);
  return span === undefined
    ? [2 * reading.atomOf(condition) + yes, NaN, NaN]
    : [2 * reading.subjectOf(condition) + yes, span.low, span.high];
}

function testOf(formula: Formula, reading: Reading): Test {
  if ('condition' in formula) {
    const atom = reading.atomOf(formula.condition);
    return formula.wanted ? (now) => now.holds(atom) : (now) => !now.holds(atom);
  }
  if ('all' in formula) {
    const tests = formula.all.map((member) => testOf(member, reading));
    return (now) => tests.every((test) => test(now));
  }
  const tests = formula.any.map((member) => testOf(member, reading));
  return (now) => tests.some((test) => test(now));
}
