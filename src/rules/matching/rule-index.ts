import type { Facts } from '../../shared/index.js';
import type { Rule } from '../grammar.js';
import type { FieldRegistry } from '../registry.js';
import { allOf, type Bits } from './bits.js';
import { normalForm, waysToMeet } from './normal-form.js';
import { planOf, type Narrowing } from './plan.js';
import { Reading } from './reading.js';
import { Remainders } from './remainders.js';

/**
 * Many rules asked at once. The ways to meet them are rows; each subject that many rows ask about gives the set of rows
 * that its value leaves, found by search instead of row by row, and the sets are intersected, the most selective first
 * (bitmap indexes after O'Neil and Quass, SIGMOD 1997, over the rules instead of the facts). Only the few rows that
 * are left are asked the rest. The answers are those of `compileRule`.
 *
 * An index works in memory of its own: it is not to be asked from within a field's `read`.
 */
export class RuleIndex {
  readonly #reading: Reading;
  readonly #narrowings: readonly Narrowing[];
  readonly #remainders: Remainders;
  readonly #ruleOf: Int32Array;
  readonly #all: Bits;
  readonly #left: Bits;
  /** Numbers of the words of `#left` that are not empty; the first so many count. */
  readonly #words: Int32Array;

  /**
   * @param rules validated; they are known by their position
   * @throws when a rule names a field the registry lacks
   */
  constructor(rules: readonly Rule[], fields: FieldRegistry) {
    this.#reading = new Reading(fields);
    const ways = rules.map((rule) => waysToMeet(normalForm(rule)));
    const rows = ways.flat();
    const plan = planOf(rows, this.#reading);
    this.#narrowings = plan.narrowings;
    this.#remainders = new Remainders(rows, plan.served, this.#reading);
    this.#ruleOf = Int32Array.from(ways.flatMap((ofRule, rule) => ofRule.map(() => rule)));
    this.#all = allOf(rows.length);
    this.#left = this.#all.slice();
    this.#words = new Int32Array(this.#all.length);
  }

  /** The positions of the rules that hold, ascending. */
  matching(facts: Facts): number[] {
    this.#reading.begin(facts);
    const words = this.#narrowDown();
    const found: number[] = [];
    for (let each = 0; each < words; each += 1) this.#collect(this.#words[each] ?? 0, found);
    return found;
  }

  /** Leaves in `#left` the rows that no dimension rules out. @returns how many of `#words` count */
  #narrowDown(): number {
    let words = this.#start();
    for (const { subject, dimension } of this.#narrowings) {
      if (words === 0) return 0;
      words = this.#intersect(dimension.rowsAt(this.#reading.value(subject), this.#reading.at), words);
    }
    return words;
  }

  #start(): number {
    this.#left.set(this.#all);
    for (let word = 0; word < this.#all.length; word += 1) this.#words[word] = word;
    return this.#all.length;
  }

  #intersect(bits: Bits, words: number): number {
    const left = this.#left;
    const numbers = this.#words;
    let count = 0;
    for (let each = 0; each < words; each += 1) {
      const word = numbers[each] as number;
      const both = (left[word] as number) & (bits[word] as number);
      left[word] = both;
      if (both !== 0) {
        numbers[count] = word;
        count += 1;
      }
    }
    return count;
  }

  #collect(word: number, found: number[]): void {
    for (let bits = this.#left[word] ?? 0; bits !== 0; bits &= bits - 1) {
      const row = word * 32 + 31 - Math.clz32(bits & -bits);
      const rule = this.#ruleOf[row] ?? 0;
      // The ways to meet one rule lie side by side.
      if (found[found.length - 1] !== rule && this.#remainders.hold(row, this.#reading)) found.push(rule);
    }
  }
}
