import { finished, type Facts, type Work } from '../../shared/index.js';
import type { Rule } from '../grammar.js';
import type { FieldRegistry } from '../registry.js';
import { allOf, forEachIn, lowestIn, wordsFor, type Bits } from './bits.js';
import { normalForm, waysToMeet, type Conjunction } from './normal-form.js';
import { planOf, type Narrowing, type Plan } from './plan.js';
import { Reading } from './reading.js';
import { Remainders } from './remainders.js';
import type { RowSets } from './row-sets.js';

/**
 * Many rules asked at once. The ways to meet them are rows; each subject that many rows ask about gives the set of rows
 * that its value leaves, found by search instead of row by row, and the sets are intersected: their summaries first, then
 * the words that are empty in none, the most selective set first (bitmap indexes after O'Neil and Quass, SIGMOD 1997, over
 * the rules instead of the facts). Only the few rows that are left are asked the rest. The answers are those of
 * `compileRule`.
 *
 * An index works in memory of its own: it is not to be asked from within a field's `read`.
 */
export class RuleIndex {
  readonly #reading: Reading;
  readonly #narrowings: readonly Narrowing[];
  readonly #remainders: Remainders;
  /** By row, those of one rule after those of the rule before: where it lies in the sets. */
  readonly #placeOf: Int32Array;
  /** By rule: its first row. */
  readonly #firstRow: Int32Array;
  /** By place. */
  readonly #ruleOf: Int32Array;
  readonly #sets: RowSets;
  /** The sets that are to be intersected for the shopper at hand. */
  readonly #asked: Int32Array;
  /** The intersection of their summaries. */
  readonly #summary: Bits;
  readonly #everyWord: Bits;
  /** The places of the rows that hold. */
  readonly #held: Bits;

  /**
   * Made all at once.
   *
   * @param rules validated; they are known by their position
   * @throws when a rule names a field the registry lacks
   */
  static of(rules: readonly Rule[], fields: FieldRegistry): RuleIndex {
    return finished(RuleIndex.making(rules, fields));
  }

  /** The same in turns: tens of thousands of rules take seconds. */
  static *making(rules: readonly Rule[], fields: FieldRegistry): Work<RuleIndex> {
    const reading = new Reading(fields);
    const rows: Conjunction[] = [];
    const firstRow = new Int32Array(rules.length + 1);
    for (const [rule, each] of rules.entries()) {
      rows.push(...waysToMeet(normalForm(each)));
      firstRow[rule + 1] = rows.length;
      yield;
    }
    const plan = yield* planOf(rows, reading);
    const placed = rows.slice();
    rows.forEach((row, number) => {
      placed[plan.placeOf[number] as number] = row;
    });
    const remainders = yield* Remainders.making(placed, plan.served, reading);
    return new RuleIndex(reading, plan, remainders, firstRow);
  }

  private constructor(reading: Reading, plan: Plan, remainders: Remainders, firstRow: Int32Array) {
    const rows = plan.placeOf.length;
    this.#reading = reading;
    this.#narrowings = plan.narrowings;
    this.#sets = plan.sets;
    this.#placeOf = plan.placeOf;
    this.#firstRow = firstRow;
    this.#ruleOf = new Int32Array(rows);
    for (let rule = 0; rule + 1 < firstRow.length; rule += 1) {
      for (let row = firstRow[rule] as number; row < (firstRow[rule + 1] as number); row += 1) {
        this.#ruleOf[plan.placeOf[row] as number] = rule;
      }
    }
    this.#remainders = remainders;
    this.#asked = new Int32Array(plan.narrowings.length);
    this.#everyWord = allOf(wordsFor(rows));
    this.#summary = this.#everyWord.slice();
    this.#held = new Int32Array(wordsFor(rows));
  }

  /** The positions of the rules that hold, ascending. */
  matching(facts: Facts): number[] {
    this.ask(facts);
    const found = new Int32Array(wordsFor(this.#firstRow.length - 1));
    forEachIn(this.#held, (place) => {
      const rule = this.#ruleOf[place] as number;
      found[rule >>> 5] = (found[rule >>> 5] as number) | (1 << (rule & 31));
    });
    const positions: number[] = [];
    forEachIn(found, (rule) => positions.push(rule));
    return positions;
  }

  /** Works out which rules hold; `holds` then says it of each. */
  ask(facts: Facts): void {
    this.#reading.begin(facts);
    this.#held.fill(0);
    const count = this.#narrowDown();
    if (count < 0) return;
    for (let each = 0; each < this.#summary.length; each += 1) {
      for (let bits = this.#summary[each] as number; bits !== 0; bits &= bits - 1) {
        const word = each * 32 + lowestIn(bits);
        this.#held[word] = this.#holding(word, this.#left(word, count));
      }
    }
  }

  /** Whether the rule at `position` holds for those who were asked about last. */
  holds(position: number): boolean {
    const end = this.#firstRow[position + 1] ?? 0;
    for (let row = this.#firstRow[position] ?? 0; row < end; row += 1) {
      const place = this.#placeOf[row] as number;
      if (((this.#held[place >>> 5] as number) & (1 << (place & 31))) !== 0) return true;
    }
    return false;
  }

  /** Finds the set of each dimension, and the words that are empty in none. @returns how many sets; -1 where no row is left */
  #narrowDown(): number {
    const summary = this.#summary;
    summary.set(this.#everyWord);
    const words = this.#sets.words;
    let count = 0;
    for (const { subject, dimension } of this.#narrowings) {
      const set = dimension.rowsAt(this.#reading.value(subject), this.#reading.at);
      this.#asked[count] = set;
      count += 1;
      let left = 0;
      for (let each = 0; each < summary.length; each += 1) {
        const both = (summary[each] as number) & (words[set + each] as number);
        summary[each] = both;
        left |= both;
      }
      if (left === 0) return -1;
    }
    return count;
  }

  /** The rows of a word that are in all sets. */
  #left(word: number, count: number): number {
    const words = this.#sets.words;
    const at = word + this.#sets.summaryEach;
    // Of the last word no more rows than there are.
    let left = count === 0 ? this.#lastRows(word) : -1;
    for (let each = 0; each < count && left !== 0; each += 1) {
      left &= words[(this.#asked[each] as number) + at] as number;
    }
    return left;
  }

  /** Of these rows of a word, those that meet what is left to be asked. */
  #holding(word: number, left: number): number {
    let holding = left & (this.#remainders.none[word] as number);
    for (let asked = left & ~holding; asked !== 0; asked &= asked - 1) {
      if (this.#remainders.hold(word * 32 + lowestIn(asked), this.#reading)) holding |= asked & -asked;
    }
    return holding;
  }

  #lastRows(word: number): number {
    const rows = this.#ruleOf.length - word * 32;
    return rows >= 32 ? -1 : (1 << rows) - 1;
  }
}
