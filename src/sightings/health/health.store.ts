import { Injectable } from '@nestjs/common';
import type { ChainableCommander } from 'ioredis';
import { Clock, RedisConnections } from '../../platform/index.js';
import { DAY_MS, MINUTE_MS, type BeaconId, type Instant, type StoreId } from '../../shared/index.js';
import type {
  HealthUpdate,
  KeptBattery,
  KeptBeacon,
  KeptHearing,
  KeptPayload,
  KeptReason,
} from './health-kept.js';
import { HEARD_FOR_MS } from './store-notes.js';

/** What says of a radio when it was last heard outlives a holiday. */
const SEEN_FOR_MS = 30 * DAY_MS;
/** What was said, and what was refused, is of use while somebody stands on the ladder. */
const LISTS_FOR_MS = 10 * MINUTE_MS;
/** Counts are of the present and the previous of these. */
const BUCKET_MS = LISTS_FOR_MS / 2;
const SINCE = '+since';

/** What Redis holds of a store's health, as all processes have noted it. */
export interface KeptHealth extends HealthUpdate {
  /** Since when counts and reasons are kept, some 5 to 10 minutes; undefined where nothing was. */
  countedSince: Instant | undefined;
}

/** The health of stores in Redis. All of it may be lost: what is heard next fills it again. */
@Injectable()
export class HealthStore {
  /** Each process keeps what it heard under its own name; a reader joins them. */
  readonly #writer: string;

  constructor(
    private readonly redis: RedisConnections,
    private readonly clock: Clock,
  ) {
    this.#writer = clock.newId();
  }

  async write(updates: ReadonlyMap<StoreId, HealthUpdate>, now: Instant): Promise<void> {
    if (updates.size === 0) return;
    const pipeline = this.redis.request.pipeline();
    for (const [storeId, update] of updates) this.#add(pipeline, storeId, update, now);
    await pipeline.exec();
  }

  async read(storeId: StoreId, now: Instant): Promise<KeptHealth> {
    const key = this.#keysOf(storeId);
    const buckets = [bucketOf(now) - 1, bucketOf(now)];
    const names = [key('seen'), key('payloads'), key('beacons'), key('batteries')];
    const [seen, payloads, beacons, batteries, lately, justNow, ...bucketed] = await Promise.all(
      [
        ...names,
        ...heardIn(now).map(key),
        ...buckets.map((bucket) => key(`counts:${bucket}`)),
        ...buckets.map((bucket) => key(`reasons:${bucket}`)),
      ].map((name) => this.redis.request.hgetall(name)),
    );
    const [counts, reasons] = [bucketed.slice(0, buckets.length), bucketed.slice(buckets.length)];
    return {
      seen: read(seen, Number),
      ...summed(counts),
      reasons: new Map(reasons.flatMap((each) => [...read(each, parsed<KeptReason>)])),
      payloads: recent(read(payloads, parsed<KeptPayload>), now),
      beacons: read(beacons, parsed<KeptBeacon>),
      batteries: read(batteries, parsed<KeptBattery>),
      heard: Object.values({ ...lately, ...justNow }).flatMap(parsed<KeptHearing[]>),
    };
  }

  /** Of `read` only when its radios were heard, and what they told of their batteries. */
  async readRadios(storeId: StoreId): Promise<Pick<KeptHealth, 'seen' | 'beacons' | 'batteries'>> {
    const key = this.#keysOf(storeId);
    const [seen, beacons, batteries] = await Promise.all(
      [key('seen'), key('beacons'), key('batteries')].map((name) => this.redis.request.hgetall(name)),
    );
    return {
      seen: read(seen, Number),
      beacons: read(beacons, parsed<KeptBeacon>),
      batteries: read(batteries, parsed<KeptBattery>),
    };
  }

  /** Takes away what is told of these beacons in a store: rows of payloads, and what was heard in the last minute. */
  async erase(storeId: StoreId, beaconIds: readonly BeaconId[]): Promise<void> {
    const key = this.#keysOf(storeId);
    for (const name of ['payloads', ...heardIn(this.clock.now())].map(key)) {
      const fields = Object.entries(await this.redis.request.hgetall(name));
      const naming = fields.filter(([, text]) => beaconIds.some((id) => text.includes(JSON.stringify(id))));
      if (naming.length > 0) await this.redis.request.hdel(name, ...naming.map(([field]) => field));
    }
  }

  #add(pipeline: ChainableCommander, storeId: StoreId, update: HealthUpdate, now: Instant): void {
    const key = this.#keysOf(storeId);
    const keep = (name: string, fields: ReadonlyMap<string, unknown>, forMs: number): void => {
      if (fields.size === 0) return;
      const texts = [...fields].map(([field, value]) => [field, JSON.stringify(value)] as const);
      pipeline.hset(key(name), new Map(texts)).pexpire(key(name), forMs);
    };
    const bucket = bucketOf(now);
    keep('seen', update.seen, SEEN_FOR_MS);
    keep('beacons', update.beacons, SEEN_FOR_MS);
    keep('batteries', update.batteries, SEEN_FOR_MS);
    keep('payloads', update.payloads, LISTS_FOR_MS);
    const [, justNow] = heardIn(now);
    keep(justNow, new Map([[this.#writer, update.heard]]), 2 * HEARD_FOR_MS);
    keep(`reasons:${bucket}`, update.reasons, LISTS_FOR_MS);
    const counts = key(`counts:${bucket}`);
    pipeline.hsetnx(counts, SINCE, now);
    for (const [what, count] of update.counts) pipeline.hincrby(counts, what, count);
    pipeline.pexpire(counts, LISTS_FOR_MS);
  }

  #keysOf(storeId: StoreId): (name: string) => string {
    return (name) => this.redis.key(`{health:${storeId}}:${name}`);
  }
}

function bucketOf(now: Instant): number {
  return Math.floor(now / BUCKET_MS);
}

/**
 * Where that lies which was heard in the minute before this and in this one. By the minute, or what a process that is gone
 * had heard would lie there for as long as others go on hearing.
 */
function heardIn(now: Instant): [lately: string, justNow: string] {
  const minute = Math.floor(now / HEARD_FOR_MS);
  return [`heard:${minute - 1}`, `heard:${minute}`];
}

function parsed<T>(text: string): T {
  return JSON.parse(text) as T;
}

function read<Key extends string, Value>(
  hash: Record<string, string> | undefined,
  valueOf: (text: string) => Value,
): Map<Key, Value> {
  return new Map(Object.entries(hash ?? {}).map(([field, text]) => [field as Key, valueOf(text)]));
}

function recent(payloads: Map<string, KeptPayload>, now: Instant): Map<string, KeptPayload> {
  return new Map([...payloads].filter(([, { at }]) => now - at < LISTS_FOR_MS));
}

function summed(buckets: readonly Record<string, string>[]): {
  counts: Map<string, number>;
  countedSince: Instant | undefined;
} {
  const counts = new Map<string, number>();
  let countedSince: Instant | undefined;
  for (const { [SINCE]: since, ...bucket } of buckets) {
    if (since !== undefined) countedSince = Math.min(Number(since), countedSince ?? Infinity);
    for (const [what, count] of Object.entries(bucket))
      counts.set(what, (counts.get(what) ?? 0) + Number(count));
  }
  return { counts, countedSince };
}
