import { Injectable } from '@nestjs/common';
import { Bus, Clock } from '../platform/index.js';
import { principalName, type Instant, type Principal } from '../shared/index.js';

/** A principal whose credential was found good, and when the credential itself ends, if it does. */
export interface Verified {
  principal: Principal;
  expiresAt?: Instant;
}

interface Remembered {
  principal: Principal;
  until: Instant;
}

/** With the second or so that a lost hint may cost, a revoked credential is refused everywhere within 5 s. */
const REMEMBER_MS = 3_000;
/** About 3 MB; the oldest goes first. */
const MOST = 10_000;

/** Credentials found good a moment ago, by their hash, so that a busy gateway does not ask Postgres every time. */
@Injectable()
export class VerifiedCredentials {
  readonly #remembered = new Map<string, Remembered>();
  #revocations = 0;

  constructor(
    bus: Bus,
    private readonly clock: Clock,
  ) {
    bus.on('credential.revoked', ({ credential }) => this.#forget(credential));
  }

  /** The principal of a credential: remembered, else by `verify`. What is not good is not remembered. */
  async principalOf(
    hash: Buffer,
    verify: () => Promise<Verified | undefined>,
  ): Promise<Principal | undefined> {
    const key = hash.toString('base64');
    const known = this.#remembered.get(key);
    if (known !== undefined && known.until > this.clock.now()) return known.principal;
    this.#remembered.delete(key);
    const revocations = this.#revocations;
    const verified = await verify();
    // An answer from before a revocation must not outlive it in memory.
    if (verified !== undefined && revocations === this.#revocations) this.#remember(key, verified);
    return verified?.principal;
  }

  #remember(key: string, { principal, expiresAt = Infinity }: Verified): void {
    const oldest = this.#remembered.keys().next();
    if (this.#remembered.size >= MOST && !oldest.done) this.#remembered.delete(oldest.value);
    this.#remembered.set(key, { principal, until: Math.min(this.clock.now() + REMEMBER_MS, expiresAt) });
  }

  #forget(credential: string): void {
    this.#revocations += 1;
    for (const [key, { principal }] of this.#remembered) {
      if (principalName(principal) === credential) this.#remembered.delete(key);
    }
  }
}
