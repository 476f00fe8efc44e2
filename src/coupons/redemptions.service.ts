import { Injectable } from '@nestjs/common';
import { Metrics, notFound, vocabulary } from '../platform/index.js';
import { toRfc3339, type PrincipalOf } from '../shared/index.js';
import type { RedeemAnswer, ReverseAnswer } from './coupons.dto.js';
import { PresentedCoupons } from './presented-coupons.js';
import { RedemptionSteps, type Presented } from './redemption-steps.js';
import { RedemptionsRepository } from './redemptions.repository.js';
import { refused } from './refusals.js';
import { Reversals } from './reversals.service.js';

/** Coupons at the till: redeemed exactly once, and taken back. */
@Injectable()
export class Redemptions {
  constructor(
    private readonly repository: RedemptionsRepository,
    private readonly coupons: PresentedCoupons,
    private readonly steps: RedemptionSteps,
    private readonly reversals: Reversals,
    private readonly metrics: Metrics,
  ) {}

  /**
   * Redeems a coupon on a basket. The same key of the same till gets the first answer again, even where the
   * platform's memory of it was lost in a crash after the commit.
   *
   * @throws Problem 404 unknown or not of this store, 409 `already-redeemed` or `coupon-held`, 410 `expired`, 422
   *   `basket-does-not-qualify`
   */
  async redeem(till: PrincipalOf<'till'>, presented: Presented): Promise<RedeemAnswer> {
    const coupon = await this.coupons.find(presented.typedCode, till);
    const categoryOf = await this.coupons.categoriesFor(coupon, presented.basket);
    const outcome = await this.steps.redeemOnce(coupon, till, presented, categoryOf);
    if (!outcome.ok) {
      this.#count(outcome.why);
      throw refused(outcome);
    }
    const { redemption, repeated } = outcome.value;
    this.#count(repeated ? 'repeated' : 'redeemed');
    return {
      couponCode: coupon.code,
      offerId: coupon.offerId,
      reward: coupon.reward,
      discount: redemption.discount,
      redemptionId: redemption.redemptionId,
    };
  }

  /**
   * Takes a redemption back; repeated, it says when that was done.
   *
   * @throws Problem 404 unknown or not of this store
   */
  async reverse(till: PrincipalOf<'till'>, redemptionId: string, reason: string): Promise<ReverseAnswer> {
    const isId = vocabulary.deliveryId.safeParse(redemptionId).success;
    const found = isId ? await this.repository.find(redemptionId, till.storeId) : undefined;
    if (found === undefined) throw notFound('redemption');
    const { coupon } = found;
    const reversedAt = await this.reversals.reverse(coupon, redemptionId, reason);
    return { redemptionId, couponCode: coupon.code, reversedAt: toRfc3339(reversedAt) };
  }

  #count(outcome: string): void {
    this.metrics.couponRedemptions.inc({ outcome });
  }
}
