import type { Facts } from '../../shared/index.js';
import { nameAmong, type Among } from '../among.js';
import type { Comparison } from '../comparison.js';
import { argumentsOf, comparisonOf } from '../compile.js';
import type { Condition, FieldArguments } from '../grammar.js';
import type { Field, FieldRegistry, FieldValue } from '../registry.js';
import { Bundle, type Place } from './bundle.js';

/** A field with its arguments: what is read once per shopper, however many rules ask about it. */
export interface Subject {
  readonly field: Field;
  readonly of: FieldArguments;
}

interface Atom {
  readonly subject: number;
  readonly meets: Comparison;
}

const GROWTH = 2;

/**
 * The distinct subjects and conditions of many rules, numbered (hash-consed), and what they say of the shopper at hand.
 * Whatever is asked for the first time after `begin` is read and compared; the answer is kept until the next `begin`.
 */
export class Reading {
  readonly #fields: FieldRegistry;
  readonly #subjects = new Numbered<Subject>();
  readonly #atoms = new Numbered<Atom>();
  #facts: Facts | undefined;
  /** Counts shoppers. A double counts further than any process lives, so that no stamp comes round again. */
  #round = 0;
  readonly #values: FieldValue[] = [];
  /** By subject: its value where it is a number, else NaN; and the round in which it was read. */
  #numbers = new Float64Array(8);
  #readIn = new Float64Array(8);
  /** Twice the round in which the condition was asked, and one more where it said yes. */
  readonly #answers: number[] = [];
  readonly #bundles = new Map<Among['things'], Bundle>();
  /** By subject: where it is found among things that lie together. */
  readonly #places: (Place | undefined)[] = [];
  readonly #write = (subject: number, value: FieldValue): void => {
    this.#values[subject] = value;
    this.#numbers[subject] = typeof value === 'number' ? value : NaN;
    this.#readIn[subject] = this.#round;
  };

  constructor(fields: FieldRegistry) {
    this.#fields = fields;
  }

  /** @throws when the condition names a field the registry lacks */
  subjectOf(condition: Condition): number {
    const number = this.#subjects.number(subjectKey(condition), () => ({
      field: this.#fields.get(condition.field),
      of: argumentsOf(condition),
    }));
    if (number === this.#values.length) this.#make(number);
    return number;
  }

  atomOf(condition: Condition): number {
    const subject = this.subjectOf(condition);
    const number = this.#atoms.number(atomKey(condition), () => ({
      subject,
      meets: comparisonOf(condition, this.#fields),
    }));
    if (number === this.#answers.length) this.#answers.push(0);
    return number;
  }

  subject(number: number): Subject {
    return this.#subjects.at(number);
  }

  get at(): number {
    return this.#current.at;
  }

  /** Forgets what was read before: what follows is asked about `facts`. */
  begin(facts: Facts): void {
    this.#facts = facts;
    this.#round += 1;
  }

  value(subject: number): FieldValue {
    if (this.#readIn[subject] === this.#round) return this.#values[subject];
    const place = this.#places[subject];
    if (place?.bundle.isRead(this.#round, this.#current, this.#write) === true) {
      if (this.#readIn[subject] !== this.#round) this.#write(subject, place.bundle.nothing(place.column));
      return this.#values[subject];
    }
    const { field, of } = this.#subjects.at(subject);
    const value = field.read(this.#current, of);
    this.#write(subject, value);
    return value;
  }

  /** What is read of the subject, where it is a number; else NaN. */
  number(subject: number): number {
    if (this.#readIn[subject] !== this.#round) this.value(subject);
    return this.#numbers[subject] as number;
  }

  holds(atom: number): boolean {
    const known = (this.#answers[atom] ?? 0) - 2 * this.#round;
    if (known >= 0) return known === 1;
    const { subject, meets } = this.#atoms.at(atom);
    const answer = meets(this.value(subject), this.#current.at);
    this.#answers[atom] = 2 * this.#round + (answer ? 1 : 0);
    return answer;
  }

  #make(subject: number): void {
    this.#values.push(undefined);
    this.#places.push(this.#placeOf(subject));
    if (subject < this.#numbers.length) return;
    this.#numbers = grown(this.#numbers);
    this.#readIn = grown(this.#readIn);
  }

  #placeOf(subject: number): Place | undefined {
    const { field, of } = this.#subjects.at(subject);
    if (field.among === undefined) return undefined;
    const name = nameAmong(field.among, of);
    if (name === undefined) return undefined;
    const { things } = field.among;
    const bundle = this.#bundles.get(things) ?? new Bundle(things);
    this.#bundles.set(things, bundle);
    return bundle.add(field.among.of, name, subject);
  }

  get #current(): Facts {
    if (this.#facts === undefined) throw new Error('nobody is being read: begin first');
    return this.#facts;
  }
}

function grown(array: Float64Array<ArrayBuffer>): Float64Array<ArrayBuffer> {
  const larger = new Float64Array(array.length * GROWTH);
  larger.set(array);
  return larger;
}

/** Things by their first number, in the order in which their keys first came. */
class Numbered<T> {
  readonly #numbers = new Map<string, number>();
  readonly #things: T[] = [];

  number(key: string, make: () => T): number {
    const known = this.#numbers.get(key);
    if (known !== undefined) return known;
    const number = this.#things.push(make()) - 1;
    this.#numbers.set(key, number);
    return number;
  }

  at(number: number): T {
    const thing = this.#things[number];
    if (thing === undefined) throw new Error(`there is no number ${number}`);
    return thing;
  }
}

/** The same for the same field of the same things. */
export function subjectKey({ field, of = {} }: Condition): string {
  const given = Object.entries(of).sort(([one], [other]) => (one < other ? -1 : 1));
  return JSON.stringify([field, given]);
}

/** The same for conditions that ask the same. The type of each value is in its JSON. */
export function atomKey(condition: Condition): string {
  return JSON.stringify([subjectKey(condition), condition.operator, condition.value ?? null]);
}
