import { z } from 'zod';
import { vocabulary } from '../platform/index.js';
import { validateRule, warningsOf, type FieldRegistry } from '../rules/index.js';
import { toRfc3339, type Instant } from '../shared/index.js';
import { offerFields } from './offer.schema.js';
import { headOf, pendingOf, type Revision, type ShownOffer } from './revisions.rules.js';
import { STATUSES, statusAt } from './workflow.rules.js';

const revisionState = z.enum(['draft', 'inReview', 'approved', 'rejected']);

/** An offer as it is answered: the fields of the revision that is shown and edited, and how the offer stands. */
export const offerAnswer = z.object({
  offerId: vocabulary.offerId,
  ...offerFields.shape,
  status: z.enum(STATUSES),
  /** Of the fields shown: the revision that waits for approval, else the live one. */
  revision: z.int(),
  liveRevision: z.int().nullable(),
  createdBy: z.string(),
  createdAt: z.string(),
  updatedAt: z.string(),
  pendingRevision: z
    .object({ revision: z.int(), state: revisionState, comment: z.string().optional() })
    .optional(),
  warnings: z
    .array(z.object({ path: z.string(), code: z.string(), detail: z.string() }))
    .optional()
    .describe('of one offer, where parts of its rule can never hold: which'),
});

export const revisionAnswer = z.object({
  revision: z.int(),
  state: revisionState,
  author: z.string(),
  createdAt: z.string(),
  submittedAt: z.string().optional(),
  decidedBy: z.string().optional(),
  decidedAt: z.string().optional(),
  comment: z.string().optional(),
  document: offerFields,
});

export function offerAnswerOf({ offer, latest, live }: ShownOffer, now: Instant): Record<string, unknown> {
  const head = headOf(latest, live);
  const pending = pendingOf(latest) === 'none' ? undefined : latest;
  return {
    offerId: offer.offerId,
    ...head.document,
    status: statusAt(offer.status, live?.document, now),
    revision: head.revision,
    liveRevision: offer.liveRevision,
    createdBy: offer.createdBy,
    createdAt: toRfc3339(offer.createdAt),
    updatedAt: toRfc3339(offer.updatedAt),
    ...(pending !== undefined && {
      pendingRevision: {
        revision: pending.revision,
        state: pending.state,
        ...(pending.comment !== null && { comment: pending.comment }),
      },
    }),
  };
}

/** What whoever saved the offer ought to know: its rule is good, and parts of it can never hold. */
export function warningsAbout(
  { latest, live }: ShownOffer,
  fields: FieldRegistry,
): { warnings?: ReturnType<typeof warningsOf> } {
  // Fields may have gone since it was saved.
  const validation = validateRule(headOf(latest, live).document.eligibility, fields, 'eligibility');
  const warnings = validation.ok ? warningsOf(validation.rule, fields, 'eligibility') : [];
  return warnings.length === 0 ? {} : { warnings };
}

export function revisionAnswerOf(revision: Revision): Record<string, unknown> {
  return {
    revision: revision.revision,
    state: revision.state,
    author: revision.author,
    createdAt: toRfc3339(revision.createdAt),
    ...(revision.submittedAt !== null && { submittedAt: toRfc3339(revision.submittedAt) }),
    ...(revision.decidedBy !== null && { decidedBy: revision.decidedBy }),
    ...(revision.decidedAt !== null && { decidedAt: toRfc3339(revision.decidedAt) }),
    ...(revision.comment !== null && { comment: revision.comment }),
    document: revision.document,
  };
}
