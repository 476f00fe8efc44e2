import type { Pending } from './decision.js';
import type { OfferForApp } from './offer.writer.js';

/** An offer that is committed and should be with the shopper at once. */
export interface GrantedOffer {
  pending: Pending;
  sent: OfferForApp;
  /** How long an app may take to acknowledge before devices are pushed to. */
  patienceMs: number;
}

/** Where granted offers go; the room `delivery` provides it. */
export abstract class OfferSink {
  /** Never fails and does not wait for the phone: what does not arrive is driven again from the outbox. */
  abstract take(offers: readonly GrantedOffer[]): void;
}
