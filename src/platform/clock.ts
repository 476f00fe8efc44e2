import { randomFillSync } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { uuidV7, type Instant } from '../shared/index.js';

const POOL_BYTES = 4_096;
const ID_BYTES = 10;

/** Time, chance and ids, the one place where they enter; pure code gets them as arguments. */
@Injectable()
export class Clock {
  readonly #pool = Buffer.alloc(POOL_BYTES);
  #used = POOL_BYTES;

  now(): Instant {
    return Date.now();
  }

  /** A new UUIDv7 of the kind asked for. */
  newId<Id extends string = string>(): Id {
    return uuidV7(this.now(), this.chance(ID_BYTES)) as Id;
  }

  /** A number in [0, 1), to spread what would else come all at once. */
  roll(): number {
    const [a = 0, b = 0, c = 0, d = 0] = this.chance(4);
    return (a * 2 ** 24 + b * 2 ** 16 + c * 2 ** 8 + d) / 2 ** 32;
  }

  /** Random bytes, good for secrets, to be used at once: the next call may overwrite them. */
  chance(bytes: number): Uint8Array {
    if (this.#used + bytes > POOL_BYTES) {
      // One call to the system's generator serves many: an id costs 1 µs instead of nearly 4.
      randomFillSync(this.#pool);
      this.#used = 0;
    }
    const chance = this.#pool.subarray(this.#used, this.#used + bytes);
    this.#used += bytes;
    return chance;
  }
}
