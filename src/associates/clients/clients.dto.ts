import { z } from 'zod';
import { vocabulary } from '../../platform/index.js';
import { STANDINGS } from './clients.rules.js';

const days = z.int().min(0).nullable();

export const client = z.object({
  clientAlias: z.string().describe('what the client is called for this associate; no other has the same'),
  firstName: z.string().exactOptional(),
  tier: z.string().exactOptional(),
  standing: z
    .enum(STANDINGS)
    .describe(
      'lapsing: 1.5 usual gaps since the last purchase; lapsed: 3; unknown: fewer than three days with a purchase, or no profiling consent',
    ),
  daysSinceLastPurchase: days.describe('null without the profiling consent'),
  usualDays: days.describe('days between purchases; null without the profiling consent'),
  daysSinceLastContact: days.describe('a message of the shop, a contact on record, or served on a visit'),
  here: z
    .object({ visitAlias: z.string(), storeId: z.string() })
    .nullable()
    .describe('the visit, where they are in a store of the associate now'),
});
export type Client = z.infer<typeof client>;
export const clientPage = vocabulary.pageOf(client);
