import { randomBytes } from 'node:crypto';
import { hash, verify } from '@node-rs/argon2';
import { Injectable } from '@nestjs/common';
import { unavailable } from '../../platform/index.js';

/** Argon2id (the library's default kind): 19 MiB and two passes, OWASP's first choice; some 30 ms a time. */
const COST = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };

/** About a second's work for two cores. Whoever floods the door with guesses does not starve the rest. */
const MOST_AT_ONCE = 64;

/** Passwords as they are kept: Argon2id with a salt of its own, in the PHC format that names its cost. */
@Injectable()
export class Passwords {
  #underWay = 0;
  #nobodys: Promise<string> | undefined;

  hash(password: string): Promise<string> {
    return hash(password, COST);
  }

  /**
   * True when `password` is the one of `kept`. Without `kept` it takes as long, and is false.
   *
   * @throws Problem 503 when too many are being checked already
   */
  async matches(kept: string | undefined, password: string): Promise<boolean> {
    if (this.#underWay >= MOST_AT_ONCE) throw unavailable('Too many are signing in at this moment.');
    this.#underWay += 1;
    try {
      this.#nobodys ??= this.hash(randomBytes(16).toString('hex'));
      const matches = await verify(kept ?? (await this.#nobodys), password);
      return kept !== undefined && matches;
    } finally {
      this.#underWay -= 1;
    }
  }
}
