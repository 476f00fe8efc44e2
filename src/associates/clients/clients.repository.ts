import { Injectable } from '@nestjs/common';
import { OPEN_VISIT_MS } from '../../decisions/index.js';
import { Database, timestamp, utcDay } from '../../platform/index.js';
import type { Instant, ShopperId, StaffId, StoreId, VisitId } from '../../shared/index.js';
import { MAY_BE_SEEN } from '../visits/person.sql.js';
import type { Habit } from './clients.rules.js';

export interface ClientRow extends Habit {
  shopperId: ShopperId;
  displayName: string | null;
  tier: string | null;
  visitId: VisitId | null;
  storeId: StoreId | null;
}

/** More clients than one person has. */
const MOST = 2_000;

/** `$1` the associate, `$2` since when a visit is not a forgotten one, `$3` their stores, null for all. */
const CLIENTS = `
  SELECT shoppers.shopper_id AS "shopperId", shoppers.display_name AS "displayName",
    coalesce(loyalty_members.tier, shoppers.loyalty->>'tier') AS tier,
    bought.days AS "purchaseDays", bought.first AS "firstPurchasedAt", bought.last AS "lastPurchasedAt",
    greatest(
      (SELECT max(at) FROM messages WHERE messages.shopper_id = shoppers.shopper_id AND author IS NOT NULL),
      (SELECT max(at) FROM interactions
       WHERE interactions.shopper_id = shoppers.shopper_id AND interactions.type = 'contacted'),
      (SELECT max(claimed_at) FROM visits JOIN visit_claims USING (visit_id)
       WHERE visits.shopper_id = shoppers.shopper_id)
    ) AS "lastContactAt",
    here.visit_id AS "visitId", here.store_id AS "storeId"
  FROM shoppers
  JOIN consents ON consents.shopper_id = shoppers.shopper_id AND purpose = 'clienteling' AND granted
  LEFT JOIN loyalty_members ON loyalty_members.shopper_id = shoppers.shopper_id
  LEFT JOIN LATERAL (
    SELECT count(DISTINCT ${utcDay('purchased_at')})::int AS days, min(purchased_at) AS first, max(purchased_at) AS last
    FROM purchases
    WHERE purchases.shopper_id = shoppers.shopper_id
      -- Returns alone are no purchase.
      AND EXISTS (SELECT FROM purchase_lines WHERE purchase_lines.purchase_id = purchases.purchase_id AND quantity > 0)
  ) AS bought ON EXISTS (
    SELECT FROM consents AS profiling
    WHERE profiling.shopper_id = shoppers.shopper_id AND profiling.purpose = 'profiling' AND profiling.granted
  )
  LEFT JOIN LATERAL (
    SELECT visits.visit_id, visits.store_id FROM visits ${MAY_BE_SEEN}
    WHERE visits.shopper_id = shoppers.shopper_id AND visits.ended_at IS NULL AND visits.started_at > $2
      AND ($3::text[] IS NULL OR visits.store_id = ANY($3))
    ORDER BY visits.started_at DESC LIMIT 1
  ) AS here ON true
  WHERE lower(shoppers.assigned_associate) IN (
    SELECT unnest(ARRAY[staff_id::text, email]) FROM staff WHERE staff_id = $1)
  ORDER BY shoppers.shopper_id LIMIT ${MOST}`;

/** Reads across the tables of other rooms, and writes none. */
@Injectable()
export class ClientsRepository {
  constructor(private readonly database: Database) {}

  of(staffId: StaffId, storeIds: readonly StoreId[] | undefined, now: Instant): Promise<ClientRow[]> {
    return this.database.query(CLIENTS, [staffId, timestamp(now - OPEN_VISIT_MS), storeIds ?? null]);
  }
}
