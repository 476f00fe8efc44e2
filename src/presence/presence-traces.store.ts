import { Injectable } from '@nestjs/common';
import { RedisConnections } from '../platform/index.js';
import type { ShopperId } from '../shared/index.js';
import { changesKey } from './presence.store.js';

const ENTRIES_A_LOOK = 1_000;

/** Takes away what Redis holds of shoppers who are never sensed again: a write under way could bring others back. */
@Injectable()
export class PresenceTraces {
  constructor(private readonly redis: RedisConnections) {}

  /** What is held of a shopper, even that they are gone, and their changes that nobody has read yet. */
  async erase(shopperId: ShopperId): Promise<void> {
    const partition = this.redis.partitionOf(shopperId);
    await this.redis.request.hdel(this.redis.partitionKey(partition, 'presence'), shopperId);
    const stream = changesKey(this.redis, partition);
    let from = '-';
    for (;;) {
      const entries = await this.redis.request.xrange(stream, from, '+', 'COUNT', ENTRIES_A_LOOK);
      const own = entries.filter(([, fields]) => isAbout(fields, shopperId)).map(([id]) => id);
      if (own.length > 0) await this.redis.request.xdel(stream, ...own);
      const last = entries.at(-1)?.[0];
      if (last === undefined || entries.length < ENTRIES_A_LOOK) return;
      from = `(${last}`;
    }
  }
}

function isAbout(fields: readonly string[], shopperId: ShopperId): boolean {
  return fields.some((field) => field.includes(JSON.stringify(shopperId)));
}
