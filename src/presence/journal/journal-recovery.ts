import { Injectable } from '@nestjs/common';
import { Clock, Log, Problem } from '../../platform/index.js';
import { SECOND_MS } from '../../shared/index.js';
import type { Sighting } from '../../sightings/index.js';
import { PresenceService } from '../presence.service.js';
import { JournalStore } from './journal.store.js';

/** A page of a process that lives is gone after two or three seconds; where Redis is slow, read twice does no harm. */
const LEFT_AFTER_MS = 15 * SECOND_MS;

/** Works in what processes that are gone had in their journals. Two workers that read the same page do no harm. */
@Injectable()
export class JournalRecovery {
  constructor(
    private readonly store: JournalStore,
    private readonly presence: PresenceService,
    private readonly clock: Clock,
    private readonly log: Log,
  ) {}

  /** Reads each page that was left, and gives how many those were. */
  async recover(): Promise<number> {
    const pages = await this.store.begunBefore(this.clock.now() - LEFT_AFTER_MS);
    for (const page of pages) {
      for (const sightings of await this.store.read(page)) await this.#recover(sightings);
      await this.store.remove([page]);
    }
    if (pages.length > 0) this.log.info({ event: 'journal.recovered', pages: pages.length });
    return pages.length;
  }

  /** A shopper who cannot be worked in is not to keep the others, later pages and the sweep for as long as pages are kept. */
  async #recover(sightings: readonly Sighting[]): Promise<void> {
    try {
      await this.presence.recover(sightings);
    } catch (error) {
      if (error instanceof Problem) throw error;
      this.log.error({ event: 'journal.unrecovered', error });
    }
  }
}
