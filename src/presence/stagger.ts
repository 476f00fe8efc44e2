const STEP_MS = 8;
const STEPS = 4;
// One write in twenty, beyond what chance makes of three processes whose gateways report when they like.
const IN_STEP = 0.05;
const CALM_WRITES = 1_000;

/**
 * How long a process lets its batches wait, so that it does not write in step with another. Gateways that report each
 * second may do so in the same millisecond for hours; their processes then ask and write side by side, and one of two
 * loses each time. Who loses steps aside, by steps that differ from process to process, until nobody is in the way.
 */
export class Stagger {
  #step: number;
  #waitMs = 0;
  #calm = 0;

  /** @param seed differs from process to process */
  constructor(seed: number) {
    this.#step = seed % STEPS;
  }

  get waitMs(): number {
    return this.#waitMs;
  }

  /** Of so many shoppers who were asked for just before they were written, so many were lost all the same. */
  note(asked: number, lost: number): void {
    if (lost > asked * IN_STEP) {
      this.#step = (this.#step + 1) % STEPS;
      this.#waitMs = (this.#step + 1) * STEP_MS;
      this.#calm = 0;
    } else {
      this.#calm += asked;
      if (this.#calm >= CALM_WRITES) this.#waitMs = 0;
    }
  }
}
