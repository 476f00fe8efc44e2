import { z } from 'zod';
import { vocabulary } from '../../platform/index.js';

const { currency, isoWeekdays, name, storeId, timeZone } = vocabulary;

const filter = z.array(z.string().trim().min(1).max(200)).max(200).default([]);

const tier = z.strictObject({
  name: z.string().trim().min(1).max(64),
  threshold: z.int().min(0).max(1_000_000_000).describe('points within the period'),
  entitlements: z.array(z.string().trim().min(1).max(64)).max(50).default([]).describe('what the tier gives'),
  multiplier: z.number().min(1).max(100).default(1).describe('of points earned while in the tier'),
});

const earning = z.strictObject({
  pointsPerUnit: z.number().positive().max(10_000).describe('points per unit of currency paid'),
  categories: filter,
  brands: filter,
  ownBrand: z.boolean().optional(),
  channels: z
    .array(z.enum(['store', 'online']))
    .max(2)
    .default([]),
  storeIds: z.array(storeId).max(1_000).default([]),
  daysOfWeek: isoWeekdays.default([]),
});

const period = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('rolling'), days: z.int().min(1).max(3_660) }),
  z.strictObject({ kind: z.literal('calendarYear') }),
]);

/** The programme as one document. Tiers stand in the order of their thresholds; the first is everybody's. */
export const programme = z
  .strictObject({
    name: name.default('Loyalty'),
    pointsFrom: z
      .enum(['purchases', 'retailer'])
      .default('purchases')
      .describe('retailer: tier and points stay as the profile gives them'),
    currency,
    timeZone: timeZone.default('UTC').describe('where days and years turn'),
    tiers: z.array(tier).min(3).max(20),
    period,
    graceDays: z.int().min(0).max(366).default(0).describe('days a tier outlasts its period'),
    earning: z.array(earning).min(1).max(100).describe('each that matches a line adds its points'),
    purchaseBonus: z.int().min(0).max(1_000_000).default(0).describe('points for each purchase'),
    startsAt: vocabulary.instant
      .transform((at) => new Date(at).toISOString())
      .optional()
      .describe('purchases before earn nothing'),
  })
  .superRefine(({ tiers }, context) => {
    tiers.forEach(({ name: own, threshold }, index) => {
      const path = ['tiers', index, 'threshold'];
      if (index === 0 && threshold !== 0) {
        context.addIssue({ code: 'custom', path, message: 'the first tier begins at 0' });
      }
      const before = tiers[index - 1];
      if (before !== undefined && threshold <= before.threshold) {
        context.addIssue({ code: 'custom', path, message: 'must be above the tier before' });
      }
      if (tiers.findIndex((other) => other.name === own) !== index) {
        context.addIssue({
          code: 'custom',
          path: ['tiers', index, 'name'],
          message: 'is taken by another tier',
        });
      }
    });
  });
export type Programme = z.output<typeof programme>;
