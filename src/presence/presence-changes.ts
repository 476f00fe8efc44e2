import { hostname } from 'node:os';
import { Inject, Injectable } from '@nestjs/common';
import { Clock, Lifecycle, Log, RedisConnections, SETTINGS, type Settings } from '../platform/index.js';
import { StreamReader, type StreamEntry } from '../platform/stream-reader.js';
import type { PresenceChange } from './changes.js';
import { changesKey } from './presence.store.js';

/** The changes of every partition, for whoever draws conclusions from them. */
@Injectable()
export class PresenceChanges {
  constructor(
    private readonly redis: RedisConnections,
    private readonly clock: Clock,
    private readonly lifecycle: Lifecycle,
    @Inject(SETTINGS) private readonly settings: Settings,
    private readonly log: Log,
  ) {}

  /**
   * Has `handler` get the changes from the start of this process to its end, if it is a worker: at most 200 at once, in
   * no promised order, each at least once among all workers. What it does not manage (it throws) it gets again.
   */
  read(handler: (changes: PresenceChange[]) => Promise<void>): void {
    if (this.settings.role === 'api') return;
    const reader = new StreamReader({
      streams: Array.from({ length: this.redis.partitions }, (_, partition) =>
        changesKey(this.redis, partition),
      ),
      group: 'decisions',
      consumer: `${hostname()}-${this.clock.newId()}`,
      redis: this.redis,
      log: this.log,
      handle: (entries) => handler(entries.map(changeOf)),
    });
    this.lifecycle.onStart(() => reader.start());
    this.lifecycle.onStop('streams', () => reader.stop());
  }
}

/** The name of an entry begins with the millisecond in which it was added. */
function changeOf({ id, fields }: StreamEntry): PresenceChange {
  const change = JSON.parse(fields.get('change') ?? '') as PresenceChange;
  return { ...change, presentAt: Number(id.split('-')[0]) };
}
