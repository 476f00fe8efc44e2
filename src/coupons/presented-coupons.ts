import { Injectable } from '@nestjs/common';
import { Catalogue } from '../catalogue/index.js';
import { Metrics, notFound, Problem } from '../platform/index.js';
import type { PrincipalOf, ProductId } from '../shared/index.js';
import { isMistyped, readCouponCode } from './code.rules.js';
import type { BasketLine, Coupon } from './coupon.js';
import type { CategoryOf } from './discount.rules.js';
import { RedemptionsRepository } from './redemptions.repository.js';

/** What somebody shows at a till, looked up. */
@Injectable()
export class PresentedCoupons {
  constructor(
    private readonly repository: RedemptionsRepository,
    private readonly catalogue: Catalogue,
    private readonly metrics: Metrics,
  ) {}

  /**
   * @throws Problem 404 for a code that is unknown or of another store, which look alike; of one that cannot be a code
   *   the detail says so: that tells nothing but what was typed
   */
  async find(typed: string, till: PrincipalOf<'till'>): Promise<Coupon> {
    const code = readCouponCode(typed);
    if (isMistyped(code)) {
      this.metrics.couponRedemptions.inc({ outcome: 'mistyped' });
      const detail = 'This is no coupon code: a character is wrong, missing or too many. Read it once more.';
      throw new Problem(404, 'not-found', detail);
    }
    const coupon = await this.repository.coupon(code);
    if (coupon !== undefined && isValidIn(coupon, till)) return coupon;
    this.metrics.couponRedemptions.inc({ outcome: 'unknown' });
    throw notFound('coupon');
  }

  /** Only coupons for categories need to know which product is of which. */
  async categoriesFor({ qualifies }: Coupon, basket: readonly BasketLine[]): Promise<CategoryOf> {
    if (qualifies.categories.length === 0) return () => undefined;
    const products = await this.catalogue.products([...new Set(basket.map(({ productId }) => productId))]);
    return (productId: ProductId) => products.get(productId)?.category;
  }
}

function isValidIn({ storeId }: Coupon, till: PrincipalOf<'till'>): boolean {
  return storeId === undefined || storeId === till.storeId;
}
