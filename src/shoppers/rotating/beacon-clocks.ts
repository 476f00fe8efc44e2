import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { Clock, Log } from '../../platform/index.js';
import {
  HOUR_MS,
  MINUTE_MS,
  SECOND_MS,
  type BeaconId,
  type Instant,
  type StoreId,
} from '../../shared/index.js';
import { aheadSeconds, drifted } from './clock.rules.js';
import { EidTable } from './eid-table.js';
import { IdentitiesRepository, type Kept, type Lesson } from './identities.repository.js';
import type { TableEntry } from './table.rules.js';

/** That a beacon is in use need not be written more often. */
const NOTED_EACH_MS = HOUR_MS;
/** Nor that its clock goes wrong: a quartz loses half a second at most in that time. */
const CORRECTED_EACH_MS = 10 * MINUTE_MS;
const GATHERED_MS = 2 * SECOND_MS;
const NOTES_REMEMBERED = 50_000;

interface Hearing {
  storeId: StoreId;
  at: Instant;
  entry: TableEntry;
}

/** Follows the clocks of beacons by what is heard of them, and notes, coarsely, where and when that was. */
@Injectable()
export class BeaconClocks implements OnApplicationShutdown {
  /** When a key was written last; bounded, the longest known goes first. */
  readonly #notedAt = new Map<BeaconId, Instant>();
  readonly #heard = new Map<BeaconId, Hearing>();
  #timer: NodeJS.Timeout | undefined;
  #underWay: Promise<void> = Promise.resolve();

  constructor(
    private readonly repository: IdentitiesRepository,
    private readonly table: EidTable,
    private readonly clock: Clock,
    private readonly log: Log,
  ) {}

  /** Notes what was heard in a store of shoppers who consented to being located; never waits, never fails. */
  note(storeId: StoreId, entries: Iterable<TableEntry>): void {
    const at = this.clock.now();
    for (const entry of entries) {
      const pauseMs = aheadSeconds(entry, at) === 0 ? NOTED_EACH_MS : CORRECTED_EACH_MS;
      if (at - (this.#notedAt.get(entry.name) ?? 0) < pauseMs) continue;
      this.#remember(entry.name, at);
      this.#heard.set(entry.name, { storeId, at, entry });
    }
    if (this.#heard.size > 0) this.#timer ??= setTimeout(() => void this.flush(), GATHERED_MS).unref();
  }

  /** Writes down what was noted; runs by itself. */
  flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const heard = new Map(this.#heard);
    this.#heard.clear();
    this.#underWay = this.#underWay
      .then(() => this.#learn(heard))
      .catch((error: unknown) => this.log.debug({ event: 'beacon-clocks.unwritten', error }));
    return this.#underWay;
  }

  async onApplicationShutdown(): Promise<void> {
    clearTimeout(this.#timer);
    await this.#underWay;
  }

  async #learn(heard: ReadonlyMap<BeaconId, Hearing>): Promise<void> {
    if (heard.size === 0) return;
    const identities = await this.repository.find([...heard.keys()]);
    const corrected: Kept[] = [];
    const lessons: Lesson[] = [];
    for (const identity of identities) {
      const { storeId, at, entry } = heard.get(identity.name) as Hearing;
      const clockOffsetSeconds = clockOf(identity, entry, at);
      lessons.push({ name: identity.name, storeId, heardAt: at, clockOffsetSeconds });
      if (clockOffsetSeconds !== identity.clockOffsetSeconds) {
        corrected.push({ ...identity, clockOffsetSeconds });
      }
    }
    await this.repository.learn(lessons);
    await this.table.publish(corrected);
  }

  #remember(name: BeaconId, at: Instant): void {
    this.#notedAt.delete(name);
    this.#notedAt.set(name, at);
    if (this.#notedAt.size <= NOTES_REMEMBERED) return;
    for (const longest of this.#notedAt.keys()) {
      this.#notedAt.delete(longest);
      return;
    }
  }
}

/** What was placed by another clock than the one believed now teaches nothing about that. */
function clockOf(identity: Kept, entry: TableEntry, at: Instant): number {
  const { clockOffsetSeconds, clockSetAt } = identity;
  if (entry.offsetSeconds !== clockOffsetSeconds) return clockOffsetSeconds;
  return drifted(clockOffsetSeconds, { aheadSeconds: aheadSeconds(entry, at), at, setAt: clockSetAt });
}
