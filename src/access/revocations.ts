import { Injectable, type OnModuleInit } from '@nestjs/common';
import {
  Bus,
  Clock,
  Database,
  Lifecycle,
  Log,
  Rounds,
  timestamp,
  type Queryable,
} from '../platform/index.js';
import { DAY_MS, HOUR_MS, SECOND_MS, type Instant, type ShopperId } from '../shared/index.js';

/** What was revoked: noted with the deed, told at once, and read again by whoever missed the telling. */
export interface Revocation {
  revocationId: string;
  /** A principal's name. */
  principal: string;
}

/** With 3 s of memory for a good credential, and a lost hint, a revoked one is refused everywhere within 5 s. */
const READ_EVERY_MS = 2_000;
/** A row may become visible so long after the time that it carries. */
const OVERLAP_MS = 10 * SECOND_MS;
/** A shopper's token lives a day at most, with an hour for clocks that differ. */
const KEPT_MS = DAY_MS + HOUR_MS;
/** Heard of and not yet read: more than can be revoked between two readings. */
const MOST_HEARD = 10_000;

/** Everything that ends a credential before its time goes through here. */
@Injectable()
export class Revocations implements OnModuleInit {
  #seen = new Set<string>();
  #heard = new Set<string>();
  #readUntil: Instant;
  readonly #rounds: Rounds;

  constructor(
    private readonly database: Database,
    private readonly bus: Bus,
    private readonly clock: Clock,
    private readonly lifecycle: Lifecycle,
    log: Log,
  ) {
    this.#readUntil = clock.now();
    this.#rounds = new Rounds(
      READ_EVERY_MS,
      () => this.#read(),
      (error) => log.warn({ event: 'revocations.unread', error }),
    );
  }

  onModuleInit(): void {
    this.bus.on('credential.revoked', ({ revocationId }) => {
      if (revocationId !== undefined) this.#heard.add(revocationId);
    });
    this.lifecycle.onStart(() => this.#rounds.start());
    this.lifecycle.onStop('streams', () => this.#rounds.stop());
  }

  /** Notes it in the transaction of what it tells. To be told once that is committed. */
  async note(tx: Pick<Queryable, 'run'>, principal: string): Promise<Revocation> {
    const revocation = { revocationId: this.clock.newId(), principal };
    await tx.run('INSERT INTO revocations (revocation_id, principal, at) VALUES ($1, $2, $3)', [
      revocation.revocationId,
      principal,
      timestamp(this.clock.now()),
    ]);
    return revocation;
  }

  /** Every process drops what it remembers of the principal, and closes its sockets. */
  tell({ revocationId, principal }: Revocation): void {
    this.bus.emit('credential.revoked', { credential: principal, revocationId });
  }

  /** When the shopper's tokens were last revoked; undefined when they were not, within the life of a token. */
  async tokensRevokedAt(shopperId: ShopperId): Promise<Instant | undefined> {
    const [row] = await this.database.query<{ at: Instant | null }>(
      'SELECT max(at) AS at FROM revocations WHERE principal = $1',
      [`shopper:${shopperId}`],
    );
    return row?.at ?? undefined;
  }

  /** Nobody can come any more with what was revoked so long ago. */
  async tidy(): Promise<void> {
    await this.database.run('DELETE FROM revocations WHERE at < $1', [timestamp(this.clock.now() - KEPT_MS)]);
  }

  /** What was revoked since the last reading and not heard of is told again, to this process alone. */
  async #read(): Promise<void> {
    const now = this.clock.now();
    const rows = await this.database.query<Revocation>(
      'SELECT revocation_id AS "revocationId", principal FROM revocations WHERE at > $1 ORDER BY at',
      [timestamp(this.#readUntil - OVERLAP_MS)],
    );
    const known = [this.#seen, this.#heard];
    const missed = rows.filter(({ revocationId }) => known.every((ids) => !ids.has(revocationId)));
    this.#seen = new Set(rows.map(({ revocationId }) => revocationId));
    this.#heard = new Set([...this.#heard].filter((id) => !this.#seen.has(id)).slice(-MOST_HEARD));
    this.#readUntil = now;
    for (const { principal, revocationId } of missed) {
      this.bus.tellHere('credential.revoked', { credential: principal, revocationId });
    }
  }
}
