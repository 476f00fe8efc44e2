import type { ShopperId } from '../shared/index.js';
import type { Work } from './work.rules.js';

/** What gathers until the batch before it is written, and the promise to those who brought it. */
export class Batch {
  readonly works = new Map<ShopperId, Work>();
  /** Resolves once written, with those shoppers whose work failed; rejects when nothing could be written. */
  readonly done: Promise<ReadonlyMap<ShopperId, Error>>;
  #resolve!: (failures: ReadonlyMap<ShopperId, Error>) => void;
  #reject!: (error: Error) => void;

  constructor() {
    this.done = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    // A batch that only works in what waited has nobody to tell.
    this.done.catch(() => undefined);
  }

  get isEmpty(): boolean {
    return this.works.size === 0;
  }

  /** The shopper's work in this batch, to be added to. */
  workOn(shopperId: ShopperId): Work {
    let work = this.works.get(shopperId);
    if (work === undefined) {
      work = { sightings: [], checkIns: [], forget: false, onlyIfPresent: true };
      this.works.set(shopperId, work);
    }
    return work;
  }

  finish(failures: ReadonlyMap<ShopperId, Error>): void {
    this.#resolve(failures);
  }

  abandon(error: Error): void {
    this.#reject(error);
  }
}
