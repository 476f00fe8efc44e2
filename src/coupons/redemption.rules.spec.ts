import type {
  DecisionId,
  DeliveryId,
  OfferId,
  ProductId,
  PurchaseId,
  ShopperId,
  StoreId,
} from '../shared/index.js';
import type { Coupon, Hold, Redemption } from './coupon.js';
import { rule, type Attempt } from './redemption.rules.js';

const NOW = 1_800_000_000_000;
const coupon: Coupon = {
  code: '0123456789ABCDEF',
  offerId: 'o' as OfferId,
  decisionId: 'n' as DecisionId,
  deliveryId: 'd' as DeliveryId,
  shopperId: 's' as ShopperId,
  storeId: 'store' as StoreId,
  reward: { type: 'percentOff', value: 10 },
  qualifies: { productIds: [], categories: [] },
  expiresAt: NOW + 1,
  withdrawnAt: undefined,
};
const attempt: Attempt = {
  purchaseId: 'p1' as PurchaseId,
  basket: [{ productId: 'x' as ProductId, quantity: 1, unitPrice: { amount: 1_000, currency: 'EUR' } }],
  redeemedBy: 'till:1',
  idempotencyKey: 'k1',
};
const redeemed: Redemption = {
  ...attempt,
  redemptionId: 'r',
  code: coupon.code,
  storeId: 'store' as StoreId,
  discount: { amount: 100, currency: 'EUR' },
  redeemedAt: NOW - 5,
  reversedAt: undefined,
};
const reversed: Redemption = { ...redeemed, idempotencyKey: 'k0', reversedAt: NOW - 1 };
const at = { now: NOW, categoryOf: () => undefined };
const why = (...args: Parameters<typeof rule>): string => {
  const ruling = rule(...args);
  return ruling.ok ? ruling.value.kind : ruling.why;
};

describe('rule', () => {
  it('redeems a valid coupon', () => {
    expect(rule(coupon, [], attempt, at)).toEqual({
      ok: true,
      value: { kind: 'redeem', discount: { amount: 100, currency: 'EUR' } },
    });
  });

  it('redeems again what was reversed', () => {
    expect(why(coupon, [reversed], attempt, at)).toBe('redeem');
  });

  it('gives the same request its first answer, also when the coupon has expired or the redemption was reversed', () => {
    const expired = { ...coupon, expiresAt: NOW - 1 };
    expect(why(expired, [redeemed], attempt, at)).toBe('repeat');
    expect(why(coupon, [{ ...redeemed, reversedAt: NOW - 1 }], attempt, at)).toBe('repeat');
  });

  it.each<[string, Partial<Attempt>]>([
    ['purchase', { purchaseId: 'p2' as PurchaseId }],
    ['length', { basket: [...attempt.basket, ...attempt.basket] }],
    ['product', { basket: attempt.basket.map((line) => ({ ...line, productId: 'y' as ProductId })) }],
    ['quantity', { basket: attempt.basket.map((line) => ({ ...line, quantity: 2 })) }],
    [
      'price',
      { basket: attempt.basket.map((line) => ({ ...line, unitPrice: { amount: 1, currency: 'EUR' } })) },
    ],
    [
      'currency',
      { basket: attempt.basket.map((line) => ({ ...line, unitPrice: { amount: 1_000, currency: 'CHF' } })) },
    ],
  ])('refuses the same key with another %s', (_, other) => {
    expect(why(coupon, [redeemed], { ...attempt, ...other }, at)).toBe('idempotency-key-reused');
  });

  it('refuses what another till, or another request, has redeemed', () => {
    expect(why(coupon, [redeemed], { ...attempt, redeemedBy: 'till:2' }, at)).toBe('already-redeemed');
    expect(why(coupon, [redeemed], { ...attempt, idempotencyKey: 'k2' }, at)).toBe('already-redeemed');
  });

  it('refuses what has expired or was withdrawn', () => {
    expect(why({ ...coupon, expiresAt: NOW }, [], attempt, at)).toBe('expired');
    expect(why({ ...coupon, withdrawnAt: NOW - 1 }, [], attempt, at)).toBe('expired');
  });

  it('keeps a coupon for the checkout that holds it, as long as it does', () => {
    const hold: Hold = {
      code: coupon.code,
      purchaseId: 'p2' as PurchaseId,
      heldBy: 'till:1',
      storeId: 'store' as StoreId,
      until: NOW + 1,
    };
    expect(why(coupon, [], attempt, { ...at, hold })).toBe('coupon-held');
    expect(why(coupon, [], attempt, { ...at, hold: { ...hold, until: NOW } })).toBe('redeem');
    expect(why(coupon, [], { ...attempt, purchaseId: 'p2' as PurchaseId }, { ...at, hold })).toBe('redeem');
  });

  it('refuses a basket without what the coupon is for', () => {
    const other = { ...coupon, qualifies: { productIds: ['y' as ProductId], categories: [] } };
    expect(why(other, [], attempt, at)).toBe('basket-does-not-qualify');
  });
});
