import { z } from 'zod';
import { vocabulary } from '../../platform/index.js';

const EVENT_TYPES = ['received', 'displayed', 'opened', 'dismissed', 'saved', 'rated'] as const;

const event = z.strictObject({
  type: z.enum(EVENT_TYPES),
  rating: z.int().min(1).max(5).optional(),
  comment: z.string().trim().min(1).max(2_000).optional(),
  at: vocabulary.instant.optional().describe('by the phone’s clock; absent: at receipt'),
});
const hasItsRating = ({ type, rating }: z.output<typeof event>): boolean =>
  type !== 'rated' || rating !== undefined;
const needsRating = { path: ['rating'], error: '`rated` needs a rating', params: { code: 'required' } };

export const offerEvent = event.refine(hasItsRating, needsRating);
export type OfferEvent = z.output<typeof offerEvent>;

/** The same by socket, where no path names the delivery. */
export const socketOfferEvent = event
  .extend({ deliveryId: vocabulary.deliveryId })
  .refine(hasItsRating, needsRating);

const reward = z.object({
  type: z.string(),
  value: z.unknown(),
  currency: z.string().optional(),
  maxDiscount: vocabulary.money.optional(),
});
export const walletItem = z.object({
  deliveryId: vocabulary.deliveryId,
  decisionId: vocabulary.decisionId,
  offerId: vocabulary.offerId,
  title: z.string(),
  body: z.string(),
  imageUrl: z.string().optional(),
  deepLink: z.string().optional(),
  reward: reward.optional(),
  couponCode: z.string().optional(),
  storeId: vocabulary.storeId,
  zoneId: vocabulary.zoneId.optional(),
  expiresAt: z.iso.datetime(),
  createdAt: z.iso.datetime(),
  opened: z.boolean(),
  saved: z.boolean(),
});
