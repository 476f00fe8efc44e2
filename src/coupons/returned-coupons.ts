import { Injectable, type OnModuleInit } from '@nestjs/common';
import { Database, Outbox } from '../platform/index.js';
import type { DurableEvents } from '../shared/index.js';
import { readCouponCode } from './code.rules.js';
import { RedemptionsRepository } from './redemptions.repository.js';
import { Reversals } from './reversals.service.js';

/** Goods bought with a coupon that come back take its redemption with them. */
@Injectable()
export class ReturnedCoupons implements OnModuleInit {
  constructor(
    private readonly outbox: Outbox,
    private readonly database: Database,
    private readonly repository: RedemptionsRepository,
    private readonly reversals: Reversals,
  ) {}

  onModuleInit(): void {
    this.outbox.handle('purchase.recorded', async (recorded) => {
      await this.#reverseReturned(recorded);
      return 'done';
    });
  }

  async #reverseReturned(recorded: DurableEvents['purchase.recorded']): Promise<void> {
    for (const { code, purchaseId } of await this.#broughtBack(recorded)) {
      const found = await this.repository.redeemedOf(code, recorded.shopperId);
      if (found === undefined) continue;
      await this.reversals.reverse(found.coupon, found.redemption.redemptionId, `returned: ${purchaseId}`);
    }
  }

  /** Codes on lines that came back, of which nothing that was bought is left; an import names no purchases. */
  async #broughtBack({
    shopperId,
    purchaseIds,
  }: DurableEvents['purchase.recorded']): Promise<{ code: string; purchaseId: string }[]> {
    const returned = await this.database.query<{ coupon_code: string; purchase_id: string }>(
      `SELECT back.coupon_code, max(back.purchase_id) AS purchase_id
       FROM purchases JOIN purchase_lines AS back USING (purchase_id)
       WHERE shopper_id = $1 AND back.quantity < 0 AND back.coupon_code IS NOT NULL
         AND (cardinality($2::text[]) = 0 OR purchase_id = ANY($2))
         AND (SELECT sum(quantity) FROM purchase_lines AS line JOIN purchases AS other USING (purchase_id)
              WHERE line.coupon_code = back.coupon_code AND other.shopper_id = $1) <= 0
       GROUP BY back.coupon_code`,
      [shopperId, purchaseIds],
    );
    return returned.map((row) => ({ code: readCouponCode(row.coupon_code), purchaseId: row.purchase_id }));
  }
}
