import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { Housekeeping, Lifecycle, Log, Rounds, SETTINGS, type Settings } from '../../platform/index.js';
import { Learning } from './learning.service.js';

const EVERY_MS = 1_000;

/** When workers learn from what became of offers: within a second of the receipt, and when visits must be over. */
@Injectable()
export class LearningRounds implements OnModuleInit {
  readonly #rounds: Rounds;

  constructor(
    private readonly learning: Learning,
    private readonly lifecycle: Lifecycle,
    private readonly housekeeping: Housekeeping,
    @Inject(SETTINGS) private readonly settings: Settings,
    log: Log,
  ) {
    this.#rounds = new Rounds(
      EVERY_MS,
      () => this.#workOff(),
      (error) => {
        log.warn({ event: 'learning.failed', error });
      },
    );
  }

  onModuleInit(): void {
    if (this.settings.role === 'api') return;
    this.housekeeping.onTidy(() => this.learning.forgetOld());
    this.lifecycle.onStart(() => this.#rounds.start());
    this.lifecycle.onStop('work', () => this.#rounds.stop());
  }

  async #workOff(): Promise<void> {
    while (!this.#rounds.isStopped && (await this.learning.step()));
  }
}
