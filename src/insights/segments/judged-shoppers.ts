import { Injectable } from '@nestjs/common';
import type { Facts, Instant, Reads, ShopperId } from '../../shared/index.js';
import { Stores } from '../../stores/index.js';
import { RuleReads } from '../rule-reads.service.js';
import { ShopperViews } from '../shopper-view/shopper-views.service.js';
import { factsWithoutVisit } from './membership.rules.js';

/** Shoppers as segments see them: by their view, without a visit. */
@Injectable()
export class JudgedShoppers {
  constructor(
    private readonly views: ShopperViews,
    private readonly reads: RuleReads,
    private readonly stores: Stores,
  ) {}

  /**
   * The facts of each shopper at `now`; who does not exist has none.
   *
   * @param asked what the rules ask beyond the views
   */
  async facts(ids: readonly ShopperId[], asked: Reads, now: Instant): Promise<Facts[]> {
    const [views, known] = await Promise.all([this.views.load(ids), this.reads.of(ids, asked, now)]);
    const zoneOf = (storeId: Parameters<Stores['layout']>[0]) => this.stores.layout(storeId)?.timeZone;
    return [...views.values()].map((view) => ({
      ...factsWithoutVisit(view, now, zoneOf),
      ...known.get(view.shopperId),
    }));
  }

  /** Of the stores: shoppers of other zones have their day turn at the next full hour. */
  timeZones(): Set<string> {
    return new Set([...this.stores.all()].map(({ timeZone }) => timeZone));
  }
}
