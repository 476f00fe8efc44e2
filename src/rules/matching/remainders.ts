import type { Conjunction, Formula, Literal } from './normal-form.js';
import type { Reading } from './reading.js';
import { spanOf } from './span.js';

type Test = (reading: Reading) => boolean;

/**
 * What the narrowings leave to be asked, row by row. The conditions of all rows lie in arrays, in the order of the rows:
 * rows by the ten thousand are asked in passing. Most are spans of numbers and need no call; the others are asked once
 * for all rows.
 */
export class Remainders {
  /** By row: where its conditions begin; they end where those of the next begin. */
  readonly #starts: Int32Array;
  /** Twice the subject of a span, or twice the number in the reading, and one more where it has to say yes. */
  readonly #conditions: Int32Array;
  /** What is no span has NaN here. */
  readonly #lows: Float64Array;
  readonly #highs: Float64Array;
  /** Of the few rows that ask more than conditions. */
  readonly #tests = new Map<number, readonly Test[]>();

  /** @param served the literals that need not be asked any more */
  constructor(rows: readonly Conjunction[], served: ReadonlySet<Literal>, reading: Reading) {
    this.#starts = new Int32Array(rows.length + 1);
    const asked: Asked[] = [];
    rows.forEach(({ literals, rest }, row) => {
      for (const literal of literals) if (!served.has(literal)) asked.push(askedOf(literal, reading));
      this.#starts[row + 1] = asked.length;
      if (rest.length === 0) return;
      this.#tests.set(
        row,
        rest.map((formula) => testOf(formula, reading)),
      );
    });
    this.#conditions = Int32Array.from(asked, ({ condition }) => condition);
    this.#lows = Float64Array.from(asked, ({ low }) => low);
    this.#highs = Float64Array.from(asked, ({ high }) => high);
  }

  hold(row: number, reading: Reading): boolean {
    const end = this.#starts[row + 1] as number;
    for (let each = this.#starts[row] as number; each < end; each += 1) {
      const condition = this.#conditions[each] as number;
      const low = this.#lows[each] as number;
      const says = Number.isNaN(low)
        ? reading.holds(condition >> 1)
        : isWithin(reading.number(condition >> 1), low, this.#highs[each] as number);
      if (says !== ((condition & 1) === 1)) return false;
    }
    if (this.#tests.size === 0) return true;
    return this.#tests.get(row)?.every((test) => test(reading)) ?? true;
  }
}

function isWithin(value: number, low: number, high: number): boolean {
  return value >= low && value <= high;
}

interface Asked {
  readonly condition: number;
  readonly low: number;
  readonly high: number;
}

function askedOf({ condition, wanted }: Literal, reading: Reading): Asked {
  const yes = wanted ? 1 : 0;
  const span = spanOf(condition);
  return span === undefined
    ? { condition: 2 * reading.atomOf(condition) + yes, low: NaN, high: NaN }
    : { condition: 2 * reading.subjectOf(condition) + yes, ...span };
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
