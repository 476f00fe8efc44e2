import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { Database } from './database.js';
import { Lifecycle } from './lifecycle.js';
import { Log } from './log.js';
import { SETTINGS, type Settings } from './settings.js';
import { Metrics } from './telemetry.js';
import { version } from './version.js';

const GAUGE_MS = 5_000;
const TIDY_MS = 3_600_000;
const IDEMPOTENCY_DAYS = 7;

interface Backlog {
  pending: number;
  poisoned: number;
  oldest_seconds: number | null;
}

/** What a process measures of itself every few seconds, and what a worker throws away every hour. */
@Injectable()
export class Housekeeping implements OnModuleInit {
  readonly #timers: NodeJS.Timeout[] = [];
  readonly #tidiers: (() => Promise<unknown>)[] = [];

  constructor(
    private readonly database: Database,
    private readonly metrics: Metrics,
    private readonly lifecycle: Lifecycle,
    @Inject(SETTINGS) private readonly settings: Settings,
    private readonly log: Log,
  ) {}

  onModuleInit(): void {
    this.metrics.build.set({ version }, 1);
    this.lifecycle.onStart(() => {
      this.#every(GAUGE_MS, () => this.#gauge());
      if (this.settings.role !== 'api') this.#every(TIDY_MS, () => this.#tidy());
    });
    this.lifecycle.onStop('work', () => this.#timers.forEach((timer) => clearInterval(timer)));
  }

  /** Has a worker throw something away every hour; what fails is tried again in the next. */
  onTidy(tidy: () => Promise<unknown>): void {
    this.#tidiers.push(tidy);
  }

  #every(ms: number, work: () => Promise<void>): void {
    const run = (): void => {
      work().catch((error: unknown) => this.log.debug({ event: 'housekeeping.failed', error }));
    };
    this.#timers.push(setInterval(run, ms).unref());
  }

  async #gauge(): Promise<void> {
    const { inUse, waiting } = this.database.load();
    this.metrics.databasePool.set({ state: 'in_use' }, inUse);
    this.metrics.databasePool.set({ state: 'waiting' }, waiting);
    const [backlog] = await this.database.query<Backlog>(
      `SELECT count(*) FILTER (WHERE poisoned_at IS NULL) AS pending,
              count(*) FILTER (WHERE poisoned_at IS NOT NULL) AS poisoned,
              extract(epoch FROM now() - min(created_at) FILTER (WHERE poisoned_at IS NULL)) AS oldest_seconds
       FROM outbox`,
    );
    this.metrics.outboxPending.set(backlog?.pending ?? 0);
    this.metrics.outboxPoisoned.set(backlog?.poisoned ?? 0);
    this.metrics.outboxOldest.set(backlog?.oldest_seconds ?? 0);
  }

  async #tidy(): Promise<void> {
    await this.database.run(
      'DELETE FROM idempotency_keys WHERE created_at < now() - make_interval(days => $1)',
      [IDEMPOTENCY_DAYS],
    );
    for (const tidy of this.#tidiers) await tidy();
  }
}
