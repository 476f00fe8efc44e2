import type { Instant, ShopperId } from '../../shared/index.js';
import type { Sighting } from '../../sightings/index.js';

/** What waits of one shopper, and since when. */
export interface Deferral {
  sightings: Sighting[];
  readonly since: Instant;
}

/** Sightings that are in the journal and wait to be worked into their shoppers' states. */
export class Deferred {
  readonly #deferrals = new Map<ShopperId, Deferral>();
  #sightings = 0;

  /** How many sightings wait. */
  get sightings(): number {
    return this.#sightings;
  }

  has(shopperId: ShopperId): boolean {
    return this.#deferrals.has(shopperId);
  }

  get shopperIds(): ShopperId[] {
    return [...this.#deferrals.keys()];
  }

  add(shopperId: ShopperId, { sightings, since }: Deferral): void {
    const before = this.#deferrals.get(shopperId);
    this.#sightings += sightings.length;
    if (before === undefined) this.#deferrals.set(shopperId, { sightings, since });
    else {
      const all = [...before.sightings, ...sightings];
      this.#deferrals.set(shopperId, { sightings: all, since: Math.min(since, before.since) });
    }
  }

  /** Takes away what waits of a shopper. */
  take(shopperId: ShopperId): Deferral | undefined {
    const deferral = this.#deferrals.get(shopperId);
    if (deferral === undefined) return undefined;
    this.#deferrals.delete(shopperId);
    this.#sightings -= deferral.sightings.length;
    return deferral;
  }

  /** Takes away all that have waited since then or longer. */
  takeSince(since: Instant): Map<ShopperId, Deferral> {
    const due = new Map<ShopperId, Deferral>();
    for (const [shopperId, deferral] of this.#deferrals) {
      // In the order of their coming, but for those few that were put back.
      if (deferral.since > since) break;
      due.set(shopperId, deferral);
    }
    for (const shopperId of due.keys()) this.take(shopperId);
    return due;
  }

  /** Since when the longest waits; Infinity where none does. */
  get oldest(): Instant {
    let oldest = Infinity;
    for (const { since } of this.#deferrals.values()) oldest = Math.min(oldest, since);
    return oldest;
  }
}
