import { z } from 'zod';
import { vocabulary } from '../platform/index.js';
import type { ConsideredLine, ReasonCode } from './decision.js';
import type { OfferInWords } from './offer.writer.js';

export const previewBody = z.strictObject({
  shopperId: vocabulary.shopperId,
  storeId: vocabulary.storeId,
  zoneId: vocabulary.zoneId.optional(),
  on: z.enum(['visitStarted', 'zoneEntered', 'zoneDwelled', 'checkedIn']).optional(),
  at: vocabulary.instant.optional(),
  dwellSeconds: z.int().min(0).max(86_400).optional(),
  draftOfferIds: z.array(vocabulary.offerId).max(50).optional(),
});
export type PreviewBody = z.output<typeof previewBody>;

export interface Preview {
  outcome: 'offer' | 'silence';
  reason?: ReasonCode;
  offer?: OfferInWords;
  considered: ConsideredLine[];
}
