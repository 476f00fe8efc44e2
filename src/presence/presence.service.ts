import { Injectable } from '@nestjs/common';
import { Clock, Log, Metrics, unavailable } from '../platform/index.js';
import { DAY_MS, fnv1a, type Instant, type ShopperId, type StoreId } from '../shared/index.js';
import type { CheckIn, Sighting, SightingSink } from '../sightings/index.js';
import { Batch } from './batch.js';
import { Contested } from './contested.js';
import { NOTHING, PresenceStore, type Held, type Saved, type Write } from './presence.store.js';
import { Recent } from './recent.js';
import { Stagger } from './stagger.js';
import type { Presence } from './state.js';
import { Surroundings } from './surroundings.js';
import { isLook, workIn, type Place, type Work } from './work.rules.js';

// Even three processes that hear the same shopper without a pause, and in step, lose ten times in a row less than once in
// fifty batches; and then the sender repeats.
const TRIES = 10;
// Some 3 KB each: what one process hears of in a minute, without the memory mattering.
const REMEMBERED = 20_000;
// Under load batches begin so far apart. One for each request of a gateway would be as many scripts, each with a shopper
// or two; nobody notices 8 ms.
const BATCH_EVERY_MS = 8;
// Fewer shoppers in a batch are no load, and the next one is written at once.
const BUSY_BATCH = 16;
// Loaded, worked in and written together: some 10 ms, in which another process may write any of them first.
const SHOPPERS_AT_ONCE = 500;
/**
 * So many sightings, check-ins and looks may wait to be written: some 12 MB, and several seconds of what one process can
 * take. More is refused with 503 until some are written, for a queue that only grows ends in no memory.
 */
export const MOST_WAITING = 50_000;
// Nobody says any more when such a presence ends, as its store is gone.
const ABANDONED_MS = DAY_MS;

/**
 * Live presence. What arrives while a batch is being written, and shortly after a large one, gathers in the next, so a
 * busy process writes large batches and an idle one at once. Any process may take what it likes of any shopper: the first
 * to write wins, the others work theirs into what was written. `Contested` and `Stagger` keep such races rare.
 */
@Injectable()
export class PresenceService implements SightingSink {
  /** What this process last knew to be held. Being out of date costs a second try. */
  readonly #known = new Recent<ShopperId, Held>(REMEMBERED);
  readonly #contested = new Contested(REMEMBERED);
  readonly #stagger: Stagger;
  readonly #placeOf = (storeId: StoreId): Place | undefined => this.surroundings.placeOf(storeId);
  #gathering = new Batch();
  #waiting = 0;
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
  ) {
    this.#stagger = new Stagger(fnv1a(clock.newId()));
  }

  /**
   * Takes sightings; resolves when live presence holds them. The same ones again do no harm.
   *
   * @throws Problem 503 when Redis does not answer: then they may be held or not; or when `MOST_WAITING` wait already
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
    if (this.#waiting > 0 && this.#waiting + shopperIds.length > MOST_WAITING) {
      throw unavailable('More is heard than can be written just now.');
    }
    const batch = this.#gathering;
    add(batch);
    this.#waiting += shopperIds.length;
    if (!this.#flushing) {
      this.#flushing = true;
      this.#scheduleFlush();
    }
    const failures = await batch.done.finally(() => (this.#waiting -= shopperIds.length));
    for (const shopperId of failures.size === 0 ? [] : shopperIds) {
      const failure = failures.get(shopperId);
      if (failure !== undefined) throw failure;
    }
  }

  #scheduleFlush(): void {
    const waitMs = Math.max(this.#nextAt - performance.now(), this.#stagger.waitMs);
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

  async #flush(works: ReadonlyMap<ShopperId, Work>): Promise<Map<ShopperId, Error>> {
    const failures = new Map<ShopperId, Error>();
    const all = [...works];
    for (let first = 0; first < all.length; first += SHOPPERS_AT_ONCE) {
      await this.#write(new Map(all.slice(first, first + SHOPPERS_AT_ONCE)), failures);
    }
    return failures;
  }

  /** Load, advance, save, and again for those that somebody else has written meanwhile. */
  async #write(works: ReadonlyMap<ShopperId, Work>, failures: Map<ShopperId, Error>): Promise<void> {
    const { held, asked } = await this.#heldOf(works);
    let open = works;
    for (let tries = 1; open.size > 0; tries += 1) {
      const now = this.clock.now();
      const writes = this.#workIn(open, held, now, failures);
      const lost = this.#note(writes, await this.store.save(writes, now), held);
      if (tries === 1) this.#stagger.note(asked.size, countIn(asked, lost));
      open = new Map([...open].filter(([shopperId, work]) => lost.has(shopperId) && !isLook(work)));
      if (tries < TRIES) continue;
      for (const shopperId of open.keys()) failures.set(shopperId, unavailable('Too many write at once.'));
      break;
    }
  }

  /** What is held of each, as far as it is known; and of whom it had to be asked for. */
  async #heldOf(works: ReadonlyMap<ShopperId, Work>): Promise<{
    held: Map<ShopperId, Held>;
    asked: Set<ShopperId>;
  }> {
    const held = new Map<ShopperId, Held>();
    const asked = new Set<ShopperId>();
    for (const [shopperId, { forget }] of works) {
      const known = this.#known.get(shopperId);
      // To forget somebody who is believed to be gone already, that must be so.
      if (known === undefined || forget || this.#contested.has(shopperId)) asked.add(shopperId);
      else held.set(shopperId, known);
    }
    for (const [shopperId, loaded] of await this.store.load(asked, (each) => this.#known.get(each))) {
      held.set(shopperId, loaded);
      if (loaded.version === this.#known.get(shopperId)?.version) this.#contested.noteQuiet(shopperId);
      else this.#contested.note(shopperId);
    }
    return { held, asked };
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
        const todo = isAbandoned(from, work, now) ? { ...work, forget: true } : work;
        const { presence, changes, fixes, impossible, nextLookAt } = workIn(
          from.presence,
          todo,
          now,
          this.#placeOf,
        );
        if (fixes.length > 0) this.surroundings.learn(fixes);
        if (impossible > 0) this.metrics.impossibleTravels.inc(impossible);
        const absent = from.presence === undefined && presence === undefined;
        // A look at somebody who is not there is written all the same: it removes what is left of them.
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
      if (!outcome.written) {
        lost.add(shopperId);
        this.#contested.note(shopperId);
      } else for (const { kind } of changes) this.metrics.presenceChanges.inc({ kind });
    });
    this.metrics.presenceWrites.inc(writes.length - lost.size);
    this.metrics.presenceConflicts.inc(lost.size);
    return lost;
  }
}

function isAbandoned({ presence }: Held, work: Work, now: Instant): boolean {
  return presence !== undefined && isLook(work) && now - presence.lastHeardAt > ABANDONED_MS;
}

function countIn(some: ReadonlySet<ShopperId>, others: ReadonlySet<ShopperId>): number {
  let count = 0;
  for (const shopperId of others) if (some.has(shopperId)) count += 1;
  return count;
}
