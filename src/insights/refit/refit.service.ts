import { Injectable } from '@nestjs/common';
import { Clock, Log } from '../../platform/index.js';
import { Population } from '../replenishment/population.service.js';
import { LifetimeValues } from '../value/lifetime-values.service.js';

/** What a refit came to. */
export interface Refitted {
  categoriesFitted: number;
  /** Undefined where another process was at it. */
  shoppersScored: number | undefined;
}

/**
 * Learns from the whole clientele anew: when it needs its categories again, and what its shoppers are worth. After an
 * import and each night; readers go on with the old figures until the new ones are there.
 */
@Injectable()
export class Refit {
  constructor(
    private readonly population: Population,
    private readonly values: LifetimeValues,
    private readonly clock: Clock,
    private readonly log: Log,
  ) {}

  async run(): Promise<Refitted> {
    const categoriesFitted = await this.population.refit();
    const shoppersScored = await this.values.refit(this.clock.now());
    this.log.info({ event: 'refit.done', categoriesFitted, shoppersScored });
    return { categoriesFitted, shoppersScored };
  }
}
