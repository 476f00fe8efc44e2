import type { Instant, ShopperId, StoreId, VisitId, ZoneId } from '../../shared/index.js';

/** A shopper's word for being in a store, committed under the visit that it belongs to. */
export interface CheckIn {
  checkinId: string;
  visitId: VisitId;
  shopperId: ShopperId;
  storeId: StoreId;
  zoneId?: ZoneId;
  /** Never later than `receivedAt`. */
  observedAt: Instant;
  receivedAt: Instant;
}
