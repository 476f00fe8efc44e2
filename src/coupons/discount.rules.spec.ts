import fc from 'fast-check';
import type { Reward } from '../offers/index.js';
import type { ProductId } from '../shared/index.js';
import type { BasketLine, Coupon } from './coupon.js';
import { discountOf } from './discount.rules.js';

const eur = (amount: number) => ({ amount, currency: 'EUR' });
const line = (productId: string, quantity: number, amount: number, currency = 'EUR'): BasketLine => ({
  productId: productId as ProductId,
  quantity,
  unitPrice: { amount, currency },
});
const coupon = (
  reward: Reward,
  productIds: string[] = [],
  categories: string[] = [],
): Pick<Coupon, 'reward' | 'qualifies'> => ({
  reward,
  qualifies: { productIds: productIds as ProductId[], categories },
});
const CATEGORIES: Record<string, string> = { filters: 'coffee filters', beans: 'coffee', mug: 'kitchen' };
const categoryOf = (productId: string): string | undefined => CATEGORIES[productId];

const percent = (value: number, maxDiscount?: number): Reward => ({
  type: 'percentOff',
  value,
  ...(maxDiscount === undefined ? {} : { maxDiscount: eur(maxDiscount) }),
});
const amountOff = (amount: number, currency = 'EUR'): Reward => ({
  type: 'amountOff',
  value: { amount, currency },
});
const gift = (productId: string): Reward => ({ type: 'gift', value: productId as ProductId });

describe('discountOf', () => {
  it.each<[string, ReturnType<typeof coupon>, BasketLine[], number]>([
    [
      'percentOff falls on the whole basket where nothing is named',
      coupon(percent(10)),
      [line('x', 2, 500)],
      100,
    ],
    [
      'percentOff falls on named products only',
      coupon(percent(10), ['filters']),
      [line('filters', 1, 300), line('beans', 1, 900)],
      30,
    ],
    [
      'percentOff falls on named categories only',
      coupon(percent(50), [], ['coffee']),
      [line('filters', 1, 300), line('beans', 1, 900)],
      450,
    ],
    ['percentOff is capped', coupon(percent(50, 200)), [line('x', 1, 1_000)], 200],
    [
      'percentOff is rounded half up, over the total',
      coupon(percent(15)),
      [line('x', 1, 5), line('y', 1, 5)],
      2,
    ],
    ['percentOff takes weights', coupon(percent(10)), [line('x', 0.455, 1_999)], 91],
    ['amountOff is taken off as it is', coupon(amountOff(150), ['filters']), [line('filters', 1, 300)], 150],
    [
      'amountOff is never more than what qualifies',
      coupon(amountOff(500), ['filters']),
      [line('filters', 1, 300), line('beans', 1, 900)],
      300,
    ],
    ['gift is one unit', coupon(gift('mug')), [line('mug', 3, 400)], 400],
    [
      'gift comes with what the offer leads to',
      coupon(gift('mug'), ['filters']),
      [line('filters', 1, 300), line('mug', 1, 400)],
      400,
    ],
    [
      'gift is the cheapest of its lines',
      coupon(gift('mug')),
      [line('mug', 1, 400), line('mug', 1, 350)],
      350,
    ],
    ['a coupon without money takes nothing off', coupon({ type: 'none' }), [line('x', 1, 400)], 0],
  ])('%s', (_, given, basket, amount) => {
    expect(discountOf(given, basket, categoryOf)).toEqual({ ok: true, value: eur(amount) });
  });

  it.each<[string, ReturnType<typeof coupon>, BasketLine[]]>([
    ['without a named product', coupon(percent(10), ['filters']), [line('beans', 1, 300)]],
    ['without a product of the category', coupon(percent(10), [], ['coffee']), [line('filters', 1, 300)]],
    ['with a product nobody knows', coupon(percent(10), [], ['coffee']), [line('strange', 1, 300)]],
    ['without the gift', coupon(gift('mug'), ['filters']), [line('filters', 1, 300)]],
    [
      'with the gift and nothing else that was asked for',
      coupon(gift('mug'), ['filters']),
      [line('mug', 1, 300)],
    ],
    ['in another currency than the amount', coupon(amountOff(100, 'CHF')), [line('x', 1, 300)]],
    ['in another currency than the cap', coupon(percent(10, 100)), [line('x', 1, 300, 'CHF')]],
  ])('a basket %s does not qualify', (_, given, basket) => {
    expect(discountOf(given, basket, categoryOf)).toMatchObject({
      ok: false,
      why: 'basket-does-not-qualify',
    });
  });

  const products = fc.constantFrom<string>('filters', 'beans', 'mug', 'strange');
  const anyReward = fc.oneof(
    fc
      .record({ value: fc.integer({ min: 1, max: 100 }), max: fc.option(fc.integer({ min: 1, max: 5_000 })) })
      .map(({ value, max }) => percent(value, max ?? undefined)),
    fc.integer({ min: 1, max: 5_000 }).map((amount) => amountOff(amount)),
  );
  const anyBasket = fc.array(
    fc
      .tuple(products, fc.double({ min: 0.001, max: 50, noNaN: true }), fc.integer({ min: 0, max: 10_000 }))
      .map(([product, quantity, price]) => line(product, quantity, price)),
    { minLength: 1, maxLength: 12 },
  );
  const anyProducts = fc.uniqueArray(products, { maxLength: 2 });

  it('is never negative, nor above what qualifies, nor above the cap', () => {
    fc.assert(
      fc.property(anyReward, anyProducts, anyBasket, (reward, productIds, basket) => {
        const outcome = discountOf(coupon(reward, productIds), basket, categoryOf);
        if (!outcome.ok) return;
        const { amount } = outcome.value;
        const qualifying = basket.filter(
          ({ productId }) => productIds.length === 0 || productIds.includes(productId),
        );
        const total = qualifying.reduce((sum, each) => sum + each.quantity * each.unitPrice.amount, 0);
        expect(Number.isInteger(amount)).toBe(true);
        expect(amount).toBeGreaterThanOrEqual(0);
        expect(amount).toBeLessThanOrEqual(Math.floor(total + 0.5));
        const cap = reward.type === 'percentOff' ? reward.maxDiscount?.amount : undefined;
        expect(amount).toBeLessThanOrEqual(cap ?? Infinity);
      }),
    );
  });

  it('does not depend on the order of the lines', () => {
    fc.assert(
      fc.property(anyReward, anyProducts, anyBasket, (reward, productIds, basket) => {
        const whole = basket.map((each) => ({ ...each, quantity: Math.ceil(each.quantity) }));
        const given = coupon(reward, productIds);
        expect(discountOf(given, [...whole].reverse(), categoryOf)).toEqual(
          discountOf(given, whole, categoryOf),
        );
      }),
    );
  });
});
