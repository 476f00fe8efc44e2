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

/** From the question on; with the second or so that a lost hint may cost, a revoked one is refused everywhere within 5 s. */
const REMEMBER_MS = 3_000;
/** About 3 MB; the oldest goes first. */
const MOST = 10_000;

/** Credentials found good a moment ago, by their hash, so that a busy gateway does not ask Postgres every time. */
@Injectable()
export class VerifiedCredentials {
  readonly #remembered = new Map<string, Remembered>();
  /** Questions under way, which all who ask for the same credential wait for: a gateway posts on many connections. */
  readonly #asked = new Map<string, Promise<Verified | undefined>>();

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
    return (await (this.#asked.get(key) ?? this.#ask(key, verify)))?.principal;
  }

  async #ask(key: string, verify: () => Promise<Verified | undefined>): Promise<Verified | undefined> {
    this.#remembered.delete(key);
    const askedAt = this.clock.now();
    // Asked in the next turn: by then it stands here, where a revocation overtakes it.
    const question = Promise.resolve().then(verify);
    this.#asked.set(key, question);
    // A question that a revocation overtook is nobody's any more: its answer must not outlive it in memory.
    const isOurs = (): boolean => this.#asked.get(key) === question;
    try {
      const verified = await question;
      if (verified !== undefined && isOurs()) this.#remember(key, verified, askedAt);
      return verified;
    } finally {
      if (isOurs()) this.#asked.delete(key);
    }
  }

  #remember(key: string, { principal, expiresAt = Infinity }: Verified, askedAt: Instant): void {
    const oldest = this.#remembered.keys().next();
    if (this.#remembered.size >= MOST && !oldest.done) this.#remembered.delete(oldest.value);
    this.#remembered.set(key, { principal, until: Math.min(askedAt + REMEMBER_MS, expiresAt) });
  }

  #forget(credential: string): void {
    this.#asked.clear();
    for (const [key, { principal }] of this.#remembered) {
      if (principalName(principal) === credential) this.#remembered.delete(key);
    }
  }
}
