import { Injectable } from '@nestjs/common';
import { Database } from '../../platform/index.js';
import type { ShopperId, ShopperView } from '../../shared/index.js';
import { HistoryRepository } from '../replenishment/history.repository.js';
import { Population } from '../replenishment/population.service.js';
import { PastProducts } from './past-products.rules.js';

/** What shoppers needed of products at any moment, from what is on record. */
@Injectable()
export class PastNeeds {
  constructor(
    private readonly histories: HistoryRepository,
    private readonly population: Population,
    private readonly database: Database,
  ) {}

  /** Of those who consent to `profiling`; nothing is read where no product is asked for. */
  async of(
    views: ReadonlyMap<ShopperId, ShopperView>,
    asked: ReadonlySet<string>,
  ): Promise<ReadonlyMap<ShopperId, PastProducts>> {
    const ids = [...views.values()]
      .filter(({ consents }) => consents.profiling)
      .map(({ shopperId }) => shopperId);
    if (asked.size === 0 || ids.length === 0) return new Map();
    const { products: clientele } = this.population;
    const trips = await this.histories.trips(this.database, ids);
    return new Map(
      [...trips].map(([id, ofShopper]) => {
        const timeZone = views.get(id)?.timeZone ?? 'UTC';
        return [id, new PastProducts(ofShopper, clientele, timeZone)];
      }),
    );
  }
}
