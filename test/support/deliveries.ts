import { randomBytes } from 'node:crypto';
import { couponCode } from '../../src/coupons/index.js';
import { Clock, Outbox } from '../../src/platform/index.js';
import type { DeliveryId, ShopperId } from '../../src/shared/index.js';
import type { Shop } from './shop.js';

export interface MadeDelivery {
  deliveryId: string;
  offerId: string;
  shopperId: string;
  couponCode: string;
  /** As the app gets it. */
  offer: Record<string, unknown>;
}

interface Wanted {
  shopperId: string;
  storeId?: string;
  offerId?: string;
  reward?: Record<string, unknown>;
  qualifies?: { productIds: string[]; categories: string[] };
  expiresInMs?: number;
  /** What the offer is about. */
  categories?: string[];
  /** Puts the row into the outbox that a decision leaves there, due now. */
  driven?: boolean;
}

/** An offer as the group commit leaves it behind: delivery and coupon, for tests that need no decision. */
export async function deliver(shop: Shop, wanted: Wanted): Promise<MadeDelivery> {
  const { shopperId, storeId = 's1', expiresInMs = 1_800_000, driven = false, categories = [] } = wanted;
  const { reward = { type: 'percentOff', value: 10 } } = wanted;
  const { qualifies = { productIds: [], categories: [] } } = wanted;
  const clock = shop.get(Clock);
  const deliveryId = clock.newId<DeliveryId>();
  const decisionId = clock.newId();
  const offerId = wanted.offerId ?? clock.newId();
  const code = couponCode(randomBytes(16));
  const now = new Date();
  const expiresAt = new Date(now.getTime() + expiresInMs);
  const offer = {
    deliveryId,
    decisionId,
    offerId,
    title: 'Running low?',
    body: 'Coffee filters, 10 % off today',
    reward,
    couponCode: code,
    storeId,
    expiresAt: expiresAt.toISOString(),
  };
  await shop.database.transaction(async (tx) => {
    await tx.run(
      `INSERT INTO deliveries (delivery_id, decision_id, shopper_id, offer_id, store_id, visit_id, offer, categories, created_at, expires_at)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
      [deliveryId, decisionId, shopperId, offerId, storeId, clock.newId(), offer, categories, now, expiresAt],
    );
    await tx.run(
      `INSERT INTO coupons (code, offer_id, revision, decision_id, delivery_id, shopper_id, store_id, reward, qualifies, issued_at, expires_at)
       VALUES ($1, $2, 1, $3, $4, $5, $6, $7, $8, $9, $10)`,
      [code, offerId, decisionId, deliveryId, shopperId, storeId, reward, qualifies, now, expiresAt],
    );
    if (!driven) return;
    const payload = { deliveryId, shopperId: shopperId as ShopperId };
    await shop.get(Outbox).write(tx, [{ id: deliveryId, event: 'offer.granted', payload }]);
  });
  if (driven) shop.get(Outbox).filled();
  return { deliveryId, offerId, shopperId, couponCode: code, offer };
}
