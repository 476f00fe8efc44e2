import { Injectable } from '@nestjs/common';
import { Clock, Log, Rounds } from '../../platform/index.js';
import { MINUTE_MS, SECOND_MS, type BeaconId, type Instant } from '../../shared/index.js';
import { EidTableStore } from './eid-table.store.js';
import { IdentitiesRepository, type Kept } from './identities.repository.js';
import {
  coverage,
  entriesBetween,
  roundMs,
  SHARES,
  type Covered,
  type Share,
  type TableEntry,
} from './table.rules.js';

const PAUSE_MS = SECOND_MS;
/** Opening and encrypting so many takes some 5 ms, in which the process does nothing else. */
const KEYS_AT_ONCE = 250;
/** Between the clock of Postgres and ours, and between a change and its commit. */
const UNSURE_MS = MINUTE_MS;

/**
 * Keeps the table of ephemeral identifiers written. Each second a worker looks which shares are due, or unknown to
 * Redis (a new shop, or FLUSHALL), takes the lease of one, and writes what its keys make until past the next round.
 * Workers start at different places, so that they come across each other little.
 */
@Injectable()
export class TableRound {
  readonly #rounds = new Rounds(
    PAUSE_MS,
    async () => {
      const exponents = await this.repository.exponentsInUse();
      if (exponents.length > 0) await this.#writeDue(exponents);
    },
    (error) => this.log.debug({ event: 'eid-table.unwritten', error }),
  );

  constructor(
    private readonly repository: IdentitiesRepository,
    private readonly store: EidTableStore,
    private readonly clock: Clock,
    private readonly log: Log,
  ) {}

  start(): void {
    this.#rounds.start();
  }

  /** Finishes the page in hand; the share is another's once its lease has ended. */
  stop(): Promise<void> {
    return this.#rounds.stop();
  }

  async #writeDue(exponents: readonly number[]): Promise<void> {
    const shares = exponents.flatMap((rotationExponent) =>
      Array.from({ length: SHARES }, (_, number) => ({ rotationExponent, number })),
    );
    const covered = await this.store.coverageOf(shares);
    const now = this.clock.now();
    const due = [...shares.entries()].filter(([index]) => (covered[index]?.dueAt ?? 0) <= now);
    const start = Math.floor(Math.random() * due.length);
    for (const [index, share] of [...due.slice(start), ...due.slice(0, start)]) {
      if (this.#rounds.isStopped) return;
      await this.#write(share, covered[index]);
    }
  }

  /** Writes a share if nobody else is at it. What is written counts only if the lease was held to the end. */
  async #write(share: Share, before: Covered | undefined): Promise<void> {
    const token = this.clock.newId();
    if (!(await this.store.lease(share, token))) return;
    const now = this.clock.now();
    const covers = coverage(share.rotationExponent, now, Math.random());
    let after: BeaconId | undefined;
    do {
      const page = await this.repository.ofShare(share, after, KEYS_AT_ONCE);
      await this.store.writeMany(entriesOf(page.identities, { now, before, covers }), now);
      ({ after } = page);
      if (after !== undefined && (this.#rounds.isStopped || !(await this.store.renew(share, token)))) return;
    } while (after !== undefined);
    await this.store.finish(share, token, covers, now);
  }
}

/** Of a key that the last round knew only what is new; all of one that may have come or changed since it began. */
function* entriesOf(
  identities: readonly Kept[],
  { now, before, covers }: { now: Instant; before: Covered | undefined; covers: Covered },
): Generator<[string, TableEntry]> {
  for (const identity of identities) {
    const knownBefore =
      before !== undefined &&
      before.until > now &&
      identity.changedAt < before.dueAt - roundMs(identity.rotationExponent) - UNSURE_MS;
    const from = knownBefore ? before.until : now;
    yield* entriesBetween(identity, { from, to: covers.until, knownBefore });
  }
}
