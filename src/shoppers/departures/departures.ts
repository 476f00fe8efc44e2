import { Injectable } from '@nestjs/common';
import type { BeaconId, ShopperId } from '../../shared/index.js';

/** Somebody who is erased, under all names they had and with all that they carried. */
export interface Departing {
  shopperIds: readonly ShopperId[];
  beaconIds: readonly BeaconId[];
}

/** What a room does outside Postgres when somebody is erased. Done again, it does no harm. */
export type Departure = (person: Departing) => Promise<void>;

/**
 * What the rooms hold of a person in Redis, streams, sockets and recordings, each its own. What is in tables is taken
 * by `privacy`, by its register of columns.
 */
@Injectable()
export class Departures {
  readonly #steps = new Map<string, Departure>();

  /** @throws Error when a step of this name is there already */
  step(name: string, leave: Departure): void {
    if (this.#steps.has(name)) throw new Error(`two steps of an erasure are named ${name}`);
    this.#steps.set(name, leave);
  }

  get steps(): ReadonlyMap<string, Departure> {
    return this.#steps;
  }
}
