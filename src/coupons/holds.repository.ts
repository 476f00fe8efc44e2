import { Injectable } from '@nestjs/common';
import { Database, timestamp, type Queryable } from '../platform/index.js';
import type { Instant, PurchaseId, StoreId } from '../shared/index.js';
import type { Hold } from './coupon.js';

interface HoldRow {
  code: string;
  hold_key: PurchaseId;
  held_by: string;
  store_id: StoreId;
  held_until: Instant;
}

/** Coupons that tills have in hand. What is over is no hold, also while its row is still there. */
@Injectable()
export class HoldsRepository {
  constructor(private readonly database: Database) {}

  /** Under the coupon's lock it is the truth until the commit. */
  async of(tx: Queryable, code: string): Promise<Hold | undefined> {
    const [row] = await tx.query<HoldRow>(
      'SELECT code, hold_key, held_by, store_id, held_until FROM coupon_holds WHERE code = $1',
      [code],
    );
    return (
      row && {
        code: row.code,
        purchaseId: row.hold_key,
        heldBy: row.held_by,
        storeId: row.store_id,
        until: row.held_until,
      }
    );
  }

  async put(tx: Queryable, { code, purchaseId, heldBy, storeId, until }: Hold, now: Instant): Promise<void> {
    await tx.run(
      `INSERT INTO coupon_holds (code, hold_key, held_by, store_id, held_at, held_until)
       VALUES ($1, $2, $3, $4, $5, $6)
       ON CONFLICT (code) DO UPDATE SET hold_key = EXCLUDED.hold_key, held_by = EXCLUDED.held_by,
         store_id = EXCLUDED.store_id, held_at = EXCLUDED.held_at, held_until = EXCLUDED.held_until`,
      [code, purchaseId, heldBy, storeId, timestamp(now), timestamp(until)],
    );
  }

  /** Whoever holds it; nothing where nobody does. */
  async drop(tx: Queryable, code: string): Promise<void> {
    await tx.run('DELETE FROM coupon_holds WHERE code = $1', [code]);
  }

  /** @returns false where this checkout did not hold it in this store */
  async release(code: string, purchaseId: PurchaseId, storeId: StoreId): Promise<boolean> {
    const released = await this.database.run(
      'DELETE FROM coupon_holds WHERE code = $1 AND hold_key = $2 AND store_id = $3',
      [code, purchaseId, storeId],
    );
    return released > 0;
  }

  async forget(now: Instant): Promise<void> {
    await this.database.run('DELETE FROM coupon_holds WHERE held_until <= $1', [timestamp(now)]);
  }
}
