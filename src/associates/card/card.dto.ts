import { z } from 'zod';
import { colleague, messageAnswer, noteAnswer } from '../visits.dto.js';

const at = z.iso.datetime();
const WITHOUT = 'empty without the profiling consent';

export const OFFER_STATES = [
  'made',
  'unreached',
  'received',
  'opened',
  'redeemed',
  'dismissed',
  'withdrawn',
  'expired',
] as const;
export const SUGGESTIONS = ['answer-message', 'due', 'mention-offer', 'show-product', 'offer-help'] as const;

const product = z.object({
  name: z.string(),
  brand: z.string().nullable(),
  category: z.string().nullable(),
});

/** What helps whoever stands before the shopper. Nothing of money, age or how to reach them. */
export const card = z.object({
  visitAlias: z.string(),
  storeId: z.string(),
  firstName: z.string().exactOptional(),
  tier: z.string().exactOptional(),
  since: at.describe('since when in the store'),
  hereSeconds: z.int().min(0),
  leftAt: at.nullable().describe('null while they are here; the card goes 15 minutes after'),
  zone: z
    .object({ zoneId: z.string(), name: z.string(), since: at, dwellSeconds: z.int().min(0) })
    .nullable(),
  assignedTo: colleague.nullable(),
  claimedBy: colleague.nullable(),
  claimedAt: at.nullable(),
  say: z
    .array(
      z.object({
        code: z.enum(SUGGESTIONS),
        text: z.string(),
        reason: z.string(),
        about: z.string().nullable().describe('the category, product, offer or zone, by name'),
      }),
    )
    .describe('what is worth saying now, the most worth first; in English, codes are for other languages'),
  due: z
    .array(
      z.object({
        category: z.string(),
        daysUntilDue: z.int().describe('negative when overdue'),
        intervalDays: z.int(),
        dueProbability: z.number().min(0).max(1),
      }),
    )
    .describe(`what they are about to run out of, the likeliest first; ${WITHOUT}`),
  brands: z
    .array(z.object({ brand: z.string(), ownBrand: z.boolean(), of: z.string() }))
    .describe(`the brand that they usually buy of products that can stand in for each other; ${WITHOUT}`),
  favourites: z.array(product).describe(`bought most often first; ${WITHOUT}`),
  lookedAt: z
    .array(product.extend({ lastAt: at }))
    .describe(`looked at and not bought since, the latest first; ${WITHOUT}`),
  offers: z
    .array(
      z.object({
        offerId: z.string(),
        title: z.string().nullable(),
        at,
        expiresAt: at,
        state: z
          .enum(OFFER_STATES)
          .describe('unreached: nothing has brought it to a phone, so say it yourself'),
      }),
    )
    .describe('made to them today, in any store, the latest first'),
  notes: z.array(noteAnswer).describe('of associates, the latest first'),
  messages: z.array(messageAnswer).describe('the latest first'),
});
export type Card = z.infer<typeof card>;
