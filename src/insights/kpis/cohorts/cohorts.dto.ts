import { z } from 'zod';
import { dayAfter, dayAnswer, definitions, firstDay, moneyAnswer, share } from '../report.dto.js';

const USUAL_AGES = '6,12,18';
const MOST_AGES = 24;
const OLDEST_MONTHS = 60;

const ages = z
  .string()
  .regex(/^\d{1,2}(,\d{1,2})*$/, 'expected months, such as 6,12,18')
  .default(USUAL_AGES)
  .transform((text) => [...new Set(text.split(',').map(Number))].sort((a, b) => a - b))
  .refine(
    (months) => months.length <= MOST_AGES && months.every((each) => each >= 1 && each <= OLDEST_MONTHS),
    {
      error: `at most ${MOST_AGES} ages, of 1 to ${OLDEST_MONTHS} months`,
    },
  )
  .describe('months since the acquisition, with commas');

export const cohortsQuery = z.strictObject({
  by: z.enum(['month', 'channel']).default('month'),
  from: firstDay.optional().describe('the first day of acquisition; widened to its month'),
  to: dayAfter.optional().describe('the day after the last day of acquisition; widened to its month'),
  discountRate: z.coerce.number().min(0).max(1).default(0).describe('a year'),
  ages,
  observedUntil: dayAfter
    .optional()
    .describe('the first day of which not everything is known; today, or the end of the record'),
});
export type CohortsQuery = z.output<typeof cohortsQuery>;

const count = z.int().min(0);

export const cohortsAnswer = z.object({
  by: z.enum(['month', 'channel']),
  from: dayAnswer,
  to: dayAnswer.describe('exclusive'),
  timeZone: z.string(),
  observedUntil: dayAnswer.describe('exclusive'),
  discountRate: z.number().describe('a year'),
  acquisitionDatedBy: z.object({ recorded: count, firstPurchase: count, created: count }),
  rows: z.array(
    z.object({
      month: z.string().nullable().describe('of the acquisition; null for all months of a channel'),
      channel: z.string().nullable().describe('of the acquisition; null for all channels'),
      acquiredShoppers: count,
      currency: z.string(),
      estimatedShare: share.nullable(),
      cells: z.array(
        z.object({
          months: z.int(),
          lifetimeValue: moneyAnswer.nullable().describe('null where not all of them were watched so long'),
        }),
      ),
    }),
  ),
  definitions,
});
export type CohortsAnswer = z.infer<typeof cohortsAnswer>;
