import type { BeaconId, GatewayId, Instant, ShopperId, StoreId } from '../shared/index.js';

/**
 * One hearing, whoever reported it, after decoding, checking and finding out whose beacon it is:
 * a gateway heard a beacon that a shopper carries, or a shopper's phone heard a beacon of the store.
 */
export interface Sighting {
  shopperId: ShopperId;
  storeId: StoreId;
  /** The fixed end, whose place in the store is known: the gateway, or the store's beacon. */
  anchor: { kind: 'gateway'; gatewayId: GatewayId } | { kind: 'beacon'; beaconId: BeaconId };
  rssiDbm: number;
  /** RSSI at one metre as the beacon advertises it; absent where unknown. */
  measuredPowerDbm?: number;
  /** When it was heard, by a corrected clock, never later than `receivedAt`. */
  observedAt: Instant;
  receivedAt: Instant;
  /** Given by the sender, or made from the content: the same hearing sent twice has the same one. */
  sightingId: string;
}
