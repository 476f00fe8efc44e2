import { Injectable } from '@nestjs/common';
import { Clock, Log, Metrics, unavailable } from '../platform/index.js';
import { DAY_MS, fnv1a, SECOND_MS, type Instant, type ShopperId, type StoreId } from '../shared/index.js';
import { calmOf, NEVER, type Calm } from './calm.rules.js';
import { Contested } from './contested.js';
import { NOTHING, type Held } from './held.js';
import { Known } from './known.js';
import { PresenceStore, type Write } from './presence.store.js';
import { Stagger } from './stagger.js';
import type { Presence } from './state.js';
import { Surroundings } from './surroundings.js';
import { isLook, workIn, type Place, type Work } from './work.rules.js';

// Even three processes that hear the same shopper without a pause, and in step, lose ten times in a row less than once in
// fifty batches; and then the sender repeats.
const TRIES = 10;
// What a busy process hears of in a minute: some 55 MB of bytes, reached only by as many shoppers.
const REMEMBERED = 120_000;
// Loaded, worked in and written together: some 10 ms, in which another process may write any of them first.
const SHOPPERS_AT_ONCE = 500;
// Nobody says any more when such a presence ends, as its store is gone.
const ABANDONED_MS = DAY_MS;
// What is older when it comes in does not wait any longer: in three seconds, `reorderMs`, others may have decided its second.
const YOUNG_MS = SECOND_MS;
// Heard again so soon, more is to be expected before the second is over; and of whom that was so the last time.
const SOON_MS = 600;

/** One shopper's work. */
interface Task {
  readonly shopperId: ShopperId;
  readonly work: Work;
  /** What Redis said to be held of them, where it was asked. */
  held: Held | undefined;
}

/**
 * Works what came in of shoppers into their states and writes these. The first of several processes to write wins, the
 * others work theirs into what was written; `Contested` and `Stagger` keep such races rare.
 */
@Injectable()
export class PresenceWriter {
  readonly #known = new Known(REMEMBERED);
  readonly #contested = new Contested(REMEMBERED);
  readonly #stagger: Stagger;
  readonly #placeOf = (storeId: StoreId): Place | undefined => this.surroundings.placeOf(storeId);

  constructor(
    private readonly store: PresenceStore,
    private readonly surroundings: Surroundings,
    private readonly clock: Clock,
    private readonly metrics: Metrics,
    private readonly log: Log,
  ) {
    this.#stagger = new Stagger(fnv1a(clock.newId()));
  }

  /** How long a batch should wait, so as not to be in step with another process. */
  get waitMs(): number {
    return this.#stagger.waitMs;
  }

  /** Where the shopper is now, as Redis holds it; undefined: in no store. */
  async of(shopperId: ShopperId): Promise<Presence | undefined> {
    return (await this.store.load([shopperId])).get(shopperId)?.presence;
  }

  /** In which store each of them is now, as Redis holds it; who is in none is missing. */
  async storesOf(shopperIds: readonly ShopperId[]): Promise<Map<ShopperId, StoreId>> {
    const held = await this.store.load(shopperIds);
    return new Map(
      [...held].flatMap(([shopperId, { presence }]) =>
        presence === undefined ? [] : [[shopperId, presence.storeId] as const],
      ),
    );
  }

  /**
   * Whether the work can wait for a second, because nothing follows from it that would have to be told at once, and whether
   * that is worth while: of somebody who is heard once a second, there would be nothing to put together.
   *
   * @param others some of theirs waits already
   */
  canWait(shopperId: ShopperId, { sightings, checkIns, forget }: Work, others: boolean): boolean {
    if (sightings.length === 0 || checkIns.length > 0 || forget) return false;
    const oldest = this.clock.now() - YOUNG_MS;
    const soonMs = others ? Infinity : SOON_MS;
    return this.#known.isCalm(shopperId, sightings, oldest, soonMs) && !this.#contested.has(shopperId);
  }

  /**
   * @returns those shoppers whose work failed, and why
   * @throws when Redis did not answer: then any of them may be written
   */
  async write(works: ReadonlyMap<ShopperId, Work>): Promise<Map<ShopperId, Error>> {
    const failures = new Map<ShopperId, Error>();
    const all = Array.from(works, ([shopperId, work]): Task => ({ shopperId, work, held: undefined }));
    try {
      for (let first = 0; first < all.length; first += SHOPPERS_AT_ONCE) {
        await this.#write(all.slice(first, first + SHOPPERS_AT_ONCE), failures);
      }
    } catch (error) {
      // Whether it was written is not known, so what is held is not either.
      for (const shopperId of works.keys()) this.#known.delete(shopperId);
      throw error;
    }
    return failures;
  }

  /** Load, advance, save, and again for those that somebody else has written meanwhile. */
  async #write(tasks: readonly Task[], failures: Map<ShopperId, Error>): Promise<void> {
    const asked = await this.#load(tasks);
    let open = tasks;
    for (let tries = 1; open.length > 0; tries += 1) {
      const now = this.clock.now();
      const { worked, writes } = this.#workIn(open, now, failures);
      const lost = this.#note(worked, writes, await this.store.save(writes, now));
      if (tries === 1)
        this.#stagger.note(asked.size, lost.filter(({ shopperId }) => asked.has(shopperId)).length);
      open = lost.filter(({ work }) => !isLook(work));
      if (tries < TRIES) continue;
      for (const { shopperId } of open) failures.set(shopperId, unavailable('Too many write at once.'));
      break;
    }
  }

  /** Asks what is held of those of whom it is not known, and gives who they are. */
  async #load(tasks: readonly Task[]): Promise<ReadonlySet<ShopperId>> {
    const asked = new Map<ShopperId, Task>();
    for (const task of tasks) {
      const { shopperId, work } = task;
      // To forget somebody who is believed to be gone already, that must be so.
      const isTrusted = !work.forget && !this.#contested.has(shopperId);
      if (!isTrusted || !this.#known.has(shopperId)) asked.set(shopperId, task);
    }
    for (const [shopperId, loaded] of await this.store.load(asked.keys(), this.#known)) {
      const task = asked.get(shopperId);
      if (task !== undefined) task.held = loaded;
      if (loaded.version === this.#known.versionOf(shopperId)) this.#contested.noteQuiet(shopperId);
      else this.#contested.note(shopperId);
    }
    return new Set(asked.keys());
  }

  /** Works each in, and remembers what that comes to as if it were written. */
  #workIn(
    tasks: readonly Task[],
    now: Instant,
    failures: Map<ShopperId, Error>,
  ): { worked: Task[]; writes: Write[] } {
    const worked: Task[] = [];
    const writes: Write[] = [];
    for (const task of tasks) {
      const { shopperId, work } = task;
      try {
        const from = task.held ?? this.#known.get(shopperId) ?? NOTHING;
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
          const kept = this.store.keep(from, presence);
          this.#remember(task, { ...kept, presence });
          worked.push(task);
          writes.push({ shopperId, from: from.version, kept, changes, nextLookAt });
        }
      } catch (error) {
        // A defect with one shopper is not to cost the others their batch.
        this.log.error({ event: 'presence.failed', shopperId, error });
        failures.set(shopperId, error instanceof Error ? error : new Error(String(error)));
      }
    }
    return { worked, writes };
  }

  /**
   * Counts what was saved, and gives the tasks that lost to another writer, which know now what that one wrote.
   *
   * @param others what somebody else wrote of the shoppers of `worked`
   */
  #note(worked: readonly Task[], writes: readonly Write[], others: readonly (Held | undefined)[]): Task[] {
    const lost: Task[] = [];
    worked.forEach((task, index) => {
      const other = others[index];
      if (other === undefined) {
        for (const { kind } of writes[index]?.changes ?? []) this.metrics.presenceChanges.inc({ kind });
        return;
      }
      task.held = other;
      this.#remember(task, other);
      this.#contested.note(task.shopperId);
      lost.push(task);
    });
    this.metrics.presenceWrites.inc(worked.length - lost.length);
    this.metrics.presenceConflicts.inc(lost.length);
    return lost;
  }

  #remember({ shopperId, work }: Task, held: Held): void {
    this.#known.set(shopperId, held, this.#calmOf(held), work.sightings.length);
  }

  #calmOf({ presence }: Held): Calm {
    const place = presence && this.#placeOf(presence.storeId);
    return presence === undefined || place === undefined ? NEVER : calmOf(presence, place);
  }
}

function isAbandoned({ presence }: Held, work: Work, now: Instant): boolean {
  return presence !== undefined && isLook(work) && now - presence.lastHeardAt > ABANDONED_MS;
}
