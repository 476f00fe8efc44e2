import type { Facts } from '../../shared/index.js';
import type { Among } from '../among.js';
import type { FieldValue } from '../registry.js';

/** Things are read all at once as soon as more than half as many were asked for: then as much was spent on looking them up. */
const SHARE_ASKED = 1 / 2;

/** One field of the things, and which subject asks it of which. */
interface Column {
  readonly of: Among['of'];
  /** By the number of the thing's name; -1 where nobody asks. */
  readonly subjects: number[];
  /** What it reads where there is no such thing. */
  nothing: FieldValue;
}

/** Where a subject is to be found among things that lie together. */
export interface Place {
  readonly bundle: Bundle;
  readonly column: number;
}

/**
 * Subjects that are read from things of one kind, such as the categories a shopper buys: where many are asked for, all
 * things are read in one pass instead of being looked up one by one.
 */
export class Bundle {
  readonly #things: Among['things'];
  readonly #numberOf = new Map<string, number>();
  readonly #columns: Column[] = [];
  #round = 0;
  #asked = 0;
  #isRead = false;

  constructor(things: Among['things']) {
    this.#things = things;
  }

  add(of: Among['of'], name: string, subject: number): Place {
    let column = this.#columns.findIndex((each) => each.of === of);
    if (column < 0) column = this.#columns.push({ of, subjects: [], nothing: undefined }) - 1;
    const number = this.#numberOf.get(name) ?? this.#numberOf.size;
    this.#numberOf.set(name, number);
    const { subjects } = this.#columns[column] as Column;
    while (subjects.length <= number) subjects.push(-1);
    subjects[number] = subject;
    return { bundle: this, column };
  }

  /**
   * Counts that one more was asked for, and reads all as soon as that is worth it.
   *
   * @returns whether all have been read: what was not written is what a column says of nothing
   */
  isRead(round: number, facts: Facts, write: (subject: number, value: FieldValue) => void): boolean {
    if (this.#round !== round) {
      this.#round = round;
      this.#asked = 0;
      this.#isRead = false;
    }
    if (this.#isRead) return true;
    this.#asked += 1;
    const things = this.#things(facts);
    if (this.#asked <= things.size * SHARE_ASKED) return false;
    this.#isRead = true;
    for (const column of this.#columns) column.nothing = column.of(undefined, facts);
    things.forEach((thing, name) => {
      const number = this.#numberOf.get(name);
      if (number === undefined) return;
      for (const { of, subjects } of this.#columns) {
        const subject = subjects[number];
        if (subject !== undefined && subject >= 0) write(subject, of(thing, facts));
      }
    });
    return true;
  }

  nothing(column: number): FieldValue {
    return this.#columns[column]?.nothing;
  }
}
