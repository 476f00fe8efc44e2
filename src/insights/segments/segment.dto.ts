import { z } from 'zod';
import { vocabulary } from '../../platform/index.js';
import type { Rule } from '../../rules/index.js';

/** A saved rule as the public interface takes it; the rule itself is checked against the fields. */
export const segmentDocument = z.strictObject({
  name: vocabulary.name,
  description: vocabulary.text(1_000).optional(),
  rule: z.unknown(),
});
export interface SegmentDocument {
  name: string;
  description?: string | undefined;
  rule: Rule;
}

export const segmentId = z
  .string()
  .regex(/^[A-Za-z0-9._:-]{1,64}$/, 'a segmentId has 1-64 characters of A-Z a-z 0-9 . _ : -');

const at = z.iso.datetime();

export const segmentAnswer = z.object({
  segmentId: z.string(),
  name: z.string(),
  description: z.string().optional(),
  rule: z.unknown(),
  explained: z
    .string()
    .nullable()
    .describe('the rule in words; null where it asks for a field that has gone'),
  warnings: z
    .array(z.object({ path: z.string(), code: z.string(), detail: z.string() }).readonly())
    .readonly()
    .optional()
    .describe('of one segment, where parts of its rule can never hold: which'),
  state: z.enum(['filling', 'ready']),
  percent: z.int().min(0).max(100).describe('of the shoppers judged by the present rule'),
  members: z.int().min(0).describe('right once the state is ready'),
  createdAt: at,
  updatedAt: at,
});
export type SegmentAnswer = z.infer<typeof segmentAnswer>;

export const memberAnswer = z.object({ shopperId: z.string(), since: at });
export type MemberAnswer = z.infer<typeof memberAnswer>;

export const dayAnswer = z.object({
  day: z.iso.date().describe('UTC'),
  entered: z.int(),
  departed: z.int(),
  members: z.int().describe('at its end'),
});
export type DayAnswer = z.infer<typeof dayAnswer>;

export const templateAnswer = z.object({
  template: z.string(),
  name: z.string(),
  description: z.string(),
  parameters: z.array(z.object({ name: z.string(), label: z.string(), required: z.boolean() })),
  rule: z.unknown().describe('with its defaults; null where a parameter must be given'),
});
