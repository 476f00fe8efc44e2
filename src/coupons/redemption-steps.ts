import { Injectable } from '@nestjs/common';
import { commitReservation } from '../limits/index.js';
import { Clock, notFound } from '../platform/index.js';
import { ok, principalName, type Outcome, type PrincipalOf } from '../shared/index.js';
import type { Checkout, Coupon, Redemption } from './coupon.js';
import type { CategoryOf } from './discount.rules.js';
import { HoldsRepository } from './holds.repository.js';
import { rule, type Refusal } from './redemption.rules.js';
import { RedemptionsRepository } from './redemptions.repository.js';
import { refused } from './refusals.js';

/** What a till sends to redeem. */
export interface Presented extends Checkout {
  typedCode: string;
  idempotencyKey: string;
}

type Redeemed = Outcome<{ redemption: Redemption; repeated: boolean }, Refusal>;

/** What a redemption does under its locks. */
@Injectable()
export class RedemptionSteps {
  constructor(
    private readonly repository: RedemptionsRepository,
    private readonly holds: HoldsRepository,
    private readonly clock: Clock,
  ) {}

  redeemOnce(
    { code, shopperId }: Coupon,
    till: PrincipalOf<'till'>,
    { purchaseId, basket, idempotencyKey }: Presented,
    categoryOf: CategoryOf,
  ): Promise<Redeemed> {
    const redemptionId = this.clock.newId();
    const attempt = { purchaseId, basket, idempotencyKey, redeemedBy: principalName(till) };
    return this.repository.locked({ code, shopperId }, async (tx, coupon): Promise<Redeemed> => {
      if (coupon === undefined) throw notFound('coupon');
      const now = this.clock.now();
      const past = await this.repository.ofCoupon(tx, code);
      const hold = await this.holds.of(tx, code);
      const ruling = rule(coupon, past, attempt, { now, categoryOf, hold });
      if (!ruling.ok) return ruling;
      if (ruling.value.kind === 'repeat') {
        return ok({ redemption: ruling.value.redemption, repeated: true });
      }
      const redemption: Redemption = {
        ...attempt,
        redemptionId,
        code,
        storeId: till.storeId,
        discount: ruling.value.discount,
        redeemedAt: now,
        reversedAt: undefined,
      };
      if (!(await this.repository.insert(tx, redemption))) {
        return { ok: false, why: 'already-redeemed', detail: 'This coupon is redeemed already.' };
      }
      // What it may cost is held no longer where the sweep was here first: thrown, so that nothing of this remains.
      if (!(await commitReservation(tx, coupon.decisionId, redemption.discount.amount))) {
        throw refused({ why: 'expired', detail: 'This coupon is no longer valid.' });
      }
      await this.holds.drop(tx, code);
      await this.repository.closeDelivery(tx, coupon.deliveryId, now);
      return ok({ redemption, repeated: false });
    });
  }
}
