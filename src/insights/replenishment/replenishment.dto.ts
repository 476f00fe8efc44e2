import { z } from 'zod';
import { toRfc3339 } from '../../shared/index.js';
import type { Contribution } from './foresight.rules.js';
import type { Preference } from './preferences.rules.js';
import type { ReplenishmentEstimate } from './replenishment.rules.js';

const share = z.number().min(0).max(1);

/** What one feature adds to the log odds of a purchase. */
const contribution = z.object({
  feature: z.string(),
  label: z.string(),
  value: z.number(),
  weight: z.number().describe('the clientele’s, and the shopper’s own difference from it'),
  contribution: z.number().describe('value times weight'),
});

/** When a shopper will need a category again, as the public interface says it. */
export const replenishmentItem = z.object({
  category: z.string().exactOptional().describe('with level=category'),
  productId: z.string().exactOptional().describe('with level=product'),
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
  preferredChannel: z.enum(['store', 'online']).exactOptional(),
  preferredWeekday: z.int().min(1).max(7).exactOptional().describe('1 Monday to 7 Sunday'),
  preferredHour: z
    .int()
    .min(0)
    .max(23)
    .exactOptional()
    .describe('on the clock of the store, else of the shopper'),
  runsOutAt: z.iso
    .datetime()
    .exactOptional()
    .describe('when what is at home is used up, by pack sizes and quantities; where they are known'),
  because: z
    .array(contribution)
    .exactOptional()
    .describe('with explain=true: the parts add up to the log odds of purchaseProbability'),
});
export type ReplenishmentItem = z.infer<typeof replenishmentItem>;

export const replenishmentAnswer = z.object({
  items: z.array(replenishmentItem).describe('by dueAt; lapsed habits last'),
});

/** By category, or by product. */
export const level = z.enum(['category', 'product']);
export type Level = z.infer<typeof level>;

export interface Listing {
  level: Level;
  /** With the parts of each probability. */
  explain: boolean;
}

export function itemOf(
  of: { category: string } | { productId: string },
  estimate: ReplenishmentEstimate,
  preference: Preference | undefined,
  because: readonly Contribution[] | undefined,
): ReplenishmentItem {
  const { runsOutAt, ...preferred } = preference ?? {};
  return {
    ...of,
    ...estimate,
    lastPurchasedAt: toRfc3339(estimate.lastPurchasedAt),
    dueAt: toRfc3339(estimate.dueAt),
    dueFrom: toRfc3339(estimate.dueFrom),
    dueTo: toRfc3339(estimate.dueTo),
    ...preferred,
    ...(runsOutAt !== undefined && { runsOutAt: toRfc3339(runsOutAt) }),
    ...(because !== undefined && { because: [...because] }),
  };
}
