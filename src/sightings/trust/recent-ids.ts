import { fnv1a, MINUTE_MS, type Instant } from '../../shared/index.js';

/** What is older is late and goes no further, so that a repetition of it does no harm. */
const GENERATION_MS = MINUTE_MS;
/** A process takes fewer sightings in a minute unless it is very busy; then ids are forgotten sooner. */
const MOST_A_GENERATION = 100_000;
/** Slots for each id: half of them empty or more, so that a search is short. */
const ROOM = 2;

/**
 * Ids of sightings that this process has handed on, for a minute or two: the first, cheap sieve against payloads that
 * are sent twice. Presence has the last word, because the repetition may reach another process.
 *
 * It remembers hashes of 32 bits in plain arrays (1 MiB each for 100,000 ids), because as many strings in a set cost
 * ten times the time and keep the garbage collector busy. With both arrays full a new id is taken for a known one
 * once in 20,000 times: a lost packet.
 */
export class RecentIds {
  #young: Int32Array | undefined;
  #old: Int32Array | undefined;
  #count = 0;
  #youngSince: Instant = 0;

  constructor(
    private readonly generationMs = GENERATION_MS,
    private readonly most = MOST_A_GENERATION,
  ) {}

  /** @param hash what `idHash` makes of the id */
  has(hash: number): boolean {
    return holds(this.#young, hash) || holds(this.#old, hash);
  }

  /** To be called once the sightings are held: what was refused for the moment must be welcome when it comes again. */
  add(hashes: Iterable<number>, now: Instant): void {
    for (const hash of hashes) {
      if (this.#count >= this.most || now - this.#youngSince >= this.generationMs) this.#age(now);
      this.#young ??= new Int32Array(2 ** Math.ceil(Math.log2(this.most * ROOM)));
      const slot = slotOf(this.#young, hash);
      if (this.#young[slot] === hash) continue;
      this.#young[slot] = hash;
      this.#count += 1;
    }
  }

  #age(now: Instant): void {
    const spare = this.#old?.fill(0);
    // After a pause the young ones are of long ago as well.
    if (now - this.#youngSince >= 2 * this.generationMs) this.#young?.fill(0);
    this.#old = this.#young;
    this.#young = spare;
    this.#count = 0;
    this.#youngSince = now;
  }
}

/** What is remembered of an id: never nought, which marks an empty slot. */
export function idHash(id: string): number {
  return fnv1a(id) | 0 || 1;
}

function holds(table: Int32Array | undefined, hash: number): boolean {
  return table !== undefined && table[slotOf(table, hash)] === hash;
}

/** Where the hash is, or is to be. */
function slotOf(table: Int32Array, hash: number): number {
  const mask = table.length - 1;
  let slot = hash & mask;
  while (table[slot] !== 0 && table[slot] !== hash) slot = (slot + 1) & mask;
  return slot;
}
