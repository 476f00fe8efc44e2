import { z } from 'zod';
import { messageAnswer } from '../delivery/index.js';
import { vocabulary } from '../platform/index.js';

const at = z.iso.datetime();

export const colleague = z.object({ staffId: vocabulary.staffId, displayName: z.string() });
export type Colleague = z.infer<typeof colleague>;

/** A shopper who is in the store, as the floor sees them. */
export const visitItem = z.object({
  visitAlias: z.string().describe('what the visit is called: of this visit alone, and of nobody outside it'),
  zoneId: z.string().nullable().describe('null: in the store, in no zone just now'),
  since: at.describe('since when in the store'),
  zoneSince: at.exactOptional().describe('since when in the zone'),
  tier: z.string().exactOptional(),
  firstName: z.string().exactOptional(),
  claimedBy: colleague.exactOptional().describe('who serves them'),
  claimedAt: at.exactOptional(),
  assignedTo: colleague.exactOptional().describe('whose client they are'),
});
export type VisitItem = z.infer<typeof visitItem>;

export const visitList = z.object({ visits: z.array(visitItem).describe('who came last, last') });

export const ofVisit = z.strictObject({ visitAlias: z.string().min(1).max(64) });
export const ofStore = z.strictObject({ storeId: vocabulary.storeId });

export const claimAnswer = z.object({ visitAlias: z.string(), claimedBy: colleague, claimedAt: at });
export type ClaimAnswer = z.infer<typeof claimAnswer>;

export const note = z.strictObject({
  text: vocabulary
    .text(1_000)
    .trim()
    .min(1)
    .describe('kept with the shopper: in their single view and in what is exported to them'),
});
export const noteAnswer = z.object({
  noteId: z.guid(),
  text: z.string(),
  by: z.string().nullable().describe('who wrote it, by name'),
  at,
});
export type Note = z.infer<typeof noteAnswer>;

export { messageAnswer };
