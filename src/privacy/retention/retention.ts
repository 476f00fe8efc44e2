import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { Clock, Housekeeping, Log, SETTINGS, type Settings } from '../../platform/index.js';
import { DAY_MS } from '../../shared/index.js';
import { KINDS, type Kind } from './kinds.js';
import { RetentionRepository } from './retention.repository.js';

/** Few enough that nobody waits for the locks of a batch. */
const BATCH = 5_000;
/** At most so many batches of a kind an hour, that other tidying comes to its turn: 120 million rows a day. */
const MOST_BATCHES = 1_000;

/** Throws away what is older than the settings let it be, each hour, from the oldest on. */
@Injectable()
export class Retention implements OnModuleInit {
  constructor(
    private readonly repository: RetentionRepository,
    private readonly housekeeping: Housekeeping,
    private readonly clock: Clock,
    private readonly log: Log,
    @Inject(SETTINGS) private readonly settings: Settings,
  ) {}

  onModuleInit(): void {
    this.housekeeping.onTidy(() => this.run());
  }

  async run(): Promise<void> {
    for (const kind of KINDS) {
      const rows = await this.#prune(kind);
      if (rows > 0) this.log.info({ event: 'retention.pruned', kind: kind.name, rows });
    }
  }

  async #prune(kind: Kind): Promise<number> {
    const until = this.clock.now() - kind.days(this.settings.keptDays) * DAY_MS;
    let rows = 0;
    for (let batch = 0; batch < MOST_BATCHES; batch += 1) {
      const pruned = await this.repository.prune(kind, until, BATCH);
      rows += pruned;
      if (pruned < BATCH) break;
    }
    return rows;
  }
}
