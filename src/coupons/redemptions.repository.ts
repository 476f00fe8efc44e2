import { Injectable } from '@nestjs/common';
import { Clock, Database, lockShoppers, Outbox, timestamp, type Queryable } from '../platform/index.js';
import type { DeliveryId, Instant, PurchaseId, ShopperId, StoreId } from '../shared/index.js';
import type { BasketLine, Coupon, Redemption } from './coupon.js';

interface RedemptionRow {
  redemption_id: string;
  code: string;
  purchase_id: PurchaseId;
  store_id: StoreId;
  redeemed_by: string;
  idempotency_key: string;
  discount: number;
  currency: string;
  basket: BasketLine[];
  redeemed_at: Instant;
  reversed_at: Instant | null;
}

const COUPON = `code, offer_id AS "offerId", decision_id AS "decisionId", delivery_id AS "deliveryId", shopper_id AS "shopperId",
  store_id AS "storeId", reward, qualifies, expires_at AS "expiresAt", withdrawn_at AS "withdrawnAt"`;
const REDEMPTION = `redemption_id, code, purchase_id, store_id, redeemed_by, idempotency_key, discount, currency,
  basket, redeemed_at, reversed_at`;

/** Coupons and what tills did with them. */
@Injectable()
export class RedemptionsRepository {
  constructor(
    private readonly database: Database,
    private readonly outbox: Outbox,
    private readonly clock: Clock,
  ) {}

  async coupon(code: string): Promise<Coupon | undefined> {
    return this.#coupon(this.database, code, '');
  }

  /** A redemption made in this store, with its coupon. */
  async find(
    redemptionId: string,
    storeId: StoreId,
  ): Promise<{ redemption: Redemption; coupon: Coupon } | undefined> {
    const redemption = await this.#redemption(this.database, redemptionId, '');
    if (redemption?.storeId !== storeId) return undefined;
    const coupon = await this.coupon(redemption.code);
    return coupon && { redemption, coupon };
  }

  /** The redemption of a shopper's coupon that stands, if there is one. */
  async redeemedOf(
    code: string,
    shopperId: ShopperId,
  ): Promise<{ redemption: Redemption; coupon: Coupon } | undefined> {
    const coupon = await this.coupon(code);
    if (coupon?.shopperId !== shopperId) return undefined;
    const redemption = (await this.ofCoupon(this.database, code)).find(
      ({ reversedAt }) => reversedAt === undefined,
    );
    return redemption && { redemption, coupon };
  }

  /** One at a time for a coupon, in the house's order of locks: the shopper, then the coupon. */
  locked<T>(
    { code, shopperId }: { code: string; shopperId: ShopperId },
    work: (tx: Queryable, coupon: Coupon | undefined) => Promise<T>,
  ): Promise<T> {
    return this.database.transaction(async (tx) => {
      await lockShoppers(tx, [shopperId]);
      return work(tx, await this.#coupon(tx, code, 'FOR UPDATE'));
    });
  }

  /** One at a time for a shopper: for what locks counters, which come before coupons. */
  lockedShopper<T>(shopperId: ShopperId, work: (tx: Queryable) => Promise<T>): Promise<T> {
    return this.database.transaction(async (tx) => {
      await lockShoppers(tx, [shopperId]);
      return work(tx);
    });
  }

  /** Every redemption of a coupon, reversed ones too. */
  async ofCoupon(tx: Queryable, code: string): Promise<Redemption[]> {
    const rows = await tx.query<RedemptionRow>(
      `SELECT ${REDEMPTION} FROM redemptions WHERE code = $1 ORDER BY redeemed_at, redemption_id`,
      [code],
    );
    return rows.map(redemptionFrom);
  }

  async byId(tx: Queryable, redemptionId: string): Promise<Redemption | undefined> {
    return this.#redemption(tx, redemptionId, 'FOR UPDATE');
  }

  /** @returns false where the coupon is redeemed already: a unique index has the last word */
  async insert(tx: Queryable, redemption: Redemption): Promise<boolean> {
    const { discount, basket } = redemption;
    const written = await tx.run(
      `INSERT INTO redemptions (redemption_id, code, purchase_id, store_id, redeemed_by, idempotency_key, discount,
                                currency, basket, redeemed_at)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
       ON CONFLICT (code) WHERE reversed_at IS NULL DO NOTHING`,
      [
        redemption.redemptionId,
        redemption.code,
        redemption.purchaseId,
        redemption.storeId,
        redemption.redeemedBy,
        redemption.idempotencyKey,
        discount.amount,
        discount.currency,
        JSON.stringify(basket),
        timestamp(redemption.redeemedAt),
      ],
    );
    if (written > 0) await this.#tell(tx, redemption.code);
    return written > 0;
  }

  async reverse(
    tx: Queryable,
    { redemptionId, code }: Pick<Redemption, 'redemptionId' | 'code'>,
    reason: string,
    at: Instant,
  ): Promise<void> {
    await tx.run('UPDATE redemptions SET reversed_at = $2, reversal_reason = $3 WHERE redemption_id = $1', [
      redemptionId,
      timestamp(at),
      reason,
    ]);
    await this.#tell(tx, code);
  }

  /** A redeemed offer leaves the wallet. */
  async closeDelivery(tx: Queryable, deliveryId: DeliveryId, at: Instant): Promise<void> {
    await tx.run(
      `UPDATE deliveries SET closed_at = $2, closed_as = 'redeemed'
       WHERE delivery_id = $1 AND closed_at IS NULL`,
      [deliveryId, timestamp(at)],
    );
  }

  /** One that only its redemption had closed comes back to the wallet. */
  async reopenDelivery(tx: Queryable, deliveryId: DeliveryId, at: Instant): Promise<void> {
    await tx.run(
      `UPDATE deliveries SET closed_at = NULL, closed_as = NULL
       WHERE delivery_id = $1 AND closed_as = 'redeemed' AND expires_at > $2`,
      [deliveryId, timestamp(at)],
    );
  }

  /** Whoever learns from what became of offers hears of it. */
  async #tell(tx: Queryable, code: string): Promise<void> {
    await this.outbox.write(tx, [{ id: this.clock.newId(), event: 'coupon.used', payload: { code } }]);
  }

  async #coupon(on: Queryable, code: string, lock: '' | 'FOR UPDATE'): Promise<Coupon | undefined> {
    const [row] = await on.query<Nullable<Coupon>>(`SELECT ${COUPON} FROM coupons WHERE code = $1 ${lock}`, [
      code,
    ]);
    return row && { ...row, storeId: row.storeId ?? undefined, withdrawnAt: row.withdrawnAt ?? undefined };
  }

  async #redemption(
    on: Queryable,
    redemptionId: string,
    lock: '' | 'FOR UPDATE',
  ): Promise<Redemption | undefined> {
    const [row] = await on.query<RedemptionRow>(
      `SELECT ${REDEMPTION} FROM redemptions WHERE redemption_id = $1 ${lock}`,
      [redemptionId],
    );
    return row && redemptionFrom(row);
  }
}

type Nullable<T extends Coupon> = Omit<T, 'storeId' | 'withdrawnAt'> & {
  storeId: StoreId | null;
  withdrawnAt: Instant | null;
};

function redemptionFrom(row: RedemptionRow): Redemption {
  return {
    redemptionId: row.redemption_id,
    code: row.code,
    purchaseId: row.purchase_id,
    basket: row.basket,
    storeId: row.store_id,
    redeemedBy: row.redeemed_by,
    idempotencyKey: row.idempotency_key,
    discount: { amount: row.discount, currency: row.currency },
    redeemedAt: row.redeemed_at,
    reversedAt: row.reversed_at ?? undefined,
  };
}
