import { z } from 'zod';
import { vocabulary } from '../../platform/index.js';

export const feedback = z.strictObject({
  text: z.string().trim().min(1).max(5_000),
  about: z
    .string()
    .trim()
    .min(1)
    .max(200)
    .optional()
    .describe('a product, an offer, a store: the app’s own word'),
});
export type Feedback = z.output<typeof feedback>;
export const feedbackAnswer = z.object({ feedbackId: z.guid(), at: z.iso.datetime() });

export const feedbackQuery = vocabulary.page.extend({
  kind: z.enum(['text', 'rating']).optional(),
  offerId: vocabulary.offerId.optional(),
  shopperId: vocabulary.shopperId.optional(),
  storeId: vocabulary.storeId.optional(),
  mostStars: z.coerce.number().int().min(1).max(5).optional().describe('ratings of at most so many stars'),
  from: vocabulary.instant.optional(),
  to: vocabulary.instant.optional(),
});
export type FeedbackQuery = z.output<typeof feedbackQuery>;

export const feedbackItem = z.object({
  feedbackId: z.guid(),
  kind: z.enum(['text', 'rating']),
  shopperId: z.string(),
  text: z.string().optional().describe('the word to the shop, or the comment with the stars'),
  about: z.string().optional(),
  rating: z.int().optional(),
  offerId: z.guid().optional(),
  deliveryId: z.guid().optional(),
  storeId: z.string().optional(),
  categories: z.array(z.string()).optional(),
  at: z.iso.datetime(),
});
