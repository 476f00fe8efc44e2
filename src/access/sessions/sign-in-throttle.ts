import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { Clock, Log, RateLimits, RedisConnections } from '../../platform/index.js';
import type { Instant } from '../../shared/index.js';
import { WINDOW_MS, waitMs, withFailure } from './sessions.rules.js';

/** Accounts whose failures one process remembers; the one longest untried is forgotten first. */
const MOST = 10_000;

/**
 * Failures to sign in, by account and known or not alike. Counted in Redis for all processes and in memory for
 * this one; with Redis down, memory alone still holds every process to the limit.
 */
@Injectable()
export class SignInThrottle {
  readonly #failures = new Map<string, Instant[]>();
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

  /** Milliseconds to wait before the next try; 0 for now. */
  async waitMs(email: string): Promise<number> {
    const elsewhere = await this.#unlessDown(() =>
      this.redis.request.zrange(this.#key(email), 0, -1, 'WITHSCORES'),
    );
    const scores = (elsewhere ?? []).filter((_, index) => index % 2 === 1).map(Number);
    const now = this.clock.now();
    return Math.max(waitMs(this.#failures.get(email) ?? [], now), waitMs(scores, now));
  }

  async failed(email: string): Promise<void> {
    const now = this.clock.now();
    const failures = withFailure(this.#failures.get(email) ?? [], now);
    this.#failures.delete(email);
    this.#failures.set(email, failures);
    const oldest = this.#failures.keys().next();
    if (this.#failures.size > MOST && !oldest.done) this.#failures.delete(oldest.value);
    const key = this.#key(email);
    const failure = this.clock.newId();
    await this.#unlessDown(() =>
      this.redis.request
        .multi()
        .zremrangebyscore(key, 0, now - WINDOW_MS)
        .zadd(key, now, failure)
        .pexpire(key, WINDOW_MS)
        .exec(),
    );
  }

  /** @throws Problem 429 when too many tries from this address went wrong, whoever they were about */
  arrives(address: string): Promise<void> {
    return this.limits.trySignIn(address);
  }

  async succeeded(email: string, address: string): Promise<void> {
    await this.limits.signedIn(address);
    this.#failures.delete(email);
    await this.#unlessDown(() => this.redis.request.del(this.#key(email)));
  }

  /** No address lies in Redis, only its hash. */
  #key(email: string): string {
    return this.redis.key(`sign-in:${createHash('sha256').update(email).digest('base64url')}`);
  }

  async #unlessDown<T>(ask: () => Promise<T>): Promise<T | undefined> {
    try {
      return await ask();
    } catch (error) {
      this.log.debug({ event: 'sign-in.counted-alone', error });
      return undefined;
    }
  }
}
