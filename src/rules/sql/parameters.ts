/** The values of a statement, in the order of their `$n`. */
export class Parameters {
  readonly #given: number;
  readonly #values: unknown[] = [];

  constructor(given: number) {
    this.#given = given;
  }

  get values(): readonly unknown[] {
    return this.#values;
  }

  /** @returns `$n::type`, where the value stands */
  add(value: unknown, type: 'text' | 'float8' | 'boolean' | 'text[]' | 'float8[]'): string {
    const number = this.#values.push(value) + this.#given;
    return `$${number}::${type}`;
  }
}
