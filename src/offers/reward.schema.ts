import { z } from 'zod';
import { vocabulary } from '../platform/index.js';

const positiveMoney = vocabulary.money.refine(({ amount }) => amount > 0, {
  path: ['amount'],
  error: 'must be more than nothing',
});

const PERCENT = { error: 'expected a percentage from 1 to 100: 15 is 15 % off' };

/** What a shopper gets. Which value belongs to which type is in the contract. */
export const reward = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('percentOff'),
    value: z.number().min(1, PERCENT).max(100, PERCENT),
    maxDiscount: positiveMoney.optional(),
  }),
  z.strictObject({ type: z.literal('amountOff'), value: positiveMoney }),
  z.strictObject({ type: z.literal('points'), value: z.int().min(1).max(1_000_000_000) }),
  z.strictObject({ type: z.literal('gift'), value: vocabulary.productId }),
  z.strictObject({ type: z.literal('none') }),
]);
export type Reward = z.output<typeof reward>;
