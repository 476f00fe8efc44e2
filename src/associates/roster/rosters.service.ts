import { Injectable, type OnModuleInit } from '@nestjs/common';
import { Bus, Lifecycle, Log, Rounds } from '../../platform/index.js';
import type { ShopperId, StoreId } from '../../shared/index.js';
import { RosterReader } from './roster-reader.js';
import { differences, type FloorEvent, type SeenVisit } from './roster.rules.js';

/** A store that tablets of this process look at. */
interface Watched {
  watchers: number;
  visits: readonly SeenVisit[];
  /** A look that has not begun yet, which whoever comes meanwhile can share. */
  next: Promise<void> | undefined;
}

type Listener = (storeId: StoreId, events: readonly FloorEvent[]) => void;

/** What is heard of within this is looked at together: nobody on the floor notices 50 ms. */
const GATHER_MS = 50;
/** So often all is looked at again, for what no hint told: what was withdrawn is gone within 5 s whatever was lost. */
const LOOK_EVERY_MS = 2_000;
/** An import touches many: of more than these, all is looked at instead. */
const MOST_AT_ONCE = 500;

/**
 * What the tablets of this process have been told of each store, kept equal to what is true: hints say whose visit is
 * different, a look says how, and the difference is told. So an event may be lost and the state never is, and nothing
 * of a shopper travels between processes but their id.
 */
@Injectable()
export class Rosters implements OnModuleInit {
  readonly #watched = new Map<StoreId, Watched>();
  readonly #touched = new Set<ShopperId>();
  readonly #rounds: Rounds;
  #listener: Listener = () => undefined;
  #gathering: NodeJS.Timeout | undefined;
  /** Looks follow one another, so that an older one never replaces a newer. */
  #turn: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly reader: RosterReader,
    private readonly bus: Bus,
    private readonly lifecycle: Lifecycle,
    private readonly log: Log,
  ) {
    this.#rounds = new Rounds(
      LOOK_EVERY_MS,
      () => this.#lookAtAll(),
      (error) => this.log.warn({ event: 'floor.unseen', error }),
    );
  }

  onModuleInit(): void {
    this.bus.on('floor.changed', ({ visits }) => {
      for (const { shopperId, storeId } of visits) {
        if (storeId === undefined || this.#watched.has(storeId)) this.#touch(shopperId);
      }
    });
    // Consents, above all: who withdraws leaves, and who consents while in the store is seen from then on.
    this.bus.on('shopper.changed', ({ shopperId }) => this.#touch(shopperId));
    this.lifecycle.onStart(() => this.#rounds.start());
    this.lifecycle.onStop('sockets', async () => {
      clearTimeout(this.#gathering);
      await this.#rounds.stop();
      await this.#turn;
    });
  }

  /** Whoever tells the tablets. */
  tell(listener: Listener): void {
    this.#listener = listener;
  }

  /**
   * Begins to watch a store, until `unwatch`. What is different from `visits` is told from the same moment on.
   *
   * @throws when it cannot be read; then it is not watched
   */
  async watch(storeId: StoreId): Promise<readonly SeenVisit[]> {
    const watched = this.#watched.get(storeId) ?? { watchers: 0, visits: [], next: undefined };
    this.#watched.set(storeId, watched);
    watched.watchers += 1;
    try {
      watched.next ??= this.#inTurn(() => {
        watched.next = undefined;
        return this.#look([storeId]);
      });
      await watched.next;
    } catch (error) {
      this.unwatch(storeId);
      throw error;
    }
    return watched.visits;
  }

  unwatch(storeId: StoreId): void {
    const watched = this.#watched.get(storeId);
    if (watched === undefined) return;
    watched.watchers -= 1;
    if (watched.watchers === 0) this.#watched.delete(storeId);
  }

  #touch(shopperId: ShopperId): void {
    if (this.#watched.size === 0) return;
    this.#touched.add(shopperId);
    this.#gathering ??= setTimeout(() => {
      this.#gathering = undefined;
      this.#inTurn(() => this.#lookAtTouched()).catch((error: unknown) =>
        this.log.warn({ event: 'floor.unseen', error }),
      );
    }, GATHER_MS);
  }

  #inTurn(work: () => Promise<void>): Promise<void> {
    const done = this.#turn.then(work);
    this.#turn = done.catch(() => undefined);
    return done;
  }

  async #lookAtTouched(): Promise<void> {
    const touched = [...this.#touched];
    this.#touched.clear();
    await this.#look([...this.#watched.keys()], touched.length > MOST_AT_ONCE ? undefined : touched);
  }

  async #lookAtAll(): Promise<void> {
    await this.#inTurn(() => this.#look([...this.#watched.keys()]));
  }

  /** Reads what is true now of all, or of some, in these stores, and tells what is different. */
  async #look(storeIds: readonly StoreId[], shopperIds?: readonly ShopperId[]): Promise<void> {
    if (storeIds.length === 0) return;
    const seen = await this.reader.read(storeIds, shopperIds);
    const looked = shopperIds && new Set(shopperIds);
    for (const [storeId, visits] of seen) {
      const watched = this.#watched.get(storeId);
      if (watched === undefined) continue;
      const others = looked ? watched.visits.filter(({ shopperId }) => !looked.has(shopperId)) : [];
      const after = [...others, ...visits].sort((a, b) => a.startedAt - b.startedAt);
      const events = differences(watched.visits, after);
      watched.visits = after;
      if (events.length > 0) this.#listener(storeId, events);
    }
  }
}
