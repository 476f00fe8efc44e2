import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { Lifecycle, Log, Rounds, SETTINGS, type Settings } from '../platform/index.js';
import { Withdrawals } from './withdrawals.service.js';

/** Nobody is there when a schedule runs out; so somebody looks. */
const LOOK_MS = 2_000;

/** Withdraws what is open of offers whose schedule has run out. */
@Injectable()
export class EndedOffers implements OnModuleInit {
  readonly #rounds: Rounds;

  constructor(
    withdrawals: Withdrawals,
    log: Log,
    private readonly lifecycle: Lifecycle,
    @Inject(SETTINGS) private readonly settings: Settings,
  ) {
    this.#rounds = new Rounds(
      LOOK_MS,
      () => withdrawals.ended(),
      (error) => log.warn({ event: 'offers.end-unseen', error }),
    );
  }

  onModuleInit(): void {
    if (this.settings.role === 'api') return;
    this.lifecycle.onStart(() => this.#rounds.start());
    this.lifecycle.onStop('work', () => this.#rounds.stop());
  }
}
