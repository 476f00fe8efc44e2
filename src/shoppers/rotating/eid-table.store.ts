import { Injectable } from '@nestjs/common';
import type { Redis } from 'ioredis';
import { RedisConnections } from '../../platform/index.js';
import { SECOND_MS, type Instant } from '../../shared/index.js';
import { FINISH_SHARE, RENEW_LEASE } from './eid-table.lua.js';
import { endOf, readEntry, writeEntry, type Covered, type Share, type TableEntry } from './table.rules.js';

/** Redis keeps an entry a little past its time: clocks differ, and readers look at the time themselves. */
const KEPT_PAST_MS = 10 * SECOND_MS;
/** A worker says so often that it is still at a share; one that was killed holds it up for no longer. */
const LEASE_MS = 30 * SECOND_MS;
/** Few enough that others of the same connection wait no more than some milliseconds. */
const COMMANDS_AT_ONCE = 2_000;

/**
 * The table from ephemeral identifiers to the names of their keys, in Redis: an entry each that dies by itself, and
 * for each share of the keys until when it is written. Every method fails when Redis does.
 */
@Injectable()
export class EidTableStore {
  readonly #redis: Redis;
  #ofRound: Redis | undefined;

  constructor(private readonly connections: RedisConnections) {
    this.#redis = connections.request;
  }

  /** @param eids 16 hex digits each */
  async read(eids: readonly string[]): Promise<Map<string, TableEntry>> {
    const found = new Map<string, TableEntry>();
    if (eids.length === 0) return found;
    const texts = await this.#redis.mget(eids.map((eid) => this.#entryKey(eid)));
    eids.forEach((eid, index) => {
      const text = texts[index];
      if (text) found.set(eid, readEntry(text));
    });
    return found;
  }

  /** Writes a few entries that somebody waits for. */
  write(entries: Iterable<[string, TableEntry]>, now: Instant): Promise<void> {
    return this.#write(this.#redis, entries, now);
  }

  /** Writes many, on a connection where they hold up nobody. */
  writeMany(entries: Iterable<[string, TableEntry]>, now: Instant): Promise<void> {
    return this.#write(this.#bulk(), entries, now);
  }

  /** Until when these shares are written; what Redis does not say is missing. */
  async coverageOf(shares: readonly Share[]): Promise<(Covered | undefined)[]> {
    const texts = await this.#bulk().mget(shares.map((share) => this.#coveredKey(share)));
    return texts.map((text) => {
      if (text === null) return undefined;
      const [until = 0, dueAt = 0] = text.split(' ').map(Number);
      return { until, dueAt };
    });
  }

  /** Takes a share for a worker; false when another has it. */
  async lease(share: Share, token: string): Promise<boolean> {
    return (await this.#bulk().set(this.#leaseKey(share), token, 'PX', LEASE_MS, 'NX')) === 'OK';
  }

  /** False when the share is no longer this worker's: what it wrote may be gone. */
  async renew(share: Share, token: string): Promise<boolean> {
    return (await this.#bulk().eval(RENEW_LEASE, 1, this.#leaseKey(share), token, LEASE_MS)) === 1;
  }

  /** Says what the share covers now, and lets it go; false when it was no longer this worker's. */
  async finish(share: Share, token: string, { until, dueAt }: Covered, now: Instant): Promise<boolean> {
    const keys = [this.#leaseKey(share), this.#coveredKey(share)];
    const done = await this.#bulk().eval(FINISH_SHARE, 2, ...keys, token, `${until} ${dueAt}`, until - now);
    return done === 1;
  }

  async #write(redis: Redis, entries: Iterable<[string, TableEntry]>, now: Instant): Promise<void> {
    let pipeline = redis.pipeline();
    for (const [eid, entry] of entries) {
      const keptMs = endOf(entry) - now + KEPT_PAST_MS;
      pipeline.set(this.#entryKey(eid), writeEntry(entry), 'PX', keptMs);
      if (pipeline.length < COMMANDS_AT_ONCE) continue;
      await executed(pipeline);
      pipeline = redis.pipeline();
    }
    if (pipeline.length > 0) await executed(pipeline);
  }

  /** Opened with the first round: most processes write no tables. */
  #bulk(): Redis {
    return (this.#ofRound ??= this.connections.connect('request'));
  }

  #entryKey(eid: string): string {
    return this.connections.key(`eid:${eid}`);
  }

  #coveredKey(share: Share): string {
    return this.connections.key(`eids:{${share.rotationExponent}-${share.number}}:covered`);
  }

  #leaseKey(share: Share): string {
    return this.connections.key(`eids:{${share.rotationExponent}-${share.number}}:lease`);
  }
}

async function executed(pipeline: ReturnType<Redis['pipeline']>): Promise<void> {
  for (const [error] of (await pipeline.exec()) ?? []) if (error !== null) throw error;
}
