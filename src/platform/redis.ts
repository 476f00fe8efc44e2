import { Redis, type RedisOptions } from 'ioredis';
import { fnv1a } from '../shared/index.js';
import type { Log } from './log.js';

/**
 * What a connection is for decides how it fails. `request`: somebody waits, so it gives up soon. `blocking`:
 * a reader that waits for the stream and comes back by itself. `subscriber`: pub/sub only.
 */
export type RedisProfile = 'request' | 'blocking' | 'subscriber';

const RETRY_CAP_MS = 1_000;

/** The connections of one process to Redis, and how this installation names its keys. */
export class RedisConnections {
  readonly #open: Redis[] = [];
  /** Shared by everything that asks and waits for the answer. */
  readonly request: Redis;

  constructor(
    private readonly url: string,
    readonly prefix: string,
    readonly partitions: number,
    private readonly log: Log,
  ) {
    this.request = this.connect('request');
  }

  connect(profile: RedisProfile): Redis {
    const client = new Redis(this.url, optionsOf(profile));
    let complained = false;
    client.on('error', (error: Error) => {
      // One line an outage; ioredis reports every attempt.
      if (!complained) this.log.warn({ event: 'redis.lost', profile, reason: error.message });
      complained = true;
    });
    client.on('ready', () => (complained = false));
    this.#open.push(client);
    return client;
  }

  /** The partition of a shopper, by which presence, changes and due times share one slot of a cluster. */
  partitionOf(shopperId: string): number {
    return fnv1a(shopperId) % this.partitions;
  }

  /** `aislecue:{p03}:what`: the braces make everything of a partition lie in one slot. */
  partitionKey(partition: number, what: string): string {
    return `${this.prefix}:{p${String(partition).padStart(2, '0')}}:${what}`;
  }

  key(what: string): string {
    return `${this.prefix}:${what}`;
  }

  async close(): Promise<void> {
    // To disconnect what has ended would keep the process another 2 s (ioredis waits for a close that has been).
    const open = this.#open.filter(({ status }) => status !== 'end');
    await Promise.all(open.map((client) => client.quit().catch(() => client.disconnect())));
  }
}

function optionsOf(profile: RedisProfile): RedisOptions {
  const common: RedisOptions = {
    retryStrategy: (attempt) => Math.min(attempt * 50, RETRY_CAP_MS),
    reconnectOnError: (error) => error.message.startsWith('READONLY'),
    connectTimeout: 2_000,
    keepAlive: 10_000,
  };
  switch (profile) {
    case 'request':
      // A lost reply makes ioredis repeat the command, so whatever is sent here may run twice.
      return { ...common, commandTimeout: 1_500, maxRetriesPerRequest: 1, enableOfflineQueue: false };
    case 'blocking':
      return { ...common, maxRetriesPerRequest: null };
    case 'subscriber':
      return { ...common, maxRetriesPerRequest: null, autoResubscribe: true };
  }
}
