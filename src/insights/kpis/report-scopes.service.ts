import { Injectable } from '@nestjs/common';
import { notFound } from '../../platform/index.js';
import type { PrincipalOf, StoreId } from '../../shared/index.js';
import { Stores, reachOf } from '../../stores/index.js';

const NO_ZONE = 'UTC';

/** What a report is about. */
export interface ReportScope {
  /** Undefined: all stores, and what was bought online. */
  storeIds: readonly StoreId[] | undefined;
  /** Whose days the report counts. */
  timeZone: string;
}

/** What a report may be about, by who asks for it. */
@Injectable()
export class ReportScopes {
  constructor(private readonly stores: Stores) {}

  /**
   * One store, or all within reach. Days are those of the store; of several stores, those of the zone that all of
   * them share, else UTC.
   *
   * @throws Problem 404 for a store that does not exist or is not theirs
   */
  of(principal: PrincipalOf<'service' | 'staff'>, storeId?: StoreId): ReportScope {
    const reach = reachOf(principal);
    if (storeId === undefined) return { storeIds: reach, timeZone: this.#sharedZone(reach) };
    const layout = this.stores.layout(storeId);
    if (layout === undefined || reach?.includes(storeId) === false) throw notFound('store');
    return { storeIds: [storeId], timeZone: layout.timeZone };
  }

  #sharedZone(reach: readonly StoreId[] | undefined): string {
    const zones = new Set<string>();
    for (const { storeId, timeZone } of this.stores.all()) {
      if (reach?.includes(storeId) ?? true) zones.add(timeZone);
    }
    const [zone, ...others] = zones;
    return zone !== undefined && others.length === 0 ? zone : NO_ZONE;
  }
}
