import { Injectable } from '@nestjs/common';
import { Clock, Log } from '../../platform/index.js';
import { SECOND_MS, type Instant, type ShopperId } from '../../shared/index.js';
import type { Sighting } from '../../sightings/index.js';
import type { Work } from '../work.rules.js';
import { Deferred, type Deferral } from './deferred.js';
import { JournalStore } from './journal.store.js';

/** Gateways report once a second: in this time each of a shopper's says something once. */
const DEFER_MS = SECOND_MS;
const PAGE_MS = SECOND_MS;
/** What 100,000 shoppers' gateways say in a second, in 60 bytes each; what comes beyond it is written at once. */
const MOST_DEFERRED = 400_000;

/**
 * What may wait to be worked into its shopper's state, for a second: Redis has it in the journal, this process in memory.
 * Several sightings of a shopper then cost one state. If the process ends, another reads its pages (`JournalRecovery`).
 */
@Injectable()
export class Journal {
  readonly #deferred = new Deferred();
  /** Full pages, and when they were closed. */
  #pages: { page: string; closedAt: Instant }[] = [];
  #turnedAt: Instant = 0;

  constructor(
    private readonly store: JournalStore,
    private readonly clock: Clock,
    private readonly log: Log,
  ) {}

  /** Nothing waits. */
  get isEmpty(): boolean {
    return this.#deferred.sightings === 0;
  }

  get hasRoom(): boolean {
    return this.#deferred.sightings < MOST_DEFERRED;
  }

  /** Whether some of the shopper's wait. */
  has(shopperId: ShopperId): boolean {
    return this.#deferred.has(shopperId);
  }

  /** Whose sightings wait. */
  get shopperIds(): ShopperId[] {
    return this.#deferred.shopperIds;
  }

  /** Resolves when Redis holds them; from then on they wait here. @throws when Redis does not answer */
  async defer(works: readonly (readonly [ShopperId, Work])[]): Promise<void> {
    if (works.length === 0) return;
    const since = this.clock.now();
    const all: Sighting[] = [];
    for (const [, { sightings }] of works) for (const sighting of sightings) all.push(sighting);
    await this.store.append(all, since);
    for (const [shopperId, { sightings }] of works) this.#deferred.add(shopperId, sightings, since);
  }

  /** Takes what waits of a shopper, to be worked in with what came now. */
  take(shopperId: ShopperId): Deferral | undefined {
    return this.#deferred.take(shopperId);
  }

  /** Takes what has waited long enough. */
  takeDue(): Map<ShopperId, Deferral> {
    return this.#deferred.takeSince(this.clock.now() - DEFER_MS);
  }

  /** What was taken could not be written: it goes on waiting. */
  putBack(shopperId: ShopperId, { sightings, since }: Deferral): void {
    this.#deferred.add(shopperId, sightings, since);
  }

  /** Removes the pages that are in the states whole. To be called while nothing that was taken is under way. */
  tidy(): void {
    const now = this.clock.now();
    if (now - this.#turnedAt < PAGE_MS && !this.isEmpty) return;
    this.#turnedAt = now;
    const page = this.store.turn();
    if (page !== undefined) this.#pages.push({ page, closedAt: now });
    if (this.#pages.length === 0) return;
    const { oldest } = this.#deferred;
    const done = this.#pages.filter(({ closedAt }) => closedAt < oldest);
    this.#pages = this.#pages.filter(({ closedAt }) => closedAt >= oldest);
    // One that stays is read again by a worker, which does no harm.
    this.store
      .remove(done.map(({ page }) => page))
      .catch((error: unknown) => this.log.debug({ event: 'journal.page-left', error }));
  }
}
