import { Injectable, type OnModuleInit } from '@nestjs/common';
import { Lifecycle, Log, Problem, unavailable } from '../platform/index.js';
import type { ShopperId, StoreId } from '../shared/index.js';
import type { CheckIn, Sighting, SightingSink } from '../sightings/index.js';
import { Batch } from './batch.js';
import type { Deferral } from './journal/deferred.js';
import { Journal } from './journal/journal.service.js';
import { PresenceWriter } from './presence-writer.js';
import type { Presence } from './state.js';
import type { Work } from './work.rules.js';

// Under load batches begin so far apart. One for each request of a gateway would be as many scripts, each with a shopper
// or two; nobody notices 8 ms.
const BATCH_EVERY_MS = 8;
// Fewer shoppers in a batch are no load, and the next one is written at once.
const BUSY_BATCH = 16;
// From so many on, those of whom it can wait are only put in the journal. A shop with fewer has each state written at once.
const DEFERRING_BATCH = 32;
/** So often what waits in the journal is looked through when nothing more comes in. */
const SETTLE_EVERY_MS = 200;
/**
 * So many sightings, check-ins and looks may wait to be written: some 12 MB, and several seconds of what one process can
 * take. More is refused with 503 until some are written, for a queue that only grows ends in no memory.
 */
export const MOST_WAITING = 50_000;

/**
 * Live presence. What arrives while a batch is being written, and shortly after a large one, gathers in the next, so a
 * busy process writes large batches and an idle one at once. Any process may take what it likes of any shopper. What is
 * heard of those for whom nothing can follow from it waits in the `Journal` for up to a second, so that it costs one state.
 */
@Injectable()
export class PresenceService implements SightingSink, OnModuleInit {
  #gathering = new Batch();
  #waiting = 0;
  #flushing = false;
  /** The earliest time for the next batch, as of `performance.now()`. */
  #nextAt = 0;
  #complained = false;
  #isSettling = false;

  constructor(
    private readonly writer: PresenceWriter,
    private readonly journal: Journal,
    private readonly lifecycle: Lifecycle,
    private readonly log: Log,
  ) {}

  onModuleInit(): void {
    this.lifecycle.onStop('work', () => this.settle());
  }

  /**
   * Takes sightings; resolves when live presence holds them: in the shoppers' states, or in the journal. The same ones again
   * do no harm.
   *
   * @throws Problem 503 when Redis does not answer: then they may be held or not; or when `MOST_WAITING` wait already
   */
  take(sightings: readonly Sighting[]): Promise<void> {
    return this.#gather(idsOf(sightings), (batch) => {
      for (const sighting of sightings) {
        const work = batch.workOn(sighting.shopperId);
        work.sightings.push(sighting);
        work.onlyIfPresent = false;
      }
    });
  }

  /** Takes what a process that is gone had in its journal. It tells only of shoppers who are still there. */
  recover(sightings: readonly Sighting[]): Promise<void> {
    return this.#gather(idsOf(sightings), (batch) => {
      for (const sighting of sightings) batch.workOn(sighting.shopperId).sightings.push(sighting);
    });
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

  /** Where the shopper is now; undefined: in no store. Up to a second behind under load. */
  of(shopperId: ShopperId): Promise<Presence | undefined> {
    return this.writer.of(shopperId);
  }

  /** In which store each of them is now; who is in none is missing. */
  storesOf(shopperIds: readonly ShopperId[]): Promise<Map<ShopperId, StoreId>> {
    return this.writer.storesOf(shopperIds);
  }

  /** Works in all that waits in the journal. */
  async settle(): Promise<void> {
    await this.look(this.journal.shopperIds);
  }

  async #gather(shopperIds: readonly ShopperId[], add: (batch: Batch) => void): Promise<void> {
    if (shopperIds.length === 0) return;
    if (this.#waiting > 0 && this.#waiting + shopperIds.length > MOST_WAITING) {
      throw unavailable('More is heard than can be written just now.');
    }
    const batch = this.#gathering;
    add(batch);
    this.#waiting += shopperIds.length;
    this.#startFlushing();
    const failures = await batch.done.finally(() => (this.#waiting -= shopperIds.length));
    for (const shopperId of failures.size === 0 ? [] : shopperIds) {
      const failure = failures.get(shopperId);
      if (failure !== undefined) throw failure;
    }
  }

  #startFlushing(): void {
    if (this.#flushing) return;
    this.#flushing = true;
    this.#scheduleFlush();
  }

  #scheduleFlush(): void {
    const waitMs = Math.max(this.#nextAt - performance.now(), this.writer.waitMs);
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
      if (!this.#complained) this.log.warn({ event: 'presence.unwritten', error });
      this.#complained = true;
      batch.abandon(unavailable('Live presence cannot be written just now.'));
    }
    this.journal.tidy();
    if (this.#gathering.isEmpty) this.#flushing = false;
    else this.#scheduleFlush();
    if (!this.journal.isEmpty) this.#settleLater();
  }

  #settleLater(): void {
    if (this.#isSettling) return;
    this.#isSettling = true;
    setTimeout(() => {
      this.#isSettling = false;
      this.#startFlushing();
    }, SETTLE_EVERY_MS).unref();
  }

  /** Writes what must be told at once, with what waited of the same shoppers; the rest goes into the journal. */
  async #flush(gathered: Map<ShopperId, Work>): Promise<ReadonlyMap<ShopperId, Error>> {
    const { calm, works } = this.#parted(gathered);
    const deferrals = this.#takeDeferred(works);
    try {
      const [failures] = await Promise.all([this.writer.write(works), this.journal.defer(calm)]);
      for (const [shopperId, failure] of failures) {
        // A defect is none the less one the next time; what waited for it would be tried for ever, and its page kept.
        if (failure instanceof Problem) this.#putBack(shopperId, deferrals);
      }
      return failures;
    } catch (error) {
      for (const shopperId of deferrals.keys()) this.#putBack(shopperId, deferrals);
      throw error;
    }
  }

  /** What can wait, and what must be written now. */
  #parted(gathered: Map<ShopperId, Work>): { calm: [ShopperId, Work][]; works: Map<ShopperId, Work> } {
    const calm: [ShopperId, Work][] = [];
    if (gathered.size < DEFERRING_BATCH || !this.journal.hasRoom) return { calm, works: gathered };
    const works = new Map<ShopperId, Work>();
    for (const each of gathered) {
      const [shopperId, work] = each;
      if (this.writer.canWait(shopperId, work, this.journal.has(shopperId))) calm.push(each);
      else works.set(shopperId, work);
    }
    return { calm, works };
  }

  /** Adds to `works` what waited of the same shoppers, and what has waited long enough; gives all that was added. */
  #takeDeferred(works: Map<ShopperId, Work>): Map<ShopperId, Deferral> {
    const deferrals = new Map<ShopperId, Deferral>();
    if (this.journal.isEmpty) return deferrals;
    for (const [shopperId, work] of works) {
      const deferral = this.journal.take(shopperId);
      if (deferral === undefined) continue;
      deferrals.set(shopperId, deferral);
      work.sightings = [...deferral.sightings, ...work.sightings];
    }
    for (const [shopperId, deferral] of this.journal.takeDue()) {
      deferrals.set(shopperId, deferral);
      const { sightings } = deferral;
      works.set(shopperId, { sightings, checkIns: [], forget: false, onlyIfPresent: true });
    }
    return deferrals;
  }

  #putBack(shopperId: ShopperId, deferrals: ReadonlyMap<ShopperId, Deferral>): void {
    const deferral = deferrals.get(shopperId);
    if (deferral !== undefined) this.journal.putBack(shopperId, deferral);
  }
}

function idsOf(sightings: readonly Sighting[]): ShopperId[] {
  return sightings.map(({ shopperId }) => shopperId);
}
