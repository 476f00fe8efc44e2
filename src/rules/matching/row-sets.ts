import { type Bits, wordsFor } from './bits.js';

/**
 * Sets of the rows of one index, side by side in one array and known by where in it they begin. Before its words each has
 * a summary, with a bit for every word that is not empty: where rows that go together lie together, most words of most
 * sets need not be looked at.
 */
export class RowSets {
  /** Words of the summary that each set begins with. */
  readonly summaryEach: number;
  readonly rows: number;
  readonly #wordsEach: number;
  readonly #stride: number;
  #words: Bits;
  #used = 0;

  constructor(rows: number) {
    this.rows = rows;
    this.#wordsEach = wordsFor(rows);
    this.summaryEach = wordsFor(this.#wordsEach);
    this.#stride = this.summaryEach + this.#wordsEach;
    this.#words = new Int32Array(this.#stride * 64);
  }

  /** All of them. Another array after each `keep`. */
  get words(): Bits {
    return this.#words;
  }

  get bytesEach(): number {
    return this.#stride * Int32Array.BYTES_PER_ELEMENT;
  }

  keep(bits: Bits): number {
    const set = this.#room();
    this.#words.set(bits, set + this.summaryEach);
    bits.forEach((word, at) => {
      if (word !== 0) this.#words[set + (at >>> 5)] = (this.#words[set + (at >>> 5)] ?? 0) | (1 << (at & 31));
    });
    return set;
  }

  /** An empty one, to be written anew for each shopper. */
  scratch(): number {
    return this.#room();
  }

  copy(from: number, to: number): void {
    this.#words.copyWithin(to, from, from + this.#stride);
  }

  include(set: number, row: number): void {
    const word = row >>> 5;
    const at = set + this.summaryEach + word;
    this.#words[at] = (this.#words[at] ?? 0) | (1 << (row & 31));
    this.#words[set + (word >>> 5)] = (this.#words[set + (word >>> 5)] ?? 0) | (1 << (word & 31));
  }

  /** Puts `row` in or takes it out. */
  flip(set: number, row: number): void {
    const word = row >>> 5;
    const at = set + this.summaryEach + word;
    const flipped = (this.#words[at] ?? 0) ^ (1 << (row & 31));
    this.#words[at] = flipped;
    const summary = this.#words[set + (word >>> 5)] ?? 0;
    const bit = 1 << (word & 31);
    this.#words[set + (word >>> 5)] = flipped === 0 ? summary & ~bit : summary | bit;
  }

  /** Gives back the room that was taken in advance. */
  trim(): void {
    this.#words = this.#words.slice(0, this.#used);
  }

  #room(): number {
    const set = this.#used;
    this.#used += this.#stride;
    if (this.#used > this.#words.length) {
      const larger = new Int32Array(Math.max(this.#used, this.#words.length * 2));
      larger.set(this.#words);
      this.#words = larger;
    }
    return set;
  }
}
