import { fail, ok, type Instant, type Money, type Outcome, type PurchaseId } from '../shared/index.js';
import type { Checkout, Coupon, Hold, Redemption } from './coupon.js';
import { discountOf, type CategoryOf } from './discount.rules.js';

export type Refusal =
  'already-redeemed' | 'coupon-held' | 'expired' | 'basket-does-not-qualify' | 'idempotency-key-reused';
/** To be redeemed now for this discount, or redeemed before by this very request. */
export type Ruling = { kind: 'redeem'; discount: Money } | { kind: 'repeat'; redemption: Redemption };

/** Who asks, and under which key they would ask again. */
export interface Attempt extends Checkout {
  redeemedBy: string;
  idempotencyKey: string;
}

/**
 * Whether a coupon may be redeemed, by what is on record of it: the same request of the same till always gets its
 * first answer, whatever has become of the coupon since.
 *
 * @param past every redemption of this coupon
 */
export function rule(
  coupon: Coupon,
  past: readonly Redemption[],
  attempt: Attempt,
  { now, categoryOf, hold }: { now: Instant; categoryOf: CategoryOf; hold?: Hold | undefined },
): Outcome<Ruling, Refusal> {
  const same = past.find(
    ({ redeemedBy, idempotencyKey }) =>
      redeemedBy === attempt.redeemedBy && idempotencyKey === attempt.idempotencyKey,
  );
  if (same !== undefined) {
    return isSameCheckout(same, attempt)
      ? ok({ kind: 'repeat', redemption: same })
      : fail('idempotency-key-reused', 'This Idempotency-Key came before with another basket.');
  }
  const usable = whetherUsable(coupon, past, { purchaseId: attempt.purchaseId, now, hold });
  if (!usable.ok) return usable;
  const discount = discountOf(coupon, attempt.basket, categoryOf);
  return discount.ok ? ok({ kind: 'redeem', discount: discount.value }) : discount;
}

/** Whether a checkout may have this coupon now, whatever is in its basket. */
export function whetherUsable(
  coupon: Coupon,
  past: readonly Redemption[],
  { purchaseId, now, hold }: { purchaseId: PurchaseId; now: Instant; hold?: Hold | undefined },
): Outcome<undefined, Refusal> {
  if (past.some(({ reversedAt }) => reversedAt === undefined)) {
    return fail('already-redeemed', 'This coupon is redeemed already.');
  }
  if (coupon.withdrawnAt !== undefined) return fail('expired', 'This coupon was withdrawn.');
  if (coupon.expiresAt <= now) return fail('expired', 'This coupon is no longer valid.');
  if (hold !== undefined && hold.until > now && hold.purchaseId !== purchaseId) {
    return fail('coupon-held', 'This coupon is in the hands of another checkout for some minutes.');
  }
  return ok(undefined);
}

function isSameCheckout(a: Checkout, b: Checkout): boolean {
  return (
    a.purchaseId === b.purchaseId &&
    a.basket.length === b.basket.length &&
    a.basket.every((line, index) => {
      const other = b.basket[index];
      return (
        line.productId === other?.productId &&
        line.quantity === other.quantity &&
        line.unitPrice.amount === other.unitPrice.amount &&
        line.unitPrice.currency === other.unitPrice.currency
      );
    })
  );
}
