import { SECOND_MS, type BeaconId, type Instant, type ShopperId } from '../../shared/index.js';

/** What a process may go on believing of a beacon without asking; the slow way behind the hint of a change. */
export const BELIEVED_MS = 5 * SECOND_MS;
export const BEACONS_REMEMBERED = 100_000;

interface Belief {
  /** Undefined: nobody carries it. */
  shopperId: ShopperId | undefined;
  until: Instant;
}

/** Who carries which beacon, as one process last heard: bounded, the longest unused forgotten first. */
export class BeaconMemory {
  readonly #beliefs = new Map<BeaconId, Belief>();

  constructor(private readonly capacity = BEACONS_REMEMBERED) {}

  get size(): number {
    return this.#beliefs.size;
  }

  /** What is believed of a beacon, or undefined when it must be asked. */
  recall(beaconId: BeaconId, now: Instant): Readonly<Belief> | undefined {
    const belief = this.#beliefs.get(beaconId);
    if (belief === undefined) return undefined;
    this.#beliefs.delete(beaconId);
    if (belief.until <= now) return undefined;
    this.#beliefs.set(beaconId, belief);
    return belief;
  }

  /** @param askedAt when the question was put: an answer is as old as its question */
  learn(beaconId: BeaconId, shopperId: ShopperId | undefined, askedAt: Instant): void {
    this.#beliefs.delete(beaconId);
    this.#beliefs.set(beaconId, { shopperId, until: askedAt + BELIEVED_MS });
    if (this.#beliefs.size <= this.capacity) return;
    const [oldest] = this.#beliefs.keys();
    if (oldest !== undefined) this.#beliefs.delete(oldest);
  }

  forget(beaconIds: readonly BeaconId[]): void {
    for (const beaconId of beaconIds) this.#beliefs.delete(beaconId);
  }
}
