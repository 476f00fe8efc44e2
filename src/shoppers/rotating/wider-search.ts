import { setImmediate as breath } from 'node:timers/promises';
import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { Consents } from '../../consent/index.js';
import { Clock, Log } from '../../platform/index.js';
import { HOUR_MS, SECOND_MS, type BeaconId, type StoreId } from '../../shared/index.js';
import { EidTable } from './eid-table.js';
import { IdentitiesRepository, type Candidate } from './identities.repository.js';
import { blocksToSearch, offsetOf, searchKey, sought, type Found, type Sought } from './search.rules.js';
import { Suspects } from './suspects.js';

/** One look a process in this time; it takes some 100 ms, so a fiftieth of a core whatever is heard. */
const PAUSE_MS = 5 * SECOND_MS;
const KEYS_A_LOOK = 1_000;
/** Blocks of AES a look: 1,000 keys that rotate each 1,024 s, or one that rotates each second. */
const BLOCKS_A_LOOK = 175_000;
/** Then the search is given up. */
const KEYS_A_SEARCH = 20_000;
/** Whoever was heard within this has a clock that is right. */
const UNHEARD_MS = 2 * HOUR_MS;
/** Between two pauses for others; some 3 ms. */
const BLOCKS_A_BREATH = 8_000;

interface Search {
  storeId: StoreId;
  eids: BeaconId[];
  sought: Sought;
  /** Keys that are done. */
  done: number;
}

/**
 * Finds beacons whose clocks stood still. A store that hears an identifier again and again which the table does not
 * know may be hearing a shopper's beacon that was without power: in the background, and within a fixed budget, it is
 * looked for among the keys last heard there, a day back and forth. What is found sets the clock of its key.
 */
@Injectable()
export class WiderSearch implements OnApplicationShutdown {
  readonly #suspects = new Suspects();
  #search: Search | undefined;
  #timer: NodeJS.Timeout | undefined;
  #underWay: Promise<void> | undefined;

  constructor(
    private readonly repository: IdentitiesRepository,
    private readonly consents: Consents,
    private readonly table: EidTable,
    private readonly clock: Clock,
    private readonly log: Log,
  ) {}

  /** Notes what a store heard and nobody is known to carry; never waits, never fails. */
  suspect(storeId: StoreId, eids: Iterable<BeaconId>): void {
    const now = this.clock.now();
    for (const eid of eids) this.#suspects.heard(storeId, eid, now);
    this.#timer ??= setInterval(() => void this.look(), PAUSE_MS).unref();
  }

  /** One look within the budget; runs by itself while something is suspected. */
  look(): Promise<void> {
    this.#underWay ??= this.#look()
      .catch((error: unknown) => this.log.debug({ event: 'eid-search.failed', error }))
      .finally(() => (this.#underWay = undefined));
    return this.#underWay;
  }

  async onApplicationShutdown(): Promise<void> {
    clearInterval(this.#timer);
    await this.#underWay;
  }

  async #look(): Promise<void> {
    const now = this.clock.now();
    const search = this.#search ?? begun(this.#suspects.next(now));
    this.#search = undefined;
    if (search === undefined) return;
    const keys = await this.repository.unheard(search.storeId, {
      since: now - UNHEARD_MS,
      skip: search.done,
      most: KEYS_A_LOOK,
    });
    const consents = await this.consents.of(keys.map(({ shopperId }) => shopperId));
    const mayBeLocated = (key: Candidate): boolean => consents.get(key.shopperId)?.location === true;
    const looked = await this.#among(keys, mayBeLocated, search);
    search.done += looked;
    if (looked > 0 && search.done < KEYS_A_SEARCH && search.eids.length > 0) this.#search = search;
  }

  /** Looks through as many keys as the budget has room for, and gives how many those were; one at least. */
  async #among(
    keys: readonly Candidate[],
    mayBeLocated: (key: Candidate) => boolean,
    search: Search,
  ): Promise<number> {
    let blocks = 0;
    let breathedAt = 0;
    for (const [looked, key] of keys.entries()) {
      if (blocks >= BLOCKS_A_LOOK) return looked;
      if (!mayBeLocated(key)) continue;
      const found = searchKey(key, search.sought, { ...key, now: this.clock.now() });
      if (found !== undefined) await this.#adopt(key, found, search);
      blocks += blocksToSearch(key.rotationExponent);
      if (blocks - breathedAt < BLOCKS_A_BREATH) continue;
      breathedAt = blocks;
      await breath();
    }
    return keys.length;
  }

  async #adopt(key: Candidate, { eid, window }: Found, search: Search): Promise<void> {
    const heardAt = this.clock.now();
    const clockOffsetSeconds = offsetOf(window, key.rotationExponent, heardAt);
    const { name } = key;
    const { storeId } = search;
    await this.repository.learn([{ name, storeId, heardAt, clockOffsetSeconds }]);
    await this.table.publish([{ ...key, clockOffsetSeconds }]);
    search.eids = search.eids.filter((each) => each !== eid);
    search.sought = sought(search.eids);
    this.log.info({ event: 'eid-search.found', storeId, name, clockOffsetSeconds });
  }
}

function begun(suspected: { storeId: StoreId; eids: BeaconId[] } | undefined): Search | undefined {
  return suspected && { ...suspected, sought: sought(suspected.eids), done: 0 };
}
