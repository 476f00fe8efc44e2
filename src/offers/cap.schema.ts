import { z } from 'zod';
import { vocabulary } from '../platform/index.js';

/** What a row of limits by shopper says besides `max`: in an offer, and in the contact policy. */
export const capFields = {
  per: vocabulary.period,
  perHousehold: z
    .literal(true)
    .optional()
    .describe('what anybody of the shopper’s household was offered counts'),
};

export const NOT_BY_VISIT = {
  error: 'perHousehold needs a period of time: a visit is one shopper’s',
  path: ['per'],
};

/** False where it counts a household by visit, see {@link NOT_BY_VISIT}. */
export function countsHouseholdsByTime({
  per,
  perHousehold,
}: z.infer<z.ZodObject<typeof capFields>>): boolean {
  return perHousehold !== true || per !== 'visit';
}
