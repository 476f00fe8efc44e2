import { Injectable } from '@nestjs/common';
import type { Instant, ShopperId } from '../../shared/index.js';
import { Stores } from '../../stores/index.js';
import { ShopperViews } from '../shopper-view/shopper-views.service.js';
import { factsWithoutVisit, segmentsOf, type JudgedSegment } from './membership.rules.js';

/** Shoppers as segments see them: by their view, without a visit. */
@Injectable()
export class JudgedShoppers {
  constructor(
    private readonly views: ShopperViews,
    private readonly stores: Stores,
  ) {}

  /** In which of `segments` each shopper belongs at `now`; who does not exist belongs in none. */
  async of(
    ids: readonly ShopperId[],
    segments: readonly JudgedSegment[],
    now: Instant,
  ): Promise<{ wanted: Map<ShopperId, string[]>; unprofiled: ShopperId[] }> {
    const views = await this.views.load(ids);
    const zoneOf = (storeId: Parameters<Stores['layout']>[0]) => this.stores.layout(storeId)?.timeZone;
    const wanted = new Map(
      [...views].map(([id, view]) => [id, segmentsOf(factsWithoutVisit(view, now, zoneOf), segments)]),
    );
    const unprofiled = ids.filter((id) => views.get(id)?.consents.profiling !== true);
    return { wanted, unprofiled };
  }

  /** Of the stores: shoppers of other zones have their day turn at the next full hour. */
  timeZones(): Set<string> {
    return new Set([...this.stores.all()].map(({ timeZone }) => timeZone));
  }
}
