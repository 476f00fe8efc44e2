import { SECOND_MS, type Instant } from '../../shared/index.js';

/** Routes times codes; an outage shows few of them. */
const MOST = 1_000;

/** How a thing was last told, and how many like it were kept back since. */
interface Told {
  at: Instant;
  keptBack: number;
}

/** Tells of the same thing once a second at most, so that an outage or an overload does not write a line a request. */
export class Sparing {
  readonly #told = new Map<string, Told>();

  /**
   * @param thing what is the same: without anything that differs from one to the next
   * @returns how many like it were kept back since one was told; undefined: keep this one back too
   */
  admit(thing: string, now: Instant): number | undefined {
    const told = this.#told.get(thing);
    if (told !== undefined && now - told.at < SECOND_MS) {
      told.keptBack += 1;
      return undefined;
    }
    if (this.#told.size >= MOST) this.#told.clear();
    this.#told.set(thing, { at: now, keptBack: 0 });
    return told?.keptBack ?? 0;
  }
}
