import { Injectable, type OnModuleInit } from '@nestjs/common';
import { Gauge } from 'prom-client';
import { Clock, Log, Metrics } from '../platform/index.js';
import { SECOND_MS, type Instant } from '../shared/index.js';
import { ErasuresRepository } from './erasure/erasures.repository.js';
import { KINDS } from './retention/kinds.js';
import { RetentionRepository } from './retention/retention.repository.js';

/** What an operator watches: how old the oldest row of each kind is, and the oldest erasure that is not done. Asked of the database when the metrics are. */
@Injectable()
export class PrivacyGauges implements OnModuleInit {
  constructor(
    private readonly retention: RetentionRepository,
    private readonly erasures: ErasuresRepository,
    private readonly metrics: Metrics,
    private readonly clock: Clock,
    private readonly log: Log,
  ) {}

  onModuleInit(): void {
    const ages: Gauge<'kind'> = new Gauge({
      name: 'retention_oldest_row_age_seconds',
      help: 'Age of the oldest row that is thrown away by its age; 0 where there is none',
      labelNames: ['kind'],
      registers: [this.metrics.registry],
      collect: () =>
        this.#trying(async () => {
          for (const kind of KINDS)
            ages.set({ kind: kind.name }, this.#ageOf(await this.retention.oldest(kind)));
        }),
    });
    const open: Gauge = new Gauge({
      name: 'erasure_oldest_open_age_seconds',
      help: 'Since when the oldest erasure is under way; 0 where none is',
      registers: [this.metrics.registry],
      collect: () => this.#trying(async () => open.set(this.#ageOf(await this.erasures.oldestOpen()))),
    });
  }

  #ageOf(at: Instant | undefined): number {
    return at === undefined ? 0 : Math.max(0, (this.clock.now() - at) / SECOND_MS);
  }

  /** Metrics are told without the database, too. */
  async #trying(work: () => Promise<void>): Promise<void> {
    await work().catch((error: unknown) => this.log.debug({ event: 'privacy.unmeasured', error }));
  }
}
