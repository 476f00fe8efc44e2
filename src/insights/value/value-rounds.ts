import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { Clock, Lifecycle, Log, Rounds, SETTINGS, type Settings } from '../../platform/index.js';
import { HOUR_MS } from '../../shared/index.js';
import { LifetimeValues } from './lifetime-values.service.js';

/** From the end of one round to the beginning of the next: about one a night, by whichever worker gets the lock. */
const EVERY_MS = 24 * HOUR_MS;

/** Has workers fit the models and score all shoppers once a day. The only place that says when. */
@Injectable()
export class ValueRounds implements OnModuleInit {
  constructor(
    private readonly values: LifetimeValues,
    private readonly lifecycle: Lifecycle,
    private readonly clock: Clock,
    private readonly log: Log,
    @Inject(SETTINGS) private readonly settings: Settings,
  ) {}

  onModuleInit(): void {
    if (this.settings.role === 'api') return;
    const rounds = new Rounds(
      EVERY_MS,
      async () => {
        const shoppers = await this.values.refit(this.clock.now());
        this.log.info({ event: 'value.refitted', shoppers });
      },
      (error) => this.log.warn({ event: 'value.refit-failed', error }),
    );
    this.lifecycle.onStart(() => rounds.start());
    this.lifecycle.onStop('work', () => rounds.stop());
  }
}
