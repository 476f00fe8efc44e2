import { MINUTE_MS, type Instant } from '../../shared/index.js';

/** What is older is late and goes no further, so that a repetition of it does no harm. */
const GENERATION_MS = MINUTE_MS;
/** Some 20 MB of ids in both generations together; a process takes fewer sightings in a minute unless it is very busy. */
const MOST_A_GENERATION = 100_000;

/**
 * Ids of sightings that this process has handed on, for a minute or two: the first, cheap sieve against payloads that
 * are sent twice. Presence has the last word, because the repetition may reach another process.
 */
export class RecentIds {
  #young = new Set<string>();
  #old = new Set<string>();
  #youngSince: Instant = 0;

  constructor(
    private readonly generationMs = GENERATION_MS,
    private readonly most = MOST_A_GENERATION,
  ) {}

  has(id: string): boolean {
    return this.#young.has(id) || this.#old.has(id);
  }

  /** To be called once the sightings are held: what was refused for the moment must be welcome when it comes again. */
  add(ids: Iterable<string>, now: Instant): void {
    for (const id of ids) {
      if (this.#young.size >= this.most || now - this.#youngSince >= this.generationMs) this.#age(now);
      this.#young.add(id);
    }
  }

  #age(now: Instant): void {
    // After a pause the young ones are of long ago as well.
    this.#old = now - this.#youngSince < 2 * this.generationMs ? this.#young : new Set();
    this.#young = new Set();
    this.#youngSince = now;
  }
}
