import { Injectable } from '@nestjs/common';
import { Database } from '../platform/index.js';
import type { WebhookEvent } from './webhook.dto.js';

/**
 * What is told of each event, read when it is told: only what does not change any more, so that a repetition says the
 * same. Of somebody who was erased meanwhile there is nothing to tell.
 */
const DATA: Readonly<Record<WebhookEvent, string>> = {
  'decision.made': `
    SELECT jsonb_build_object('decisionId', decision_id, 'shopperId', shopper_id, 'storeId', store_id,
      'visitId', visit_id, 'zoneId', zone_id, 'on', on_trigger, 'outcome', outcome, 'reason', reason,
      'offerId', offer_id, 'deliveryId', delivery_id) AS data
    FROM decisions WHERE decision_id = $1 AND shopper_id <> '~erased'`,
  'offer.delivered': `
    SELECT jsonb_build_object('deliveryId', delivery_id, 'decisionId', decision_id, 'shopperId', shopper_id,
      'offerId', offer_id, 'storeId', store_id, 'visitId', visit_id) AS data
    FROM deliveries WHERE delivery_id = $1 AND shopper_id <> '~erased'`,
  'offer.opened': `
    SELECT jsonb_build_object('deliveryId', delivery_id, 'decisionId', decision_id, 'shopperId', shopper_id,
      'offerId', offer_id, 'storeId', store_id, 'visitId', visit_id) AS data
    FROM deliveries WHERE delivery_id = $1 AND shopper_id <> '~erased'`,
  'coupon.redeemed': `
    SELECT jsonb_build_object('redemptionId', redemption_id, 'couponCode', redemptions.code, 'offerId', offer_id,
      'deliveryId', delivery_id, 'shopperId', shopper_id, 'storeId', redemptions.store_id, 'purchaseId', purchase_id,
      'discount', jsonb_build_object('amount', discount, 'currency', currency)) AS data
    FROM redemptions JOIN coupons USING (code) WHERE redemption_id = $1 AND shopper_id <> '~erased'`,
  'visit.started': `
    SELECT jsonb_build_object('visitId', visit_id, 'shopperId', shopper_id, 'storeId', store_id, 'via', via) AS data
    FROM visits WHERE visit_id = $1`,
  'visit.ended': `
    SELECT jsonb_build_object('visitId', visit_id, 'shopperId', shopper_id, 'storeId', store_id) AS data
    FROM visits WHERE visit_id = $1`,
};

/** What happened, in the rooms above. */
@Injectable()
export class Happenings {
  constructor(private readonly database: Database) {}

  /** Undefined where it is no more. Fields that have nothing to say are left out. */
  async dataOf(type: WebhookEvent, about: string): Promise<Record<string, unknown> | undefined> {
    const [row] = await this.database.query<{ data: Record<string, unknown> }>(DATA[type], [about]);
    if (row === undefined) return undefined;
    return Object.fromEntries(Object.entries(row.data).filter(([, value]) => value !== null));
  }
}
