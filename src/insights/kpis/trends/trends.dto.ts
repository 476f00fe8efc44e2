import { z } from 'zod';
import { vocabulary } from '../../../platform/index.js';
import { dayAfter, dayAnswer, definitions, firstDay, moneyAnswer } from '../report.dto.js';

const MOST_ITEMS = 10_000;
const USUAL_ITEMS = 200;

export const trendsQuery = z.strictObject({
  level: z.enum(['category', 'product']).default('category'),
  from: firstDay.optional(),
  to: dayAfter.optional(),
  storeId: vocabulary.storeId.optional(),
  limit: z.coerce
    .number()
    .int()
    .min(1)
    .max(MOST_ITEMS)
    .default(USUAL_ITEMS)
    .describe('items shown, movers first'),
});
export type TrendsQuery = z.output<typeof trendsQuery>;

const count = z.int().min(0);

const growth = {
  growth: z.number().nullable().describe('0.1 is ten per cent more; null where there was nothing before'),
  growthLow: z.number().nullable(),
  growthHigh: z.number().nullable(),
  mark: z.enum(['rising', 'falling', 'unclear', 'fewCounts']),
};

const window = z.object({
  from: dayAnswer,
  to: dayAnswer.describe('exclusive'),
  purchases: count.describe('of whatever'),
  onRecord: z.boolean().describe('false where the record begins later than the window'),
});

const item = z.object({
  category: z.string().nullable(),
  productId: z.string().nullable().describe('null in trends of categories'),
  name: z.string().nullable(),
  brand: z.string().nullable(),
  purchases: count,
  purchasesBefore: count,
  ...growth,
  units: z.number(),
  revenue: z.array(moneyAnswer),
  revenueBefore: z.array(moneyAnswer),
  yearOnYear: z.object({ purchasesBefore: count, ...growth }).nullable(),
});
export type TrendItem = z.infer<typeof item>;

export const trendsAnswer = z.object({
  level: z.enum(['category', 'product']),
  storeId: z.string().nullable(),
  timeZone: z.string(),
  window,
  windowBefore: window,
  windowYearAgo: window.nullable().describe('null where nothing was bought then'),
  growth: z.number().nullable().describe('of all purchases'),
  items: z.array(item).describe('marked ones first, then by the change in purchases'),
  rising: count,
  falling: count,
  total: count.describe('items there are, shown or not'),
  definitions,
});
export type TrendsAnswer = z.infer<typeof trendsAnswer>;
