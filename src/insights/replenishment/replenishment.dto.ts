import { z } from 'zod';
import { toRfc3339 } from '../../shared/index.js';
import type { ReplenishmentEstimate } from './replenishment.rules.js';

const share = z.number().min(0).max(1);

/** When a shopper will need a category again, as the public interface says it. */
export const replenishmentItem = z.object({
  category: z.string(),
  purchases: z.int().min(1).describe('distinct days on which the category was bought'),
  lastPurchasedAt: z.iso.datetime(),
  intervalDays: z.number(),
  dueAt: z.iso.datetime().describe('the last purchase and one interval; may lie in the past'),
  dueFrom: z.iso.datetime().describe('with dueTo: the 80 % interval of the next purchase'),
  dueTo: z.iso.datetime(),
  daysUntilDue: z.number().describe('negative when overdue'),
  dueProbability: share.describe('that the need arises before the next visit'),
  purchaseProbability: share.describe('that the category is bought on a visit'),
  lapsed: z.boolean().describe('the habit was given up: no longer due'),
});
export type ReplenishmentItem = z.infer<typeof replenishmentItem>;

export const replenishmentAnswer = z.object({
  items: z.array(replenishmentItem).describe('by dueAt; lapsed habits last'),
});

export function itemOf(category: string, estimate: ReplenishmentEstimate): ReplenishmentItem {
  return {
    category,
    ...estimate,
    lastPurchasedAt: toRfc3339(estimate.lastPurchasedAt),
    dueAt: toRfc3339(estimate.dueAt),
    dueFrom: toRfc3339(estimate.dueFrom),
    dueTo: toRfc3339(estimate.dueTo),
  };
}
