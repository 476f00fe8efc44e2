import type { DeliveryId, OfferId, PurchaseId, ShopperId, StoreId, VisitId, ZoneId } from './ids.js';
import type { Instant } from './time.js';
import type { ConsentPurpose } from './shopper-view.js';

/**
 * What flows against the order of the rooms. Durable events lie in the outbox from the transaction that
 * caused them until a worker has handled them, at least once; handlers are idempotent.
 */
export interface DurableEvents {
  'purchase.recorded': { shopperId: ShopperId; purchaseIds: PurchaseId[] };
  'checkin.recorded': {
    checkinId: string;
    visitId: VisitId;
    shopperId: ShopperId;
    storeId: StoreId;
    zoneId?: ZoneId;
    observedAt: Instant;
    receivedAt: Instant;
  };
  /** A coupon was redeemed, or that was taken back. */
  'coupon.used': { code: string };
  'offer.granted': { deliveryId: DeliveryId; shopperId: ShopperId };
  'consent.withdrawn': { shopperId: ShopperId; purpose: ConsentPurpose };
  /** What was of `from` is of `into` now; what is alive of `from` is to be ended. */
  'shopper.merged': { from: ShopperId; into: ShopperId };
  'offer.stopped': { offerId: OfferId };
  /** It was pushed, and is to be taken off the screen. */
  'delivery.withdrawn': { deliveryId: DeliveryId; reason: string };
  /** Whoever the erasure is about is gone for every door: what is left of them is to be taken away. */
  'shopper.erased': { erasureId: string };
  /** The shopper may no longer be sensed, and presence and visits are ended: what is still open for them is to be withdrawn. */
  'presence.ended': { shopperId: ShopperId };
}
export type DurableEvent = keyof DurableEvents;

/** Hints between processes over Redis pub/sub. Losing one costs at most a second: each has a slower way behind it. */
export interface FleetingEvents {
  /** The shopper's view changed: drop it where it is warm. */
  'shopper.changed': { shopperId: ShopperId };
  /** A carried beacon was given or taken: drop it from the cache of identities. */
  'beacons.changed': { beaconIds: string[] };
  /** A published document (stores, offers, policies …) has a new version. */
  'published.changed': { name: string };
  /** A credential is no longer good: close what hangs on it. `credential` is a principal's name. */
  'credential.revoked': { credential: string; revocationId?: string };
  /**
   * What the shop floor may see of these shoppers is different: where they are, what they were offered or wrote, who
   * serves them. Without `storeId`: wherever they are.
   */
  'floor.changed': { visits: { shopperId: ShopperId; storeId?: StoreId }[] };
  /** The outbox has something new. */
  'outbox.filled': Record<string, never>;
}
export type FleetingEvent = keyof FleetingEvents;
