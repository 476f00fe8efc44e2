import { z } from 'zod';
import { dayAfter, dayAnswer, definitions, firstDay } from '../../insights/index.js';
import { vocabulary, type Table } from '../../platform/index.js';
import { STEPS } from './funnel.rules.js';

export const funnelQuery = z.strictObject({
  from: firstDay.optional(),
  to: dayAfter.optional(),
  storeId: vocabulary.storeId.optional(),
  offerId: vocabulary.offerId.optional(),
});
export type FunnelQuery = z.output<typeof funnelQuery>;

const count = z.int().min(0);
const share = z.number().min(0).max(1);

export const funnelAnswer = z.object({
  from: dayAnswer,
  to: dayAnswer.describe('exclusive'),
  timeZone: z.string(),
  storeId: z.string().nullable(),
  asOf: z.iso.datetime(),
  steps: z.array(
    z.object({
      step: z.enum(STEPS),
      visits: count,
      ofFirst: share.nullable(),
      ofPrevious: share.nullable(),
    }),
  ),
  boughtUnopened: count,
  decisions: count,
  silences: z.array(z.object({ reason: z.string(), decisions: count, share })),
  definitions,
});
export type FunnelAnswer = z.input<typeof funnelAnswer>;

/** A row a step. */
export function funnelTable({ steps }: FunnelAnswer): Table {
  const columns = ['step', 'visits', 'ofFirst', 'ofPrevious'] as const;
  return { columns: [...columns], rows: steps.map((each) => columns.map((column) => each[column])) };
}
