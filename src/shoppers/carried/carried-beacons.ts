import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { Bus, Clock, Log, Remembered, type Queryable } from '../../platform/index.js';
import { SECOND_MS, type BeaconId, type Instant, type ShopperId } from '../../shared/index.js';
import { assign, type Claim } from './assignment.rules.js';
import { CarriersRepository } from './carriers.repository.js';
import { FILL_WITHIN_MS } from './carriers.rules.js';
import { CarriersStore } from './carriers.store.js';

/** What a process may go on believing of a beacon without asking; the slow way behind the hint of a change. */
const BELIEVED_MS = 5 * SECOND_MS;
const BEACONS_REMEMBERED = 100_000;

/** What came of claims: which beacons changed hands, and which claims were refused, by place, for which beacon. */
export interface Assigned {
  changed: BeaconId[];
  refused: ReadonlyMap<number, BeaconId>;
}

/**
 * From a carried beacon to its shopper: memory of the process, then Redis, then Postgres. A change counts
 * everywhere within 5 s: before it commits Redis is told to hold (readers then ask Postgres), after the commit
 * the other processes are told to forget, and what any of them still believes dies after 5 s by itself. A
 * process killed in between leaves the hold, which ends on its own.
 */
@Injectable()
export class CarriedBeacons implements OnApplicationShutdown {
  readonly #memory: Remembered<BeaconId, ShopperId>;
  /** Changes that Redis has not been told of because it was away. */
  readonly #owed = new Set<BeaconId>();
  #retry: NodeJS.Timeout | undefined;

  constructor(
    private readonly repository: CarriersRepository,
    private readonly store: CarriersStore,
    private readonly bus: Bus,
    private readonly clock: Clock,
    private readonly log: Log,
  ) {
    this.#memory = new Remembered(
      {
        name: 'carried beacons',
        ask: (beaconIds, now) => this.#ask(beaconIds, now),
        keptMs: BELIEVED_MS,
        most: BEACONS_REMEMBERED,
      },
      clock,
      log,
    );
    bus.on('beacons.changed', ({ beaconIds }) => this.#memory.forget(beaconIds as BeaconId[]));
  }

  /** Who carries these beacons; one that nobody carries is missing from the answer. */
  shopperOf(beaconIds: Iterable<BeaconId>): Promise<Map<BeaconId, ShopperId>> {
    return this.#memory.of(beaconIds);
  }

  /**
   * Gives and takes beacons inside the caller's transaction, which has locked the shoppers' rows. Call
   * `announce` with what changed after the commit.
   */
  async assign(tx: Queryable, claims: readonly Claim[]): Promise<Assigned> {
    const wanted = claims.flatMap(({ beaconIds }) => beaconIds);
    const shoppers = claims.map(({ shopperId }) => shopperId);
    const carriedNow = await this.repository.lock(tx, wanted, shoppers);
    const { change, refused } = assign(claims, carriedNow);
    const changed = [...change.released, ...change.taken.map(({ beaconId }) => beaconId)];
    await this.#hold(changed);
    await this.repository.save(tx, change);
    return { changed, refused };
  }

  /**
   * Hands all that one shopper carries to another inside the caller's transaction, which has locked both rows. Call
   * `announceAllOf` the other after the commit. Gives how many beacons that were.
   */
  async handOver(tx: Queryable, { from, into }: { from: ShopperId; into: ShopperId }): Promise<number> {
    const changed = await this.repository.handOver(tx, from, into);
    await this.#hold(changed);
    return changed.length;
  }

  /** After the commit: who carries what this shopper carries is to be asked anew. */
  async announceAllOf(shopperId: ShopperId): Promise<void> {
    await this.announce(await this.repository.allOf(shopperId));
  }

  /** After the commit: what Redis and the processes believed of these is no longer so. */
  async announce(changed: readonly BeaconId[]): Promise<void> {
    if (changed.length === 0) return;
    await this.#hold(changed);
    this.bus.emit('beacons.changed', { beaconIds: [...changed] });
  }

  async onApplicationShutdown(): Promise<void> {
    clearTimeout(this.#retry);
    await this.#memory.stop();
  }

  async #ask(beaconIds: readonly BeaconId[], now: Instant): Promise<Map<BeaconId, ShopperId | undefined>> {
    const answers = new Map<BeaconId, ShopperId | undefined>();
    const inRedis = await this.store.read(beaconIds, now).catch(() => undefined);
    const open: BeaconId[] = [];
    for (const beaconId of beaconIds) {
      const entry = inRedis?.get(beaconId) ?? { kind: 'unknown' };
      if (entry.kind === 'known') answers.set(beaconId, entry.shopperId);
      else if (entry.kind === 'stranger') answers.set(beaconId, undefined);
      else open.push(beaconId);
    }
    if (open.length === 0) return answers;
    const askedAt = this.clock.now();
    const carriers = await this.repository.carriersOf(open);
    const learnt = new Map(open.map((beaconId) => [beaconId, carriers.get(beaconId)]));
    if (inRedis !== undefined) this.#fill(learnt, askedAt);
    return new Map([...answers, ...learnt]);
  }

  /** Not waited for: whoever asked has the answer, and without it the next one asks Postgres again. */
  #fill(learnt: ReadonlyMap<BeaconId, ShopperId | undefined>, askedAt: Instant): void {
    const now = this.clock.now();
    if (now > askedAt + FILL_WITHIN_MS) return;
    this.store
      .fill(learnt, now)
      .catch((error: unknown) => this.log.debug({ event: 'carriers.unfilled', error }));
  }

  /** Redis being away stops no change: it is told when it comes back. */
  async #hold(beaconIds: readonly BeaconId[]): Promise<void> {
    if (beaconIds.length === 0) return;
    try {
      await this.store.hold(beaconIds, this.clock.now());
    } catch (error) {
      this.log.warn({ event: 'carriers.unheld', beacons: beaconIds.length, error });
      for (const beaconId of beaconIds) this.#owed.add(beaconId);
      this.#retry ??= setTimeout(() => void this.#payOwed(), SECOND_MS).unref();
    }
  }

  async #payOwed(): Promise<void> {
    const owed = [...this.#owed];
    this.#owed.clear();
    this.#retry = undefined;
    await this.#hold(owed);
  }
}
