import { z } from 'zod';
import { vocabulary } from '../../platform/index.js';
import { dayAfter, dayAnswer, definitions, firstDay, moneyAnswer, share } from './report.dto.js';

export const kpisQuery = z.strictObject({
  from: firstDay.optional(),
  to: dayAfter.optional(),
  storeId: vocabulary.storeId.optional(),
  segmentId: z
    .string()
    .regex(/^[A-Za-z0-9._:-]{1,64}$/, 'a segmentId has 1-64 characters of A-Z a-z 0-9 . _ : -')
    .optional(),
  period: z.enum(['day', 'week', 'month']).default('month'),
});
export type KpisQuery = z.output<typeof kpisQuery>;

const count = z.int().min(0);

const figures = z.object({
  acquiredShoppers: count,
  acquisitionRate: z.number().nullable(),
  acquisitionCost: z.array(moneyAnswer),
  acquisitionCostKnown: count,
  activeShoppers: count,
  purchases: count,
  revenue: z.array(moneyAnswer),
  margin: z.array(moneyAnswer.extend({ estimatedShare: z.number().nullable() })),
  interPurchaseDays: z.number().nullable(),
  retention: share.nullable(),
  defection: share.nullable(),
  averageLifetimePeriods: z.number().nullable(),
  lifetimeObservedPeriods: count,
  visits: count,
  visitsPerShopper: z.number().nullable(),
  visitsWithPurchaseShare: share.nullable(),
});

const categoryShare = z.object({
  category: z.string(),
  penetration: share,
  revenueShare: z.array(z.object({ currency: z.string(), share: z.number() })),
  ownBrandShare: share.nullable(),
  brands: z.array(
    z.object({
      brand: z.string(),
      ownBrand: z.boolean(),
      penetration: share,
      shareOfRequirement: share,
    }),
  ),
});
export type CategoryShare = z.infer<typeof categoryShare>;

export const kpisAnswer = z.object({
  from: dayAnswer,
  to: dayAnswer.describe('exclusive; from and to are widened to whole periods'),
  period: z.enum(['day', 'week', 'month']),
  timeZone: z
    .string()
    .describe('the store’s; without a store that of all stores where they share one, else UTC'),
  storeId: z.string().nullable(),
  segmentId: z.string().nullable(),
  asOf: z.iso.datetime(),
  population: z.object({ shoppers: count, profiled: count.describe('whom the figures are about') }),
  expected: z
    .object({
      scoredShoppers: count,
      meanProbabilityActive: share.nullable(),
      customerEquity: z.array(moneyAnswer),
    })
    .describe('from now on, as of the last nightly round'),
  acquisitionDatedBy: z.object({ recorded: count, firstPurchase: count, created: count }),
  periods: z.array(
    figures.extend({
      from: dayAnswer,
      to: dayAnswer,
      complete: z.boolean().describe('false while the period is running'),
    }),
  ),
  total: figures,
  categories: z
    .object({
      sampledOneIn: z.int().min(1).describe('1 where the baskets of all shoppers were looked into'),
      items: z.array(categoryShare),
    })
    .describe('of all periods together; the 100 categories that most shoppers bought, with 5 brands at most'),
  definitions,
});
export type KpisAnswer = z.infer<typeof kpisAnswer>;
