import { Injectable } from '@nestjs/common';
import type { ChainableCommander, Redis, Result } from 'ioredis';
import { Clock, RedisConnections } from '../platform/index.js';
import { DAY_MS, MINUTE_MS, SECOND_MS, type Instant, type ShopperId } from '../shared/index.js';
import type { PresenceChange } from './changes.js';
import { decode, encode } from './encoding.js';
import { FIND_DUE } from './find-due.script.js';
import { NOTHING, type Held } from './held.js';
import { Packing } from './packing.js';
import { SAVE_PRESENCE } from './save-presence.script.js';
import type { Presence } from './state.js';

declare module 'ioredis' {
  interface RedisCommander<Context> {
    /** See `SAVE_PRESENCE`. */
    savePresenceBuffer(
      keyCount: number,
      ...keysAndArguments: (string | number | Buffer)[]
    ): Result<(number | Buffer)[], Context>;
    /** See `FIND_DUE`. */
    findDue(
      keyCount: number,
      ...keysAndArguments: (string | number)[]
    ): Result<[cursor: string, ...shopperIds: ShopperId[]], Context>;
  }
}

/** What is to be held of a shopper; as `NOTHING`, that nothing is. */
export type Kept = Pick<Held, 'version' | 'state'>;

export interface Write {
  shopperId: ShopperId;
  /** The version of what `kept` was worked out from, which must still be held. */
  from: string;
  kept: Kept;
  changes: readonly PresenceChange[];
  nextLookAt: Instant | undefined;
}

/** What a process remembers: see `Known`. */
export interface Remembering {
  versionOf(shopperId: ShopperId): string | undefined;
  get(shopperId: ShopperId): Held | undefined;
}

/** Some of those who are due in a partition, and where the rest begins; `cursor` is undefined at the end. */
export interface Due {
  shopperIds: ShopperId[];
  cursor: string | undefined;
}

/** One call of `SAVE_PRESENCE`. */
interface Script {
  partition: number;
  /** Of each of its shoppers, the place among all writes. */
  places: number[];
}

// Sweeps prolong it, so a partition that no worker looks after any more goes by itself.
const KEEP_MS = DAY_MS;
// Longer than any write can be under way, so that one that began before the shopper left cannot bring them back.
const GONE_MS = 2 * MINUTE_MS;
// Some hours of a large partition: reached only when nobody has read for as long.
const LONGEST_STREAM = 1_000_000;
// A script holds up everybody else: this many shoppers take Redis 1-2 ms.
const SHOPPERS_A_SCRIPT = 250;
// Going through one takes Redis about a third of a write, so this is as long.
const SHOPPERS_A_SEARCH = 500;

const VERSION_BYTES = 8;
const HEADER_BYTES = 12;

/** Live presence in Redis: by partition a hash of states, each with when to look at the shopper, and a stream of changes. */
@Injectable()
export class PresenceStore {
  readonly #redis: Redis;
  /** Four bytes of chance as a string of that length; with a count it names a version in all processes. */
  readonly #writer: string;
  /** By partition. */
  readonly #stateKeys: readonly string[];
  readonly #packing = new Packing();
  #writes = 0;

  constructor(
    private readonly connections: RedisConnections,
    clock: Clock,
  ) {
    this.#redis = connections.request;
    this.#redis.defineCommand('savePresence', { lua: SAVE_PRESENCE });
    this.#redis.defineCommand('findDue', { lua: FIND_DUE });
    this.#writer = Buffer.from(clock.newId().slice(-VERSION_BYTES), 'hex').toString('latin1');
    this.#stateKeys = Array.from({ length: connections.partitions }, (_, partition) =>
      connections.partitionKey(partition, 'presence'),
    );
  }

  /**
   * What is held of each, in one round trip.
   *
   * @param known what the caller believes to be held; where it is, it comes back as it is
   */
  async load(shopperIds: Iterable<ShopperId>, known?: Remembering): Promise<Map<ShopperId, Held>> {
    const partitions = [...this.#byPartition(shopperIds)];
    if (partitions.length === 0) return new Map();
    const pipeline = this.#redis.pipeline();
    for (const [partition, ids] of partitions) pipeline.hmgetBuffer(this.#stateKey(partition), ...ids);
    const answers = (await run(pipeline)) as (Buffer | null)[][];
    return new Map(
      partitions.flatMap(([, ids], index) =>
        ids.map((id, at) => [id, parse(answers[index]?.[at] ?? undefined, id, known)]),
      ),
    );
  }

  /** The numbers of all partitions. */
  get partitions(): readonly number[] {
    return [...this.#stateKeys.keys()];
  }

  /**
   * What `save` is to keep of a shopper, under a version of its own. Packed here, so that nobody need hold on to the presence
   * while Redis writes: what lives for so long is a burden to the garbage collector.
   *
   * @param from what `presence` was worked out from
   * @param presence undefined: gone; where nobody was there before either, what is left of them is removed
   */
  keep(from: Held, presence: Presence | undefined): Kept {
    if (isRemoval(from, presence)) return NOTHING;
    return { version: this.#newVersion(), state: presence && encode(presence) };
  }

  /**
   * Writes each where what it was worked out from is still held, changes and next look with it, all in one round trip. Safe to
   * run twice.
   *
   * @param writes one a shopper
   * @returns in the order of `writes`: what somebody else wrote meanwhile; undefined where the write holds
   * @throws when Redis did not answer: then any of them may be written
   */
  async save(writes: readonly Write[], now: Instant): Promise<(Held | undefined)[]> {
    const others = new Array<Held | undefined>(writes.length).fill(undefined);
    if (writes.length === 0) return others;
    const scripts = this.#scriptsFor(writes);
    const pipeline = this.#redis.pipeline();
    for (const { partition, places } of scripts) {
      const keys = [changesKey(this.connections, partition), this.#stateKey(partition)];
      const own = places.map((place) => writes[place]).filter((write) => write !== undefined);
      pipeline.savePresenceBuffer(2, ...keys, KEEP_MS, LONGEST_STREAM, this.#pack(own, now));
    }
    const answers = (await run(pipeline)) as (number | Buffer)[][];
    scripts.forEach(({ places }, script) => {
      places.forEach((place, at) => {
        const answer = answers[script]?.[at];
        const shopperId = writes[place]?.shopperId;
        if (typeof answer !== 'number' && shopperId !== undefined) others[place] = parse(answer, shopperId);
      });
    });
    return others;
  }

  /**
   * Of those partitions that nobody claimed within `forMs`, claims each and gives them, that only one of all workers
   * searches through it.
   */
  async claim(forMs: number): Promise<number[]> {
    const pipeline = this.#redis.pipeline();
    this.#stateKeys.forEach((_, partition) =>
      pipeline.set(this.connections.partitionKey(partition, 'swept'), '', 'PX', forMs, 'NX'),
    );
    return (await run(pipeline)).flatMap((answer, partition) => (answer === 'OK' ? [partition] : []));
  }

  /** Who must be looked at by `now`, a part of the partition at a time: from `cursor` on, if it is not the first. */
  async due(partition: number, now: Instant, cursor = '0'): Promise<Due> {
    const key = this.#stateKey(partition);
    const second = Math.floor(now / SECOND_MS);
    const [next, ...shopperIds] = await this.#redis.findDue(1, key, cursor, second, SHOPPERS_A_SEARCH);
    if (cursor === '0') await this.#redis.pexpire(key, KEEP_MS);
    return { shopperIds, cursor: next === '0' ? undefined : next };
  }

  #scriptsFor(writes: readonly Write[]): Script[] {
    const scripts: Script[] = [];
    const filling = new Map<number, Script>();
    writes.forEach(({ shopperId }, place) => {
      const partition = this.connections.partitionOf(shopperId);
      let script = filling.get(partition);
      if (script === undefined || script.places.length >= SHOPPERS_A_SCRIPT) {
        script = { partition, places: [] };
        filling.set(partition, script);
        scripts.push(script);
      }
      script.places.push(place);
    });
    return scripts;
  }

  /** ARGV[3] of the script. */
  #pack(own: readonly Write[], now: Instant): Buffer {
    const packing = this.#packing;
    packing.array(4);
    packing.array(own.length);
    for (const { shopperId } of own) packing.text(shopperId);
    packing.array(own.length);
    for (const { from } of own) packing.bytes(from);
    packing.array(own.length);
    for (const { kept, nextLookAt } of own) {
      const { version, state } = kept;
      if (version === '') packing.bytes();
      else if (state === undefined) packing.bytes(version, lookBytes(now + GONE_MS));
      else packing.bytes(version, lookBytes(nextLookAt ?? now), state);
    }
    packing.array(own.reduce((count, { changes }) => count + 2 * changes.length, 0));
    own.forEach(({ changes }, index) => {
      for (const change of changes) {
        packing.number(index + 1);
        packing.text(JSON.stringify(change));
      }
    });
    return packing.take();
  }

  #stateKey(partition: number): string {
    return this.#stateKeys[partition] ?? '';
  }

  #newVersion(): string {
    this.#writes += 1;
    return this.#writer + fourBytes(this.#writes);
  }

  #byPartition(shopperIds: Iterable<ShopperId>): Map<number, ShopperId[]> {
    const partitions = new Map<number, ShopperId[]>();
    for (const shopperId of shopperIds) {
      const partition = this.connections.partitionOf(shopperId);
      const own = partitions.get(partition);
      if (own === undefined) partitions.set(partition, [shopperId]);
      else own.push(shopperId);
    }
    return partitions;
  }
}

/** The stream of a partition's changes. */
export function changesKey(connections: RedisConnections, partition: number): string {
  return connections.partitionKey(partition, 'changes');
}

/** That somebody is gone has been remembered for long enough, or what was held cannot be read. */
function isRemoval(from: Held, presence: Presence | undefined): boolean {
  return from.presence === undefined && presence === undefined;
}

/** The record of `SAVE_PRESENCE`. What is kept of it shares no memory with the packet it came in. */
function parse(record: Buffer | undefined, shopperId: ShopperId, known?: Remembering): Held {
  if (record === undefined || record.length < HEADER_BYTES) return NOTHING;
  const version = record.toString('latin1', 0, VERSION_BYTES);
  if (known?.versionOf(shopperId) === version) return known.get(shopperId) ?? NOTHING;
  const state = record.length === HEADER_BYTES ? undefined : record.subarray(HEADER_BYTES);
  return { version, presence: state && decode(state, shopperId), state };
}

function lookBytes(at: Instant): string {
  return fourBytes(Math.ceil(at / SECOND_MS));
}

/** Big endian, in a string of that length: these are written into a buffer as `latin1`. */
function fourBytes(number: number): string {
  return String.fromCharCode(
    (number >>> 24) & 0xff,
    (number >>> 16) & 0xff,
    (number >>> 8) & 0xff,
    number & 0xff,
  );
}

/** The answers of all commands; throws the first error among them. */
async function run(pipeline: ChainableCommander): Promise<unknown[]> {
  const answers = (await pipeline.exec()) ?? [];
  return answers.map(([error, answer]) => {
    if (error !== null) throw error;
    return answer;
  });
}
