import { z } from 'zod';
import { vocabulary } from '../platform/index.js';
import { PURPOSES } from './consent.rules.js';

const { shopperId, instant } = vocabulary;

/** Postgres takes no NUL and no half of a surrogate pair, and one such item must not cost the others of its batch. */
const text = (max: number) =>
  z
    .string()
    .trim()
    .min(1)
    .max(max)
    .refine((value) => !value.includes('\0') && value.isWellFormed(), {
      error: 'holds a character that cannot be kept',
    });

export const purpose = z.enum(PURPOSES);
export const statement = z.strictObject({
  granted: z.boolean(),
  policyVersion: text(64),
  source: text(200),
  at: instant.optional(),
});
/** The shopper's own word comes from the app unless it says from where. */
export const ownStatement = statement.extend({ source: statement.shape.source.default('app') });
export const bulkStatement = statement.extend({ shopperId, purpose });

export const ofShopper = z.strictObject({ shopperId });
export const ofPurpose = z.strictObject({ purpose });
export const ofShopperAndPurpose = z.strictObject({ shopperId, purpose });

const said = { granted: z.boolean(), policyVersion: z.string(), source: z.string(), at: z.iso.datetime() };
/** What stands for one purpose; never spoken of: `{granted: false}` alone. */
const standing = z.union([z.object(said), z.object({ granted: z.literal(false) })]);
export const purposeAnswer = z.intersection(z.object({ purpose }), standing);
export const consentsAnswer = z.object({
  consents: z.record(purpose, standing),
  /** The newest first, at most 500. */
  history: z.array(z.object({ purpose, ...said, recordedAt: z.iso.datetime() })),
});
export const bulkAnswer = z.object({
  accepted: z.int(),
  rejected: z.array(z.object({ index: z.int(), code: z.string(), detail: z.string() })),
});
