import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { Clock, Log, RateLimits, RedisConnections, signInClosed } from '../../platform/index.js';
import { WINDOW_MS, waitMs } from './sessions.rules.js';

/**
 * Failures to sign in, by account and known or not alike, counted in Redis for all processes. While they cannot be
 * counted nobody signs in: each process by itself would let through as many guesses as there are processes.
 */
@Injectable()
export class SignInThrottle {
  readonly #turns = new Map<string, Promise<unknown>>();

  constructor(
    private readonly redis: RedisConnections,
    private readonly limits: RateLimits,
    private readonly clock: Clock,
    private readonly log: Log,
  ) {}

  /** Tries on one account wait for each other: a hundred guesses at once are a hundred guesses, not one. */
  async inTurn<T>(email: string, work: () => Promise<T>): Promise<T> {
    const before = this.#turns.get(email) ?? Promise.resolve();
    const turn = before.then(work, work);
    this.#turns.set(email, turn);
    try {
      return await turn;
    } finally {
      if (this.#turns.get(email) === turn) this.#turns.delete(email);
    }
  }

  /**
   * Milliseconds to wait before the next try; 0 for now.
   *
   * @throws Problem 503 while failures cannot be counted
   */
  async waitMs(email: string): Promise<number> {
    const counted = await this.#counting(() =>
      this.redis.request.zrange(this.#key(email), 0, -1, 'WITHSCORES'),
    );
    const failures = counted.filter((_, index) => index % 2 === 1).map(Number);
    return waitMs(failures, this.clock.now());
  }

  /** @throws Problem 503 when the failure cannot be counted: then it is not told that it was one */
  async failed(email: string): Promise<void> {
    const now = this.clock.now();
    const key = this.#key(email);
    const failure = this.clock.newId();
    await this.#counting(() =>
      this.redis.request
        .multi()
        .zremrangebyscore(key, 0, now - WINDOW_MS)
        .zadd(key, now, failure)
        .pexpire(key, WINDOW_MS)
        .exec(),
    );
  }

  /** @throws Problem 429 when too many tries from this address went wrong, whoever they were about; 503 as above */
  arrives(address: string): Promise<void> {
    return this.limits.trySignIn(address);
  }

  /** Whoever knows the password is let in, though their slips should be counted a little longer. */
  async succeeded(email: string, address: string): Promise<void> {
    await this.limits.signedIn(address);
    await this.redis.request.del(this.#key(email)).catch((error: unknown) => {
      this.log.debug({ event: 'sign-in.not-forgotten', error });
    });
  }

  /** No address lies in Redis, only its hash. */
  #key(email: string): string {
    return this.redis.key(`sign-in:${createHash('sha256').update(email).digest('base64url')}`);
  }

  async #counting<T>(ask: () => Promise<T>): Promise<T> {
    try {
      return await ask();
    } catch (error) {
      this.log.warn({ event: 'sign-in.closed', error });
      throw signInClosed();
    }
  }
}
