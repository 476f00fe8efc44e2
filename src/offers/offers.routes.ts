import { z } from 'zod';
import { route, vocabulary } from '../platform/index.js';
import { offerAnswer, revisionAnswer } from './offer.dto.js';
import { offerDocument } from './offer.schema.js';
import { STATUSES } from './workflow.rules.js';

const tag = 'offers';
const one = '/v1/offers/{offerId}';
const params = z.strictObject({ offerId: vocabulary.offerId });
const comment = z.string().trim().max(1_000).optional();
const readers = ['service', 'admin', 'marketer', 'approver', 'analyst'] as const;
const writers = ['service', 'admin', 'marketer'] as const;
const approvers = ['service', 'admin', 'approver'] as const;

/** Who may do what is told here alone; that nobody approves their own is a rule of the workflow. */
export const createOffer = route({
  method: 'POST',
  path: '/v1/offers',
  tag,
  summary: 'Write an offer: a draft',
  allow: writers,
  body: offerDocument,
  status: 201,
  answer: offerAnswer,
});

export const listOffers = route({
  method: 'GET',
  path: '/v1/offers',
  tag,
  summary: 'Offers, newest first',
  allow: readers,
  query: vocabulary.page.extend({ status: z.enum(STATUSES).optional() }),
  answer: vocabulary.pageOf(offerAnswer),
});

export const getOffer = route({
  method: 'GET',
  path: one,
  tag,
  summary: 'One offer: its newest revision while that waits for approval, else the live one',
  allow: readers,
  params,
  answer: offerAnswer,
});

export const patchOffer = route({
  method: 'PATCH',
  path: one,
  tag,
  summary: 'Replace fields of an offer, each as a whole; null gives a field its default',
  allow: writers,
  params,
  body: z.looseObject({}),
  answer: offerAnswer,
});

export const listRevisions = route({
  method: 'GET',
  path: `${one}/revisions`,
  tag,
  summary: 'The revisions of an offer, newest first',
  allow: readers,
  params,
  query: vocabulary.page,
  answer: vocabulary.pageOf(revisionAnswer),
});

export const submitOffer = route({
  method: 'POST',
  path: `${one}/submit`,
  tag,
  summary: 'Ask for approval of the newest revision',
  allow: writers,
  params,
  answer: offerAnswer,
});

export const approveOffer = route({
  method: 'POST',
  path: `${one}/approve`,
  tag,
  summary: 'Approve what was submitted; nobody approves what they wrote',
  allow: approvers,
  params,
  body: z.strictObject({ comment }).optional(),
  answer: offerAnswer,
});

export const rejectOffer = route({
  method: 'POST',
  path: `${one}/reject`,
  tag,
  summary: 'Send what was submitted back to its author',
  allow: approvers,
  params,
  body: z.strictObject({ comment }).optional(),
  answer: offerAnswer,
});

export const pauseOffer = route({
  method: 'POST',
  path: `${one}/pause`,
  tag,
  summary: 'Stop an offer until it is resumed; open offers of it are withdrawn',
  allow: writers,
  params,
  answer: offerAnswer,
});

export const resumeOffer = route({
  method: 'POST',
  path: `${one}/resume`,
  tag,
  summary: 'Let a paused offer go on',
  allow: writers,
  params,
  answer: offerAnswer,
});

export const archiveOffer = route({
  method: 'POST',
  path: `${one}/archive`,
  tag,
  summary: 'Stop an offer for good',
  allow: writers,
  params,
  answer: offerAnswer,
});

export const rollbackOffer = route({
  method: 'POST',
  path: `${one}/rollback`,
  tag,
  summary: 'Make the previous approved revision, or the one named, live again at once',
  allow: approvers,
  params,
  body: z.strictObject({ revision: z.int().min(1).optional() }).optional(),
  answer: offerAnswer,
});
