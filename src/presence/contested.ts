import type { ShopperId } from '../shared/index.js';
import { Recent } from './recent.js';

// Three gateways that report each second to three processes: a process alone with a shopper trusts its memory again after
// so many hearings in which nobody else wrote, and one that is not alone never gets so far.
const QUIET_HEARINGS = 8;

/**
 * Shoppers whom other processes hear as well, as the gateways of one store speak to whichever process they are led to.
 * What this process remembers of them is nearly always out of date, and a write that stands on it is lost. So what is
 * held is asked for first, in the round trip for those of whom nothing is remembered, and a race is lost only when
 * somebody else writes within the millisecond or two before the write.
 */
export class Contested {
  /** How many hearings more must pass without another writer. */
  readonly #hearings: Recent<ShopperId, number>;

  constructor(capacity: number) {
    this.#hearings = new Recent(capacity);
  }

  has(shopperId: ShopperId): boolean {
    return this.#hearings.get(shopperId) !== undefined;
  }

  /** Another process wrote, or may well, as nothing is remembered of the shopper. */
  note(shopperId: ShopperId): void {
    this.#hearings.set(shopperId, QUIET_HEARINGS);
  }

  /** Nobody else wrote between two writes of this process. */
  noteQuiet(shopperId: ShopperId): void {
    const hearings = this.#hearings.get(shopperId);
    if (hearings === undefined) return;
    if (hearings > 1) this.#hearings.set(shopperId, hearings - 1);
    else this.#hearings.delete(shopperId);
  }
}
