import { Injectable } from '@nestjs/common';
import { Clock, notFound } from '../platform/index.js';
import {
  MINUTE_MS,
  ok,
  principalName,
  toRfc3339,
  type PrincipalOf,
  type PurchaseId,
} from '../shared/index.js';
import type { BasketLine } from './coupon.js';
import type { HoldAnswer } from './coupons.dto.js';
import { discountOf } from './discount.rules.js';
import { HoldsRepository } from './holds.repository.js';
import { PresentedCoupons } from './presented-coupons.js';
import { whetherUsable } from './redemption.rules.js';
import { refused } from './refusals.js';
import { RedemptionsRepository } from './redemptions.repository.js';

interface Asked {
  purchaseId: PurchaseId;
  minutes: number;
  basket?: BasketLine[] | undefined;
}

/** Coupons that a checkout keeps for itself while it is under way. */
@Injectable()
export class Holds {
  constructor(
    private readonly coupons: PresentedCoupons,
    private readonly redemptions: RedemptionsRepository,
    private readonly holds: HoldsRepository,
    private readonly clock: Clock,
  ) {}

  /**
   * Holds a coupon for a checkout; the same checkout may hold it again, and longer.
   *
   * @throws Problem as `redeem` does, and 409 `coupon-held` while another checkout has it
   */
  async hold(till: PrincipalOf<'till'>, typedCode: string, asked: Asked): Promise<HoldAnswer> {
    const coupon = await this.coupons.find(typedCode, till);
    const { purchaseId, minutes, basket } = asked;
    const categoryOf = await this.coupons.categoriesFor(coupon, basket ?? []);
    const outcome = await this.redemptions.locked(coupon, async (tx, locked) => {
      if (locked === undefined) throw notFound('coupon');
      const now = this.clock.now();
      const past = await this.redemptions.ofCoupon(tx, coupon.code);
      const hold = await this.holds.of(tx, coupon.code);
      const usable = whetherUsable(locked, past, { purchaseId, now, hold });
      if (!usable.ok) return usable;
      const discount = basket && discountOf(coupon, basket, categoryOf);
      if (discount?.ok === false) return discount;
      const until = Math.min(now + minutes * MINUTE_MS, coupon.expiresAt);
      const heldBy = principalName(till);
      await this.holds.put(tx, { code: coupon.code, purchaseId, heldBy, storeId: till.storeId, until }, now);
      return ok({ until, discount: discount?.value });
    });
    if (!outcome.ok) throw refused(outcome);
    const { until, discount } = outcome.value;
    return {
      couponCode: coupon.code,
      offerId: coupon.offerId,
      reward: coupon.reward,
      purchaseId,
      heldUntil: toRfc3339(until),
      ...(discount !== undefined && { discount }),
    };
  }

  /** @throws Problem 404 where this checkout does not hold it */
  async release(till: PrincipalOf<'till'>, typedCode: string, purchaseId: PurchaseId): Promise<void> {
    const { code } = await this.coupons.find(typedCode, till);
    if (!(await this.holds.release(code, purchaseId, till.storeId))) throw notFound('hold');
  }

  /** Rows of what is over. */
  tidy(): Promise<void> {
    return this.holds.forget(this.clock.now());
  }
}
