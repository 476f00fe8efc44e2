import { Injectable } from '@nestjs/common';
import { Clock, Log, Rounds } from '../platform/index.js';
import { SWEEP_EVERY_MS } from './absence.rules.js';
import { JournalRecovery } from './journal/journal-recovery.js';
import { PresenceService } from './presence.service.js';
import { PresenceStore } from './presence.store.js';

/**
 * Looks at those who are due, because silence ends stays and visits. Every few seconds one of all workers goes through a
 * partition. Should two, they do no harm: where both look at the same shopper, one of them writes. Nothing is kept of how
 * far a sweep came, so none can leave anybody out for good. Before, it works in what a process that is gone left.
 */
@Injectable()
export class PresenceSweep {
  readonly #rounds = new Rounds(
    SWEEP_EVERY_MS,
    async () => {
      await this.recovery.recover();
      await this.sweep(await this.store.claim(SWEEP_EVERY_MS));
    },
    (error) => this.#failed(error),
  );

  constructor(
    private readonly store: PresenceStore,
    private readonly presence: PresenceService,
    private readonly recovery: JournalRecovery,
    private readonly clock: Clock,
    private readonly log: Log,
  ) {}

  start(): void {
    this.#rounds.start();
  }

  /** Finishes the look in hand. */
  stop(): Promise<void> {
    return this.#rounds.stop();
  }

  /** Looks once at all who are due in each partition, and gives how many that were. */
  async sweep(partitions: readonly number[] = this.store.partitions): Promise<number> {
    let found = 0;
    for (const partition of partitions) found += await this.#sweepPartition(partition);
    return found;
  }

  async #sweepPartition(partition: number): Promise<number> {
    let found = 0;
    let cursor: string | undefined;
    do {
      const due = await this.store.due(partition, this.clock.now(), cursor);
      found += due.shopperIds.length;
      // One shopper who cannot be looked at is not to keep the sweep from all after them.
      await this.presence.look(due.shopperIds).catch((error: unknown) => this.#failed(error));
      cursor = due.cursor;
    } while (cursor !== undefined && !this.#rounds.isStopped);
    return found;
  }

  #failed(error: unknown): void {
    this.log.debug({ event: 'sweep.failed', error });
  }
}
