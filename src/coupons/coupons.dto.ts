import { z } from 'zod';
import { vocabulary } from '../platform/index.js';

/** Weights come to a thousandth, and nobody carries a million of anything to a till. */
const line = z.strictObject({
  productId: vocabulary.productId,
  quantity: z.number().positive().max(1_000_000).describe('pieces, or a weight in the unit of the price'),
  unitPrice: vocabulary.money,
});
type Line = z.output<typeof line>;

const basket = z
  .array(line)
  .min(1)
  .max(500)
  .refine((lines) => lines.every(({ unitPrice }) => unitPrice.currency === lines[0]?.unitPrice.currency), {
    error: 'must be in one currency',
    params: { code: 'mixed-currencies' },
  })
  .refine((lines) => worthOf(lines) <= Number.MAX_SAFE_INTEGER, {
    error: 'comes to more than can be counted',
    params: { code: 'out-of-range' },
  });

function worthOf(lines: readonly Line[]): number {
  return lines.reduce((sum, { quantity, unitPrice }) => sum + quantity * unitPrice.amount, 0);
}

export const redeemBody = z.strictObject({ purchaseId: vocabulary.purchaseId, basket });
export const redeemAnswer = z.object({
  couponCode: z.string(),
  offerId: vocabulary.offerId,
  reward: z.record(z.string(), z.unknown()).describe('as the offer has it'),
  discount: vocabulary.money,
  redemptionId: z.guid(),
});
export type RedeemAnswer = z.input<typeof redeemAnswer>;

export const holdBody = z.strictObject({
  purchaseId: vocabulary.purchaseId.describe('the checkout that holds it; it may hold it again, and longer'),
  minutes: z.int().min(1).max(60).default(10),
  basket: basket.optional().describe('to be told the discount'),
});
export const holdAnswer = z.object({
  couponCode: z.string(),
  offerId: vocabulary.offerId,
  reward: z.record(z.string(), z.unknown()).describe('as the offer has it'),
  purchaseId: z.string(),
  heldUntil: z.iso.datetime().describe('never later than the coupon expires'),
  discount: vocabulary.money.optional(),
});
export type HoldAnswer = z.input<typeof holdAnswer>;

export const reverseBody = z.strictObject({ reason: z.string().trim().min(1).max(500) });
export const reverseAnswer = z.object({
  redemptionId: z.guid(),
  couponCode: z.string(),
  reversedAt: z.iso.datetime(),
});
export type ReverseAnswer = z.output<typeof reverseAnswer>;
