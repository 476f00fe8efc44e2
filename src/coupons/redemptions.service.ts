import { Injectable } from '@nestjs/common';
import { Catalogue } from '../catalogue/index.js';
import { Clock, Metrics, notFound, Problem, vocabulary } from '../platform/index.js';
import { principalName, toRfc3339, type Outcome, type PrincipalOf, type ProductId } from '../shared/index.js';
import { readCouponCode } from './code.rules.js';
import type { Checkout, Coupon, Redemption } from './coupon.js';
import type { RedeemAnswer, ReverseAnswer } from './coupons.dto.js';
import type { CategoryOf } from './discount.rules.js';
import { rule, type Refusal } from './redemption.rules.js';
import { RedemptionsRepository } from './redemptions.repository.js';

/** What a till sends to redeem. */
interface Presented extends Checkout {
  typedCode: string;
  idempotencyKey: string;
}

const STATUS: Readonly<Record<Refusal, number>> = {
  'already-redeemed': 409,
  expired: 410,
  'basket-does-not-qualify': 422,
  'idempotency-key-reused': 422,
};

/** Coupons at the till: redeemed exactly once, and taken back. */
@Injectable()
export class Redemptions {
  constructor(
    private readonly repository: RedemptionsRepository,
    private readonly catalogue: Catalogue,
    private readonly clock: Clock,
    private readonly metrics: Metrics,
  ) {}

  /**
   * Redeems a coupon on a basket. The same key of the same till gets the first answer again, even where the
   * platform's memory of it was lost in a crash after the commit.
   *
   * @throws Problem 404 unknown or not of this store, 409 `already-redeemed`, 410 `expired`, 422
   *   `basket-does-not-qualify`
   */
  async redeem(till: PrincipalOf<'till'>, presented: Presented): Promise<RedeemAnswer> {
    const coupon = await this.repository.coupon(readCouponCode(presented.typedCode));
    if (coupon === undefined || !isValidIn(coupon, till)) {
      this.#count('unknown');
      throw notFound('coupon');
    }
    const categoryOf = await this.#categoriesFor(coupon, presented);
    const outcome = await this.#redeemOnce(coupon, till, presented, categoryOf);
    if (!outcome.ok) {
      this.#count(outcome.why);
      throw new Problem(STATUS[outcome.why], outcome.why, outcome.detail);
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
    const reversedAt = await this.repository.locked(coupon, async (tx) => {
      const before = await this.repository.byId(tx, redemptionId);
      if (before?.reversedAt !== undefined) return before.reversedAt;
      const now = this.clock.now();
      await this.repository.reverse(tx, { redemptionId, code: coupon.code }, reason, now);
      await this.repository.reopenDelivery(tx, coupon.deliveryId, now);
      this.#count('reversed');
      return now;
    });
    return { redemptionId, couponCode: coupon.code, reversedAt: toRfc3339(reversedAt) };
  }

  #redeemOnce(
    { code, shopperId }: Coupon,
    till: PrincipalOf<'till'>,
    { purchaseId, basket, idempotencyKey }: Presented,
    categoryOf: CategoryOf,
  ): Promise<Outcome<{ redemption: Redemption; repeated: boolean }, Refusal>> {
    const redemptionId = this.clock.newId();
    const attempt = { purchaseId, basket, idempotencyKey, redeemedBy: principalName(till) };
    return this.repository.locked({ code, shopperId }, async (tx, coupon) => {
      if (coupon === undefined) throw notFound('coupon');
      const now = this.clock.now();
      const past = await this.repository.ofCoupon(tx, code);
      const ruling = rule(coupon, past, attempt, { now, categoryOf });
      if (!ruling.ok) return ruling;
      if (ruling.value.kind === 'repeat') {
        return { ok: true, value: { redemption: ruling.value.redemption, repeated: true } };
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
      await this.repository.closeDelivery(tx, coupon.deliveryId, now);
      return { ok: true, value: { redemption, repeated: false } };
    });
  }

  /** Only coupons for categories need to know which product is of which. */
  async #categoriesFor({ qualifies }: Coupon, { basket }: Checkout): Promise<CategoryOf> {
    if (qualifies.categories.length === 0) return () => undefined;
    const products = await this.catalogue.products([...new Set(basket.map(({ productId }) => productId))]);
    return (productId: ProductId) => products.get(productId)?.category;
  }

  #count(outcome: string): void {
    this.metrics.couponRedemptions.inc({ outcome });
  }
}

function isValidIn({ storeId }: Coupon, till: PrincipalOf<'till'>): boolean {
  return storeId === undefined || storeId === till.storeId;
}
