import { Injectable } from '@nestjs/common';
import { notFound } from '../../platform/index.js';
import type { PrincipalOf, StoreId } from '../../shared/index.js';
import { Stores, reachOf, type StoreLayout } from '../../stores/index.js';

const NO_ZONE = 'UTC';
/** ISO 4217 for no currency. */
const NO_CURRENCY = 'XXX';

/** What a report is about. */
export interface ReportScope {
  /** Undefined: all stores, and what was bought online. */
  storeIds: readonly StoreId[] | undefined;
  /** Whose days the report counts. */
  timeZone: string;
  /** In which stores sell, where it is one. */
  currency: string;
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
    if (
      storeId !== undefined &&
      (this.stores.layout(storeId) === undefined || !(reach?.includes(storeId) ?? true))
    )
      throw notFound('store');
    const storeIds = storeId === undefined ? reach : [storeId];
    const layouts = [...this.stores.all()].filter((each) => storeIds?.includes(each.storeId) ?? true);
    return {
      storeIds,
      timeZone: sharedBy(layouts, ({ timeZone }) => timeZone) ?? NO_ZONE,
      currency: sharedBy(layouts, ({ currency }) => currency) ?? NO_CURRENCY,
    };
  }
}

/** What all stores have alike; undefined where they differ, or there are none. */
function sharedBy(layouts: readonly StoreLayout[], of: (layout: StoreLayout) => string): string | undefined {
  const values = new Set(layouts.map(of));
  return values.size === 1 ? [...values][0] : undefined;
}
