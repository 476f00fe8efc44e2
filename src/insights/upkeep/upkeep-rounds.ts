import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { Bus, Lifecycle, Log, Rounds, SETTINGS, type Settings } from '../../platform/index.js';
import { MINUTE_MS } from '../../shared/index.js';
import { Upkeep } from './upkeep.service.js';

/** What no hint told is found so soon. */
const LOOK_MS = 500;
const DUE_MS = MINUTE_MS / 2;

/** When the upkeep of traits and segments is done: by workers, at once when something changes. */
@Injectable()
export class UpkeepRounds implements OnModuleInit {
  readonly #work: Rounds;
  readonly #due: Rounds;
  /** So many were told: one that comes while a round is under way may have come after it looked. */
  #hints = 0;

  constructor(
    private readonly upkeep: Upkeep,
    private readonly bus: Bus,
    private readonly lifecycle: Lifecycle,
    private readonly log: Log,
    @Inject(SETTINGS) private readonly settings: Settings,
  ) {
    const failed = (error: unknown): void => this.log.warn({ event: 'upkeep.failed', error });
    this.#work = new Rounds(LOOK_MS, () => this.#workOff(), failed);
    this.#due = new Rounds(DUE_MS, () => this.upkeep.startDue(), failed);
  }

  onModuleInit(): void {
    if (this.settings.role === 'api') return;
    this.lifecycle.onStart(() => {
      this.#work.start();
      this.#due.start();
      this.bus.on('shopper.changed', () => this.#hint());
    });
    this.lifecycle.onStop('work', async () => {
      await this.#due.stop();
      await this.#work.stop();
    });
  }

  #hint(): void {
    if (this.#work.isStopped) return;
    this.#hints += 1;
    void this.#work.now();
  }

  async #workOff(): Promise<void> {
    let heard: number;
    do {
      heard = this.#hints;
      while (!this.#work.isStopped && (await this.upkeep.step()));
    } while (heard !== this.#hints && !this.#work.isStopped);
  }
}
