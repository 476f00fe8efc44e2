import { randomFillSync } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { uuidV7, type Instant } from '../shared/index.js';

const POOL_BYTES = 4_096;
const ID_BYTES = 10;

/** Time and ids, the one place where they enter; pure code gets them as arguments. */
@Injectable()
export class Clock {
  readonly #pool = Buffer.alloc(POOL_BYTES);
  #used = POOL_BYTES;

  now(): Instant {
    return Date.now();
  }

  /** A new UUIDv7 of the kind asked for. */
  newId<Id extends string = string>(): Id {
    if (this.#used + ID_BYTES > POOL_BYTES) {
      // One call to the system's generator fills many ids: an id costs 1 µs instead of nearly 4.
      randomFillSync(this.#pool);
      this.#used = 0;
    }
    const chance = this.#pool.subarray(this.#used, this.#used + ID_BYTES);
    this.#used += ID_BYTES;
    return uuidV7(this.now(), chance) as Id;
  }
}
