import type { Reward } from '../offers/index.js';
import type {
  DecisionId,
  DeliveryId,
  Instant,
  Money,
  OfferId,
  ProductId,
  PurchaseId,
  ShopperId,
  StoreId,
} from '../shared/index.js';

/** A coupon as it was issued. */
export interface Coupon {
  code: string;
  offerId: OfferId;
  /** Under which limits and budgets hold what it may cost. */
  decisionId: DecisionId;
  deliveryId: DeliveryId;
  shopperId: ShopperId;
  /** Absent: any store. */
  storeId: StoreId | undefined;
  reward: Reward;
  /** What must be in the basket, and what alone the discount falls on; nothing named means the whole basket. */
  qualifies: { productIds: readonly ProductId[]; categories: readonly string[] };
  expiresAt: Instant;
  withdrawnAt: Instant | undefined;
}

/** A coupon that a till has in hand: until then no other checkout may redeem it. */
export interface Hold {
  code: string;
  /** The checkout it is held for. */
  purchaseId: PurchaseId;
  /** The till, as principals are named. */
  heldBy: string;
  storeId: StoreId;
  until: Instant;
}

export interface BasketLine {
  productId: ProductId;
  /** Pieces, or a weight in the unit of the price. */
  quantity: number;
  unitPrice: Money;
}

/** What a till brings: a purchase about to be paid. */
export interface Checkout {
  purchaseId: PurchaseId;
  basket: BasketLine[];
}

export interface Redemption extends Checkout {
  redemptionId: string;
  code: string;
  storeId: StoreId;
  /** The till, as principals are named. */
  redeemedBy: string;
  idempotencyKey: string;
  discount: Money;
  redeemedAt: Instant;
  reversedAt: Instant | undefined;
}
