import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { Bus } from './bus.js';
import { Database, type Queryable } from './database.js';
import { Log } from './log.js';

interface Subscription {
  version: number;
  load: () => Promise<void>;
}

const POLL_MS = 1_000;

/**
 * Documents that every process keeps in memory (stores, offers, policies, population figures). Each has a
 * name and a version in Postgres; a writer raises the version in its own transaction, a hint over the bus
 * makes the others load at once, and a poll each second finds what no hint told.
 */
@Injectable()
export class Published implements OnApplicationShutdown {
  readonly #subscriptions = new Map<string, Subscription[]>();
  #timer: NodeJS.Timeout | undefined;
  #under: Promise<void> | undefined;
  #lastSeenAt = 0;
  #isBehind = false;

  constructor(
    private readonly database: Database,
    private readonly bus: Bus,
    private readonly log: Log,
  ) {
    bus.on('published.changed', () => void this.refresh());
  }

  /** Loads now, and again whenever the version rises. `load` replaces what memory holds in one step. */
  async subscribe(name: string, load: () => Promise<void>): Promise<void> {
    const subscription = { version: await this.#versionOf(name), load };
    await load();
    this.#subscriptions.set(name, [...(this.#subscriptions.get(name) ?? []), subscription]);
    this.#timer ??= setInterval(() => void this.refresh(), POLL_MS).unref();
  }

  /** To be called inside the transaction that changes the document. */
  async raise(tx: Queryable, name: string): Promise<void> {
    await tx.run(
      `INSERT INTO published (name, version) VALUES ($1, 1)
       ON CONFLICT (name) DO UPDATE SET version = published.version + 1`,
      [name],
    );
  }

  /** After the commit: loads here before it returns, so that a writer reads its own write, and tells the others. */
  async announce(name: string): Promise<void> {
    this.bus.emit('published.changed', { name });
    await this.refresh();
  }

  /** Milliseconds since all versions were last compared; a process that is far behind says so in `/readyz`. */
  ageMs(now: number): number {
    return this.#subscriptions.size === 0 ? 0 : now - this.#lastSeenAt;
  }

  /** True from the moment a newer version was seen and could not be loaded, until it is. */
  get isBehind(): boolean {
    return this.#isBehind;
  }

  /** Loads what has a newer version. Calls while one is under way wait for it and then look again. */
  async refresh(): Promise<void> {
    if (this.#under !== undefined) await this.#under;
    this.#under ??= this.#loadNewer().finally(() => (this.#under = undefined));
    await this.#under;
  }

  onApplicationShutdown(): void {
    clearInterval(this.#timer);
  }

  async #loadNewer(): Promise<void> {
    try {
      const rows = await this.database.query<{ name: string; version: number }>(
        'SELECT name, version FROM published',
      );
      let failed = false;
      for (const { name, version } of rows) {
        for (const subscription of this.#subscriptions.get(name) ?? []) {
          if (subscription.version === version) continue;
          const isLoaded = await this.#load(subscription, name, version);
          failed ||= !isLoaded;
        }
      }
      this.#isBehind = failed;
      if (!failed) this.#lastSeenAt = Date.now();
    } catch (error) {
      this.log.warn({ event: 'published.stale', error });
    }
  }

  /** One document that cannot be loaded must not keep the others from being as new as they can. */
  async #load(subscription: Subscription, name: string, version: number): Promise<boolean> {
    try {
      await subscription.load();
      subscription.version = version;
      return true;
    } catch (error) {
      this.log.warn({ event: 'published.not-loaded', name, version, error });
      return false;
    }
  }

  async #versionOf(name: string): Promise<number> {
    const rows = await this.database.query<{ version: number }>(
      'SELECT version FROM published WHERE name = $1',
      [name],
    );
    return rows[0]?.version ?? 0;
  }
}
