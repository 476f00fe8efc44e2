import { Injectable } from '@nestjs/common';
import type { Redis } from 'ioredis';
import { Clock, RedisConnections } from '../../platform/index.js';
import { MINUTE_MS, type Instant } from '../../shared/index.js';
import type { Sighting } from '../../sightings/index.js';
import { packed, unpacked } from './packed-sightings.js';

/** What is older is of no use any more; a worker reads it long before. */
const KEEP_MS = 10 * MINUTE_MS;

/**
 * Sightings that Redis holds before they are worked into their shoppers' states. Each process writes its own, a few seconds a
 * page, and takes a page away once all of it is in the states. A page that lies there for longer is of a process that is gone.
 *
 * `<prefix>:{journal}` a sorted set of the pages by when they were begun; `<prefix>:{journal}:<page>` a list of what was
 * written to one, batch by batch.
 */
@Injectable()
export class JournalStore {
  readonly #redis: Redis;
  readonly #pages: string;
  readonly #writer: string;
  #count = 0;
  #page: string | undefined;

  constructor(redis: RedisConnections, clock: Clock) {
    this.#redis = redis.request;
    this.#pages = redis.key('{journal}');
    this.#writer = clock.newId();
  }

  /** Resolves when Redis holds them. @throws when it does not answer: then it may hold them or not */
  async append(sightings: readonly Sighting[], now: Instant): Promise<void> {
    const page = (this.#page ??= `${this.#writer}:${(this.#count += 1)}`);
    const key = this.#keyOf(page);
    const pipeline = this.#redis.pipeline();
    pipeline.zadd(this.#pages, 'NX', now, page).pexpire(this.#pages, KEEP_MS);
    pipeline.rpush(key, packed(sightings)).pexpire(key, KEEP_MS);
    for (const [error] of (await pipeline.exec()) ?? []) if (error !== null) throw error;
  }

  /** What is written from now on goes on another page. @returns the page so far; undefined where it is empty */
  turn(): string | undefined {
    const page = this.#page;
    this.#page = undefined;
    return page;
  }

  async remove(pages: readonly string[]): Promise<void> {
    if (pages.length === 0) return;
    await this.#redis
      .pipeline()
      .del(pages.map((page) => this.#keyOf(page)))
      .zrem(this.#pages, ...pages)
      .exec();
  }

  /** The pages, of whatever process, that were begun before then. */
  begunBefore(at: Instant): Promise<string[]> {
    return this.#redis.zrangebyscore(this.#pages, '-inf', `(${at}`);
  }

  /** What was written on a page, batch by batch. */
  async read(page: string): Promise<Sighting[][]> {
    return (await this.#redis.lrangeBuffer(this.#keyOf(page), 0, -1)).map(unpacked);
  }

  #keyOf(page: string): string {
    return `${this.#pages}:${page}`;
  }
}
