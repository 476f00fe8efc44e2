/**
 * How much to take at a time: less after each failure, so that a slow database is asked for less and what cannot be
 * done at all stands alone in the end; more again after each success.
 */
export class BatchSize {
  #size: number;

  constructor(private readonly most: number) {
    this.#size = most;
  }

  get size(): number {
    return this.#size;
  }

  /** True when what failed was a single one. */
  get isOne(): boolean {
    return this.#size === 1;
  }

  shrink(): void {
    this.#size = Math.ceil(this.#size / 2);
  }

  grow(): void {
    this.#size = Math.min(this.most, this.#size * 2);
  }
}
