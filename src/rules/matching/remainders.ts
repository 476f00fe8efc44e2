import type { Conjunction, Formula, Literal } from './normal-form.js';
import type { Reading } from './reading.js';

type Test = (reading: Reading) => boolean;

/**
 * What the narrowings leave to be asked, row by row. The conditions of all rows lie in one array, each as twice its
 * number in the reading and one more where it has to say yes: rows by the ten thousand are asked in passing.
 */
export class Remainders {
  /** By row: where its conditions begin; they end where those of the next begin. */
  readonly #starts: Int32Array;
  readonly #conditions: Int32Array;
  /** Of the few rows that ask more than conditions. */
  readonly #tests = new Map<number, readonly Test[]>();

  /** @param served the literals that need not be asked any more */
  constructor(rows: readonly Conjunction[], served: ReadonlySet<Literal>, reading: Reading) {
    this.#starts = new Int32Array(rows.length + 1);
    const conditions: number[] = [];
    rows.forEach(({ literals, rest }, row) => {
      for (const literal of literals) if (!served.has(literal)) conditions.push(signed(literal, reading));
      this.#starts[row + 1] = conditions.length;
      if (rest.length === 0) return;
      this.#tests.set(
        row,
        rest.map((formula) => testOf(formula, reading)),
      );
    });
    this.#conditions = Int32Array.from(conditions);
  }

  hold(row: number, reading: Reading): boolean {
    const end = this.#starts[row + 1] ?? 0;
    for (let each = this.#starts[row] ?? 0; each < end; each += 1) {
      const condition = this.#conditions[each] ?? 0;
      if (reading.holds(condition >> 1) !== ((condition & 1) === 1)) return false;
    }
    if (this.#tests.size === 0) return true;
    return this.#tests.get(row)?.every((test) => test(reading)) ?? true;
  }
}

function signed({ condition, wanted }: Literal, reading: Reading): number {
  return 2 * reading.atomOf(condition) + (wanted ? 1 : 0);
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
