import { z } from 'zod';
import { dayAfter, definitions, firstDay } from '../../insights/index.js';
import { vocabulary } from '../../platform/index.js';
import { STAGES } from './definitions.js';

export const latencyQuery = z.strictObject({
  from: firstDay.optional(),
  to: dayAfter.optional(),
  storeId: vocabulary.storeId.optional(),
  period: z.enum(['hour', 'day', 'week', 'month']).default('day'),
});
export type LatencyQuery = z.output<typeof latencyQuery>;

const ms = z.number().nullable();
const stage = z.object({
  stage: z.enum(STAGES),
  count: z.int().min(0),
  later: z.int().min(0).describe('came to it, but more than a minute after receipt'),
  p50: ms,
  p95: ms,
  p99: ms,
});
export type StageFigures = z.infer<typeof stage>;

export const latencyAnswer = z.object({
  from: z.iso.date(),
  to: z.iso.date().describe('exclusive'),
  period: latencyQuery.shape.period,
  timeZone: z.string(),
  note: z.string(),
  definitions,
  total: z.array(stage).describe('of all stores and periods together'),
  rows: z
    .array(z.object({ storeId: z.string(), from: z.string(), stages: z.array(stage) }))
    .describe('a store and period each; from is the local time at which the period begins'),
});
export type LatencyAnswer = z.infer<typeof latencyAnswer>;
