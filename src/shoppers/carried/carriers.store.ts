import { Injectable } from '@nestjs/common';
import type { ChainableCommander } from 'ioredis';
import { RedisConnections } from '../../platform/index.js';
import type { BeaconId, Instant, ShopperId } from '../../shared/index.js';
import { FILL } from './carriers.lua.js';
import { heldField, knownField, readField, shardOf, STRANGER_MS, type Entry } from './carriers.rules.js';

/** A beacon that Redis knows to be nobody's. */
type Known = Entry | { kind: 'stranger' };

/**
 * Who carries which beacon, in Redis: a hash a shard for carriers, and a key that dies by itself for each
 * stranger, because any phone in the street may bring a new one each minute. Every method fails when Redis does.
 */
@Injectable()
export class CarriersStore {
  constructor(private readonly redis: RedisConnections) {}

  async read(beaconIds: readonly BeaconId[], now: Instant): Promise<Map<BeaconId, Known>> {
    const shards = [...byShard(beaconIds, (beaconId) => beaconId)];
    const pipeline = this.redis.request.pipeline();
    for (const [shard, ids] of shards) pipeline.hmget(this.#shardKey(shard), ...ids);
    const replies = await all(pipeline);
    const found = new Map<BeaconId, Known>();
    const unknown: BeaconId[] = [];
    shards.forEach(([, ids], row) => {
      const fields = replies[row] as (string | null)[];
      ids.forEach((beaconId, column) => {
        const entry = readField(fields[column], now);
        found.set(beaconId, entry);
        if (entry.kind === 'unknown') unknown.push(beaconId);
      });
    });
    for (const beaconId of await this.#strangersAmong(unknown)) found.set(beaconId, { kind: 'stranger' });
    return found;
  }

  async fill(answers: ReadonlyMap<BeaconId, ShopperId | undefined>, now: Instant): Promise<void> {
    const carried = [...answers].filter((pair): pair is [BeaconId, ShopperId] => pair[1] !== undefined);
    const pipeline = this.redis.request.pipeline();
    for (const [shard, pairs] of byShard(carried, ([beaconId]) => beaconId)) {
      const fields = pairs.flatMap(([beaconId, shopperId]) => [beaconId, knownField(shopperId, now)]);
      pipeline.eval(FILL, 1, this.#shardKey(shard), now, ...fields);
    }
    for (const [beaconId, shopperId] of answers) {
      if (shopperId === undefined) pipeline.set(this.#strangerKey(beaconId), 1, 'PX', STRANGER_MS);
    }
    await all(pipeline);
  }

  /** From now on, for a while, readers ask Postgres about these. */
  async hold(beaconIds: readonly BeaconId[], now: Instant): Promise<void> {
    const pipeline = this.redis.request.pipeline();
    for (const [shard, ids] of byShard(beaconIds, (beaconId) => beaconId)) {
      pipeline.hset(this.#shardKey(shard), ...ids.flatMap((beaconId) => [beaconId, heldField(now)]));
    }
    for (const beaconId of beaconIds) pipeline.del(this.#strangerKey(beaconId));
    await all(pipeline);
  }

  /** Nothing is left of these, not even that they were carried. */
  async erase(beaconIds: readonly BeaconId[]): Promise<void> {
    const pipeline = this.redis.request.pipeline();
    for (const [shard, ids] of byShard(beaconIds, (beaconId) => beaconId)) {
      pipeline.hdel(this.#shardKey(shard), ...ids);
    }
    for (const beaconId of beaconIds) pipeline.del(this.#strangerKey(beaconId));
    await all(pipeline);
  }

  async #strangersAmong(beaconIds: readonly BeaconId[]): Promise<BeaconId[]> {
    if (beaconIds.length === 0) return [];
    const pipeline = this.redis.request.pipeline();
    for (const beaconId of beaconIds) pipeline.exists(this.#strangerKey(beaconId));
    const replies = await all(pipeline);
    return beaconIds.filter((_, index) => replies[index] === 1);
  }

  #shardKey(shard: number): string {
    return this.redis.key(`carriers:${shard}`);
  }

  #strangerKey(beaconId: BeaconId): string {
    return this.redis.key(`stranger:${beaconId}`);
  }
}

function byShard<T>(items: readonly T[], beaconOf: (item: T) => BeaconId): Map<number, T[]> {
  const shards = new Map<number, T[]>();
  for (const item of items) {
    const shard = shardOf(beaconOf(item));
    const inShard = shards.get(shard);
    if (inShard === undefined) shards.set(shard, [item]);
    else inShard.push(item);
  }
  return shards;
}

/** The replies of a pipeline; one that failed fails them all. */
async function all(pipeline: ChainableCommander): Promise<unknown[]> {
  const replies = (await pipeline.exec()) ?? [];
  return replies.map(([error, reply]) => {
    if (error !== null) throw error;
    return reply;
  });
}
