import { Injectable } from '@nestjs/common';
import { Database, timestamp, type Queryable } from '../../platform/index.js';
import type { Instant, LoyaltyStanding, PurchaseId, ShopperId } from '../../shared/index.js';
import type { EarningPurchase } from './earning.rules.js';
import type { Earned, Member, Standing } from './tiers.rules.js';

export type UnearnedPurchase = EarningPurchase & { purchaseId: PurchaseId };

interface MemberRow {
  tier: string;
  since: Instant;
  ends_at: Instant | null;
}

/** As many purchases as are credited in one transaction. */
const AT_ONCE = 1_000;

/** Points, one row a purchase, and where each member stands. */
@Injectable()
export class LoyaltyRepository {
  constructor(private readonly database: Database) {}

  transaction<T>(work: (tx: Queryable) => Promise<T>): Promise<T> {
    return this.database.transaction(work);
  }

  /** Purchases that no points were worked out for yet, the oldest first, at most a thousand. */
  unearned(tx: Queryable, shopperId: ShopperId): Promise<UnearnedPurchase[]> {
    return tx.query(
      `SELECT purchase_id AS "purchaseId", purchased_at AS "purchasedAt", channel, store_id AS "storeId",
         (SELECT coalesce(jsonb_agg(jsonb_build_object('quantity', quantity, 'unitPrice', unit_price,
            'discount', discount, 'currency', line.currency, 'category', category, 'brand', brand,
            'ownBrand', own_brand)), '[]')
          FROM purchase_lines AS line LEFT JOIN products USING (product_id)
          WHERE line.purchase_id = purchases.purchase_id) AS lines
       FROM purchases
       WHERE shopper_id = $1
         AND NOT EXISTS (SELECT FROM loyalty_points WHERE loyalty_points.purchase_id = purchases.purchase_id)
       ORDER BY purchased_at LIMIT ${AT_ONCE}`,
      [shopperId],
    );
  }

  async credit(
    tx: Queryable,
    shopperId: ShopperId,
    rows: readonly { purchaseId: PurchaseId; points: number; at: Instant }[],
  ): Promise<void> {
    if (rows.length === 0) return;
    await tx.run(
      `INSERT INTO loyalty_points (purchase_id, shopper_id, points, earned_at)
       SELECT id, $1, points, at FROM unnest($2::text[], $3::integer[], $4::timestamptz[]) AS row (id, points, at)
       ON CONFLICT (purchase_id) DO NOTHING`,
      [
        shopperId,
        rows.map(({ purchaseId }) => purchaseId),
        rows.map(({ points }) => points),
        rows.map(({ at }) => timestamp(at)),
      ],
    );
  }

  earned(tx: Queryable, shopperId: ShopperId, since: Instant): Promise<Earned[]> {
    return tx.query(
      `SELECT points, earned_at AS at FROM loyalty_points
       WHERE shopper_id = $1 AND earned_at >= $2 AND points <> 0`,
      [shopperId, timestamp(since)],
    );
  }

  async member(tx: Queryable, shopperId: ShopperId): Promise<Member | undefined> {
    const [row] = await tx.query<MemberRow>(
      'SELECT tier, since, ends_at FROM loyalty_members WHERE shopper_id = $1',
      [shopperId],
    );
    return row && { tier: row.tier, since: row.since, endsAt: row.ends_at ?? undefined };
  }

  async save(
    tx: Queryable,
    shopperId: ShopperId,
    { tier, since, endsAt, reviewAt }: Standing,
    shown: LoyaltyStanding,
  ): Promise<void> {
    const maybe = (instant: Instant | undefined): Date | null =>
      instant === undefined ? null : timestamp(instant);
    await tx.run(
      `INSERT INTO loyalty_members (shopper_id, tier, since, ends_at, standing, review_at)
       VALUES ($1, $2, $3, $4, $5, $6)
       ON CONFLICT (shopper_id) DO UPDATE SET tier = excluded.tier, since = excluded.since,
         ends_at = excluded.ends_at, standing = excluded.standing, review_at = excluded.review_at`,
      [shopperId, tier, timestamp(since), maybe(endsAt), JSON.stringify(shown), maybe(reviewAt)],
    );
  }

  async recordMove(
    tx: Queryable,
    move: {
      id: string;
      shopperId: ShopperId;
      from: string | undefined;
      to: string;
      points: number;
      reason: string;
      at: Instant;
    },
  ): Promise<void> {
    const { id, shopperId, from, to, points, reason, at } = move;
    await tx.run(
      `INSERT INTO loyalty_moves (move_id, shopper_id, from_tier, to_tier, points, reason, at)
       VALUES ($1, $2, $3, $4, $5, $6, $7)`,
      [id, shopperId, from ?? null, to, points, reason, timestamp(at)],
    );
  }

  /** Who is to be looked at: members whose time has come, and buyers whose purchases earned nothing yet. */
  async due(now: Instant, most: number): Promise<ShopperId[]> {
    const rows = await this.database.query<{ shopper_id: ShopperId }>(
      `(SELECT shopper_id FROM loyalty_members WHERE review_at <= $1 ORDER BY review_at LIMIT $2)
       UNION
       (SELECT shopper_id FROM purchases
        WHERE NOT EXISTS (SELECT FROM loyalty_points WHERE loyalty_points.purchase_id = purchases.purchase_id)
        LIMIT $2)`,
      [timestamp(now), most],
    );
    return rows.map((row) => row.shopper_id);
  }

  /** After a change of the programme; where the retailer keeps points, nobody stands anywhere by ours. */
  async reviewAll(tx: Queryable, pointsFrom: 'purchases' | 'retailer'): Promise<void> {
    if (pointsFrom === 'retailer') await tx.run('DELETE FROM loyalty_members');
    else await tx.run('UPDATE loyalty_members SET review_at = now()');
  }

  /** Points and moves of both; where they stand is worked out anew. */
  async merge(tx: Queryable, from: ShopperId, into: ShopperId): Promise<number> {
    await tx.run('UPDATE loyalty_moves SET shopper_id = $2 WHERE shopper_id = $1', [from, into]);
    await tx.run('DELETE FROM loyalty_members WHERE shopper_id = $1', [from]);
    return tx.run('UPDATE loyalty_points SET shopper_id = $2 WHERE shopper_id = $1', [from, into]);
  }
}
