import { z } from 'zod';
import { vocabulary } from '../platform/index.js';
import { IMPORT_TYPES } from './import-type.js';
import { IMPORT_STATES } from './progress.rules.js';

export const MEDIA_TYPES = [
  'text/csv',
  'application/x-ndjson',
  'application/gzip',
  'application/octet-stream',
] as const;

export const ofImport = z.strictObject({ importId: z.guid() });
export const importQuery = z.strictObject({
  type: z.enum(IMPORT_TYPES),
  format: z
    .enum(['csv', 'ndjson'])
    .optional()
    .describe('of the rows; where it is not given the content type says it, or else the file itself'),
});

const rejection = z.object({
  line: z.int().describe('of the file, the header being 1'),
  code: z.string(),
  detail: z.string(),
});
export const importAnswer = z.object({
  importId: z.guid(),
  type: z.enum(IMPORT_TYPES),
  state: z.enum(IMPORT_STATES),
  format: z.enum(['csv', 'ndjson']).optional(),
  percent: z.int().min(0).max(100),
  receivedBytes: z.int(),
  totalBytes: z.int().optional(),
  rows: z.int().describe('of data in the file, as far as it is read'),
  accepted: z.int().describe('rows that are recorded, or were on record before'),
  rejected: z.object({
    count: z.int(),
    items: z.array(rejection).describe('the first 100, by line'),
    url: z.string().describe('all of them, as CSV or NDJSON'),
  }),
  counts: z.record(z.string(), z.int()).describe('what was made, by kind'),
  ignoredColumns: z.array(z.string()),
  reason: z.object({ code: z.string(), detail: z.string() }).optional().describe('why it failed'),
  startedAt: z.iso.datetime(),
  stagedAt: z.iso.datetime().optional(),
  finishedAt: z.iso.datetime().optional(),
});
export type ImportAnswer = z.output<typeof importAnswer>;
export const importsAnswer = vocabulary.pageOf(importAnswer);
