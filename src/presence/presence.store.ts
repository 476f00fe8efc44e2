import { Injectable } from '@nestjs/common';
import type { ChainableCommander, Redis, Result } from 'ioredis';
import { Clock, RedisConnections } from '../platform/index.js';
import { DAY_MS, MINUTE_MS, type Instant, type ShopperId } from '../shared/index.js';
import type { PresenceChange } from './changes.js';
import { SAVE_PRESENCE } from './save-presence.script.js';
import { decode, encode } from './encoding.js';
import type { Presence } from './state.js';

declare module 'ioredis' {
  interface RedisCommander<Context> {
    /** See `SAVE_PRESENCE`. */
    savePresence(
      keyCount: number,
      ...keysAndArguments: (string | number)[]
    ): Result<(number | string)[], Context>;
  }
}

/** What Redis holds of a shopper. */
export interface Held {
  /** Names this one state for ever, '' where nothing is held: whoever writes next must have seen it. */
  version: string;
  /** Undefined: in no store. */
  presence: Presence | undefined;
  /** When the shopper is on the list to be looked at. */
  lookAt: Instant | undefined;
}

export const NOTHING: Held = { version: '', presence: undefined, lookAt: undefined };

export interface Write {
  shopperId: ShopperId;
  /** What `presence` was worked out from, and must still be held. */
  from: Held;
  presence: Presence | undefined;
  changes: readonly PresenceChange[];
  nextLookAt: Instant | undefined;
}

/** Whether the write holds, and what is held now: what was written, or what somebody else wrote meanwhile. */
export interface Saved {
  written: boolean;
  held: Held;
}

/** One call of `SAVE_PRESENCE`. */
interface Script {
  keys: string[];
  values: (string | number)[];
  /** Of each of its shoppers, the place among all writes. */
  places: number[];
}

const KEEP_MS = DAY_MS;
// Longer than any write can be under way, so that one that began before the shopper left cannot bring them back.
const GONE_MS = 2 * MINUTE_MS;
// Some hours of a large partition: reached only when nobody has read for as long.
const LONGEST_STREAM = 1_000_000;
// A script holds up everybody else: this many shoppers take Redis 1-2 ms.
const SHOPPERS_A_SCRIPT = 250;

/** Live presence in Redis, by partition: states, the streams of changes, and when each shopper must be looked at. */
@Injectable()
export class PresenceStore {
  readonly #redis: Redis;
  readonly #writer: string;
  /** By partition. */
  readonly #statePrefixes: readonly string[];
  #writes = 0;

  constructor(
    private readonly connections: RedisConnections,
    clock: Clock,
  ) {
    this.#redis = connections.request;
    this.#redis.defineCommand('savePresence', { lua: SAVE_PRESENCE });
    this.#writer = clock.newId();
    this.#statePrefixes = Array.from({ length: connections.partitions }, (_, partition) =>
      connections.partitionKey(partition, 'presence:'),
    );
  }

  /** What is held of each, in one round trip. */
  async load(shopperIds: Iterable<ShopperId>): Promise<Map<ShopperId, Held>> {
    const partitions = [...this.#byPartition(shopperIds)];
    if (partitions.length === 0) return new Map();
    const pipeline = this.#redis.pipeline();
    for (const [partition, ids] of partitions) pipeline.mget(ids.map((id) => this.#stateKey(partition, id)));
    const answers = (await run(pipeline)) as (string | null)[][];
    return new Map(
      partitions.flatMap(([, ids], index) =>
        ids.map((id, at) => [id, parse(answers[index]?.[at] ?? '', id)]),
      ),
    );
  }

  /**
   * Writes each where what it was worked out from is still held, changes and next look with it, all in one round trip. Safe to
   * run twice.
   *
   * @param writes one a shopper
   * @returns in the order of `writes`
   * @throws when Redis did not answer: then any of them may be written
   */
  async save(writes: readonly Write[], now: Instant): Promise<Saved[]> {
    if (writes.length === 0) return [];
    const saved = writes.map((write) => ({ written: true, held: this.#meantBy(write, now) }));
    const scripts = this.#scriptsFor(writes, saved);
    const pipeline = this.#redis.pipeline();
    for (const { keys, values } of scripts) pipeline.savePresence(keys.length, ...keys, ...values);
    const answers = (await run(pipeline)) as (number | string)[][];
    scripts.forEach(({ places }, script) => {
      places.forEach((place, at) => {
        const answer = answers[script]?.[at];
        if (typeof answer === 'string')
          saved[place] = {
            written: false,
            held: parse(answer, writes[place]?.shopperId ?? ('' as ShopperId)),
          };
      });
    });
    return saved;
  }

  /** Who must be looked at by `now`, at most `limit` of each partition, the longest due first. */
  async due(now: Instant, limit: number): Promise<ShopperId[]> {
    const pipeline = this.#redis.pipeline();
    for (let partition = 0; partition < this.connections.partitions; partition += 1) {
      pipeline.zrangebyscore(this.#dueKey(partition), '-inf', now, 'LIMIT', 0, limit);
    }
    return ((await run(pipeline)) as ShopperId[][]).flat();
  }

  /** What is held once the write holds. */
  #meantBy(write: Write, now: Instant): Held {
    return { version: this.#newVersion(), presence: write.presence, lookAt: lookOf(write, now) };
  }

  #scriptsFor(writes: readonly Write[], meant: readonly Saved[]): Script[] {
    const scripts: Script[] = [];
    const filling = new Map<number, Script>();
    meant.forEach(({ held }, place) => {
      const write = writes[place];
      if (write === undefined) return;
      const partition = this.connections.partitionOf(write.shopperId);
      let script = filling.get(partition);
      if (script === undefined || script.places.length >= SHOPPERS_A_SCRIPT) {
        const keys = [changesKey(this.connections, partition), this.#dueKey(partition)];
        script = { keys, values: [KEEP_MS, GONE_MS, LONGEST_STREAM], places: [] };
        filling.set(partition, script);
        scripts.push(script);
      }
      script.keys.push(this.#stateKey(partition, write.shopperId));
      addArguments(script.values, write, held);
      script.places.push(place);
    });
    return scripts;
  }

  #dueKey(partition: number): string {
    return this.connections.partitionKey(partition, 'due');
  }

  #stateKey(partition: number, shopperId: ShopperId): string {
    return `${this.#statePrefixes[partition] ?? ''}${shopperId}`;
  }

  #newVersion(): string {
    this.#writes += 1;
    return `${this.#writer}.${this.#writes.toString(36)}`;
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

/**
 * When the shopper is looked at next. A look that is due soon enough stays: to put it off at each hearing would cost Redis
 * as much as everything else here, and the look, which finds the shopper there, sets the next.
 */
function lookOf({ from, nextLookAt }: Write, now: Instant): Instant | undefined {
  const { lookAt } = from;
  const stays = lookAt !== undefined && nextLookAt !== undefined && lookAt > now && lookAt <= nextLookAt;
  return stays ? lookAt : nextLookAt;
}

function addArguments(
  values: (string | number)[],
  { shopperId, from, changes }: Write,
  { version, presence, lookAt }: Held,
): void {
  const text = presence === undefined ? '' : `${lookAt ?? ''}|${encode(presence).toString('base64')}`;
  const look = lookAt === from.lookAt && lookAt !== undefined ? '=' : (lookAt ?? '');
  values.push(shopperId, from.version, version, text, look, changes.length);
  for (const change of changes) values.push(JSON.stringify(change));
}

/** `<version>|<when to look>|<presence>`, the last two missing once the shopper is gone. */
function parse(text: string, shopperId: ShopperId): Held {
  const first = text.indexOf('|');
  if (first < 0) return NOTHING;
  const version = text.slice(0, first);
  const second = text.indexOf('|', first + 1);
  if (second < 0) return { ...NOTHING, version };
  const lookAt = text.slice(first + 1, second);
  return {
    version,
    presence: decode(Buffer.from(text.slice(second + 1), 'base64'), shopperId),
    lookAt: lookAt === '' ? undefined : Number(lookAt),
  };
}

/** The answers of all commands; throws the first error among them. */
async function run(pipeline: ChainableCommander): Promise<unknown[]> {
  const answers = (await pipeline.exec()) ?? [];
  return answers.map(([error, answer]) => {
    if (error !== null) throw error;
    return answer;
  });
}
