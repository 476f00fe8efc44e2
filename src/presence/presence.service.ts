import { Injectable } from '@nestjs/common';
import { Clock, Log, Metrics, unavailable } from '../platform/index.js';
import type { Instant, ShopperId, StoreId } from '../shared/index.js';
import type { CheckIn, Sighting, SightingSink } from '../sightings/index.js';
import { Batch } from './batch.js';
import { NOTHING, PresenceStore, type Held, type Saved, type Write } from './presence.store.js';
import { Recent } from './recent.js';
import type { Presence } from './state.js';
import { Surroundings } from './surroundings.js';
import { isLook, workIn, type Place, type Work } from './work.rules.js';

// Three processes that hear the same shopper without a pause lose ten times in a row less than once in fifty batches,
// and then the sender repeats.
const TRIES = 10;
// Some 3 KB each: what one process hears of in a minute, without the memory mattering.
const REMEMBERED = 20_000;
// Under load batches begin so far apart. One for each request of a gateway would be as many scripts, each with a shopper
// or two; nobody notices 8 ms.
const BATCH_EVERY_MS = 8;
// Fewer shoppers in a batch are no load, and the next one is written at once.
const BUSY_BATCH = 16;

/**
 * Live presence. What arrives while a batch is being written, and shortly after a large one, gathers in the next, so a
 * busy process writes large batches and an idle one at once. Any process may take what it likes of any shopper: the first to write wins, the
 * others work theirs into what was written.
 */
@Injectable()
export class PresenceService implements SightingSink {
  /** What this process last knew to be held. Being out of date costs a second try. */
  readonly #known = new Recent<ShopperId, Held>(REMEMBERED);
  readonly #placeOf = (storeId: StoreId): Place | undefined => this.surroundings.placeOf(storeId);
  #gathering = new Batch();
  #flushing = false;
  /** The earliest time for the next batch, as of `performance.now()`. */
  #nextAt = 0;
  #complained = false;

  constructor(
    private readonly store: PresenceStore,
    private readonly surroundings: Surroundings,
    private readonly clock: Clock,
    private readonly metrics: Metrics,
    private readonly log: Log,
  ) {}

  /**
   * Takes sightings; resolves when live presence holds them. The same ones again do no harm.
   *
   * @throws Problem 503 when Redis does not answer: then they may be held or not
   */
  take(sightings: readonly Sighting[]): Promise<void> {
    return this.#gather(
      sightings.map(({ shopperId }) => shopperId),
      (batch) => {
        for (const sighting of sightings) batch.workOn(sighting.shopperId).sightings.push(sighting);
      },
    );
  }

  /** Takes a check-in as `take` does sightings. */
  checkIn(checkin: CheckIn): Promise<void> {
    return this.#gather([checkin.shopperId], (batch) =>
      batch.workOn(checkin.shopperId).checkIns.push(checkin),
    );
  }

  /** Looks whether shoppers are still there, and says so where they are not. */
  look(shopperIds: readonly ShopperId[]): Promise<void> {
    return this.#gather(shopperIds, (batch) => {
      for (const shopperId of shopperIds) batch.workOn(shopperId);
    });
  }

  /** Drops a shopper's presence, telling no change. */
  forget(shopperId: ShopperId): Promise<void> {
    return this.#gather([shopperId], (batch) => (batch.workOn(shopperId).forget = true));
  }

  /** Where the shopper is now; undefined: in no store. */
  async of(shopperId: ShopperId): Promise<Presence | undefined> {
    return (await this.store.load([shopperId])).get(shopperId)?.presence;
  }

  async #gather(shopperIds: readonly ShopperId[], add: (batch: Batch) => void): Promise<void> {
    if (shopperIds.length === 0) return;
    const batch = this.#gathering;
    add(batch);
    if (!this.#flushing) {
      this.#flushing = true;
      this.#scheduleFlush();
    }
    const failures = await batch.done;
    for (const shopperId of failures.size === 0 ? [] : shopperIds) {
      const failure = failures.get(shopperId);
      if (failure !== undefined) throw failure;
    }
  }

  #scheduleFlush(): void {
    const waitMs = this.#nextAt - performance.now();
    const flush = (): void => void this.#flushGathered();
    if (waitMs > 0) setTimeout(flush, waitMs);
    // Not at once: what came in by the same poll of the sockets goes along.
    else setImmediate(flush);
  }

  async #flushGathered(): Promise<void> {
    const batch = this.#gathering;
    this.#gathering = new Batch();
    this.#nextAt = batch.works.size < BUSY_BATCH ? 0 : performance.now() + BATCH_EVERY_MS;
    try {
      batch.finish(await this.#flush(batch.works));
      this.#complained = false;
    } catch (error) {
      // Whether it was written is not known, so what is held is not either.
      for (const shopperId of batch.works.keys()) this.#known.delete(shopperId);
      if (!this.#complained) this.log.warn({ event: 'presence.unwritten', error });
      this.#complained = true;
      batch.abandon(unavailable('Live presence cannot be written just now.'));
    }
    if (this.#gathering.isEmpty) this.#flushing = false;
    else this.#scheduleFlush();
  }

  /** Load, advance, save, and again for those that somebody else has written meanwhile. */
  async #flush(works: ReadonlyMap<ShopperId, Work>): Promise<Map<ShopperId, Error>> {
    const failures = new Map<ShopperId, Error>();
    const held = await this.#heldOf(works);
    let open = works;
    for (let tries = 1; open.size > 0; tries += 1) {
      const now = this.clock.now();
      const writes = this.#workIn(open, held, now, failures);
      const lost = this.#note(writes, await this.store.save(writes, now), held);
      if (lost.size === 0) break;
      open = new Map([...open].filter(([shopperId, work]) => lost.has(shopperId) && !isLook(work)));
      if (tries < TRIES) continue;
      for (const shopperId of open.keys()) failures.set(shopperId, unavailable('Too many write at once.'));
      break;
    }
    return failures;
  }

  async #heldOf(works: ReadonlyMap<ShopperId, Work>): Promise<Map<ShopperId, Held>> {
    const held = new Map<ShopperId, Held>();
    const unknown: ShopperId[] = [];
    for (const shopperId of works.keys()) {
      const known = this.#known.get(shopperId);
      if (known === undefined) unknown.push(shopperId);
      else held.set(shopperId, known);
    }
    for (const [shopperId, loaded] of await this.store.load(unknown)) held.set(shopperId, loaded);
    return held;
  }

  #workIn(
    works: ReadonlyMap<ShopperId, Work>,
    held: ReadonlyMap<ShopperId, Held>,
    now: Instant,
    failures: Map<ShopperId, Error>,
  ): Write[] {
    const writes: Write[] = [];
    for (const [shopperId, work] of works) {
      const from = held.get(shopperId) ?? NOTHING;
      try {
        const { presence, changes, nextLookAt } = workIn(from.presence, work, now, this.#placeOf);
        const absent = from.presence === undefined && presence === undefined;
        // A look at somebody who is not there is written all the same: it takes them off the list.
        if (!absent || changes.length > 0 || isLook(work)) {
          writes.push({ shopperId, from, presence, changes, nextLookAt });
        }
      } catch (error) {
        // A defect with one shopper is not to cost the others their batch.
        this.log.error({ event: 'presence.failed', shopperId, error });
        failures.set(shopperId, error instanceof Error ? error : new Error(String(error)));
      }
    }
    return writes;
  }

  /** Remembers and counts what was saved; gives those that were lost to another writer, with `held` brought up to date. */
  #note(writes: readonly Write[], saved: readonly Saved[], held: Map<ShopperId, Held>): Set<ShopperId> {
    const lost = new Set<ShopperId>();
    writes.forEach(({ shopperId, changes }, index) => {
      const outcome = saved[index];
      if (outcome === undefined) return;
      held.set(shopperId, outcome.held);
      this.#known.set(shopperId, outcome.held);
      if (!outcome.written) lost.add(shopperId);
      else for (const { kind } of changes) this.metrics.presenceChanges.inc({ kind });
    });
    this.metrics.presenceWrites.inc(writes.length - lost.size);
    this.metrics.presenceConflicts.inc(lost.size);
    return lost;
  }
}
