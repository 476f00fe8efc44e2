import { z } from 'zod';
import { vocabulary } from '../../platform/index.js';
import { hasRoomFor, isMonthDay } from './profile.rules.js';

const { beaconId, locale, money, name, shopperId, storeId, timeZone } = vocabulary;

const MAX_CARRIED = 50;

/** A text of people, not empty. */
export const text = (max: number) => vocabulary.text(max).min(1);
/** An id that the retailer gives, of a kind that has no name of its own in the house. */
export const givenId = (what: string) =>
  z.string().regex(/^[A-Za-z0-9._:-]{1,64}$/, `a ${what} has 1-64 characters of A-Z a-z 0-9 . _ : -`);

const dayOrTime = z.union([z.iso.date(), z.iso.datetime({ offset: true })], {
  error: 'expected a day such as 2024-05-01, or an RFC 3339 time',
});
const attributeText = vocabulary.text(500);
const attribute = z.union(
  [attributeText, z.number(), z.boolean(), z.array(attributeText).max(100), z.null()],
  {
    error: 'expected a text of at most 500, a number, a boolean, a list of at most 100 texts, or null',
  },
);

export const profile = z.strictObject({
  displayName: name.optional(),
  locale: locale.optional(),
  timeZone: timeZone.optional(),
  homeStoreId: storeId.optional(),
  householdId: givenId('householdId').optional(),
  birthday: z.string().refine(isMonthDay, { error: 'expected MM-DD, a day that exists' }).optional(),
  attributes: z
    .record(
      z.string().regex(/^[A-Za-z0-9._-]{1,64}$/, 'a name has 1-64 characters of A-Z a-z 0-9 . _ -'),
      attribute,
    )
    .refine(hasRoomFor, { error: 'at most 100 attributes' })
    .default({}),
  loyalty: z.strictObject({ tier: text(64), points: z.number(), since: dayOrTime.optional() }).optional(),
  acquisition: z
    .strictObject({
      channel: text(64),
      at: dayOrTime,
      by: z.enum(['signup', 'purchase']).optional(),
      cost: money.optional(),
    })
    .optional(),
  assignedAssociate: text(64).optional(),
  carries: z.array(beaconId).max(MAX_CARRIED).default([]),
});
export const profileOf = profile.extend({ shopperId });
export const ofShopper = z.strictObject({ shopperId });
export const shopperQuery = vocabulary.page.extend({ query: z.string().trim().max(200).optional() });

export const profileAnswer = profileOf.extend({ createdAt: z.iso.datetime(), updatedAt: z.iso.datetime() });
export const bulkAnswer = z.object({
  accepted: z.int(),
  rejected: z.array(z.object({ index: z.int(), code: z.string(), detail: z.string() })),
});
