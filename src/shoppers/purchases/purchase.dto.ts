import { z } from 'zod';
import { vocabulary } from '../../platform/index.js';
import { text } from '../profiles/profile.dto.js';
import { isDiscountWithinPrice, isOfOneCurrency, MAX_QUANTITY } from './purchase.rules.js';

const { instant, money, productId, purchaseId, shopperId, storeId } = vocabulary;

const MAX_LINES = 500;

const line = z
  .strictObject({
    productId,
    quantity: z
      .number()
      .min(-MAX_QUANTITY)
      .max(MAX_QUANTITY)
      .refine((quantity) => quantity !== 0, {
        error: 'zero: expected what was bought, or below zero what was brought back',
        params: { code: 'out-of-range' },
      })
      .describe('below zero: brought back'),
    unitPrice: money.optional(),
    discount: money.optional(),
    couponCode: text(64).optional(),
  })
  .refine(isOfOneCurrency, { error: 'unitPrice and discount are of one currency', path: ['discount'] })
  .refine(isDiscountWithinPrice, {
    error: 'more than the line costs',
    path: ['discount'],
    params: { code: 'discount-above-price' },
  });

export const purchase = z.strictObject({
  purchaseId,
  shopperId,
  storeId: storeId.optional(),
  channel: z.enum(['store', 'online']),
  purchasedAt: instant,
  lines: z.array(line).min(1).max(MAX_LINES),
});

const named = z.array(z.object({ index: z.int(), code: z.string(), detail: z.string() }));
export const purchasesAnswer = z.object({
  accepted: z.int(),
  rejected: named,
  /** Accepted all the same: `coupon-not-redeemed` where a line names a coupon no till has redeemed. */
  warnings: named.optional(),
});
