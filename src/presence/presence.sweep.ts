import { Injectable } from '@nestjs/common';
import { Clock, Log } from '../platform/index.js';
import { PresenceService } from './presence.service.js';
import { PresenceStore } from './presence.store.js';

const PAUSE_MS = 250;
const SHOPPERS_A_PARTITION = 200;

/**
 * Looks at those who are due, because silence ends stays and visits. Every worker sweeps every partition: where two
 * look at the same shopper, one of them writes.
 */
@Injectable()
export class PresenceSweep {
  #timer: NodeJS.Timeout | undefined;
  #underWay: Promise<void> = Promise.resolve();
  #stopped = true;

  constructor(
    private readonly store: PresenceStore,
    private readonly presence: PresenceService,
    private readonly clock: Clock,
    private readonly log: Log,
  ) {}

  start(): void {
    this.#stopped = false;
    this.#later(PAUSE_MS);
  }

  /** Finishes the look in hand. */
  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    await this.#underWay;
  }

  /** Looks once at all who are due, and gives how many that were. */
  async sweep(): Promise<number> {
    const due = await this.store.due(this.clock.now(), SHOPPERS_A_PARTITION);
    await this.presence.look(due);
    return due.length;
  }

  async #run(): Promise<void> {
    let found = 0;
    try {
      found = await this.sweep();
    } catch (error) {
      this.log.debug({ event: 'sweep.failed', error });
    }
    // After an outage thousands are due at once: no pause while a partition may have more.
    this.#later(found >= SHOPPERS_A_PARTITION ? 0 : PAUSE_MS);
  }

  #later(pauseMs: number): void {
    if (this.#stopped) return;
    this.#timer = setTimeout(() => {
      this.#underWay = this.#run();
    }, pauseMs);
  }
}
