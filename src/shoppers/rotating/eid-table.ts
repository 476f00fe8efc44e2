import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { Clock, Log, Remembered } from '../../platform/index.js';
import { SECOND_MS, type BeaconId } from '../../shared/index.js';
import { EidTableStore } from './eid-table.store.js';
import {
  entriesBetween,
  isBelieved,
  roundMs,
  slackMs,
  type RotatingIdentity,
  type TableEntry,
} from './table.rules.js';

/** So long a process believes what it read; of what was not there too: a new key counts within this everywhere. */
const BELIEVED_MS = 4 * SECOND_MS;
/** Strangers bring a new identifier each every few minutes; the oldest go first. */
const EIDS_REMEMBERED = 50_000;

const PREFIX = 'eid:';

/** Whether a beacon's name is one that may be gone in minutes. */
export function isEid(beaconId: BeaconId): boolean {
  return beaconId.startsWith(PREFIX);
}

/** From an ephemeral identifier to the key that makes it: memory of the process, then the table in Redis. */
@Injectable()
export class EidTable implements OnApplicationShutdown {
  readonly #memory: Remembered<BeaconId, TableEntry>;

  constructor(
    private readonly store: EidTableStore,
    private readonly clock: Clock,
    log: Log,
  ) {
    this.#memory = new Remembered(
      {
        name: 'ephemeral identifiers',
        ask: (eids) => this.#ask(eids),
        keptMs: BELIEVED_MS,
        most: EIDS_REMEMBERED,
      },
      clock,
      log,
    );
  }

  /**
   * What the table says of these names; of one that no key makes now it says nothing.
   *
   * @throws when Redis had to be asked and is away
   */
  async find(eids: Iterable<BeaconId>): Promise<Map<BeaconId, TableEntry>> {
    const found = new Map<BeaconId, TableEntry>();
    const now = this.clock.now();
    for (const [eid, entry] of await this.#memory.of(eids)) {
      if (isBelieved(entry, now)) found.set(eid, entry);
    }
    return found;
  }

  /** Writes what keys make until the next round that knows them, so that they count at once. */
  async publish(identities: readonly RotatingIdentity[]): Promise<void> {
    const now = this.clock.now();
    for (const identity of identities) {
      const to = now + roundMs(identity.rotationExponent) + slackMs(identity.rotationExponent);
      const entries = entriesBetween(identity, { from: now, to, knownBefore: false });
      await this.store.write(entries, now);
      this.#memory.forget([...entries.keys()].map((eid) => `${PREFIX}${eid}` as BeaconId));
    }
  }

  onApplicationShutdown(): Promise<void> {
    return this.#memory.stop();
  }

  async #ask(eids: readonly BeaconId[]): Promise<Map<BeaconId, TableEntry | undefined>> {
    const digits = eids.map((eid) => eid.slice(PREFIX.length));
    const entries = await this.store.read(digits);
    return new Map(eids.map((eid, index) => [eid, entries.get(digits[index] ?? '')]));
  }
}
