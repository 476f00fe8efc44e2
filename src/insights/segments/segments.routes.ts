import { z } from 'zod';
import { route, vocabulary } from '../../platform/index.js';
import {
  dayAnswer,
  memberAnswer,
  segmentAnswer,
  segmentDocument,
  segmentId,
  templateAnswer,
} from './segment.dto.js';

const tag = 'segments';
const readers = ['service', 'admin', 'marketer', 'approver', 'analyst'] as const;
const writers = ['service', 'admin', 'marketer'] as const;
const params = z.strictObject({ segmentId });

export const listSegments = route({
  method: 'GET',
  path: '/v1/segments',
  summary: 'The segments with their counts, by segmentId',
  tag,
  allow: readers,
  query: vocabulary.page,
  answer: vocabulary.pageOf(segmentAnswer),
});

export const getSegment = route({
  method: 'GET',
  path: '/v1/segments/{segmentId}',
  summary: 'A segment, with its ETag',
  tag,
  allow: readers,
  params,
  answer: segmentAnswer,
});

export const putSegment = route({
  method: 'PUT',
  path: '/v1/segments/{segmentId}',
  summary:
    'Creates (201) or replaces (needs If-Match) a segment; who belongs to it is worked out behind the answer',
  tag,
  allow: writers,
  ofChain: true,
  params,
  body: segmentDocument,
  answer: segmentAnswer,
});

export const deleteSegment = route({
  method: 'DELETE',
  path: '/v1/segments/{segmentId}',
  summary: 'Removes a segment and its history; rules that ask for it are false from then on',
  tag,
  allow: writers,
  ofChain: true,
  params,
  status: 204,
});

export const listMembers = route({
  method: 'GET',
  path: '/v1/segments/{segmentId}/members',
  summary: 'Who belongs to a segment and since when, by shopperId',
  tag,
  allow: readers,
  params,
  query: vocabulary.page,
  answer: vocabulary.pageOf(memberAnswer),
});

export const listDays = route({
  method: 'GET',
  path: '/v1/segments/{segmentId}/days',
  summary: 'How many came, left and were there, by day; days without a move are left out',
  tag,
  allow: readers,
  params,
  query: z.strictObject({ limit: z.coerce.number().int().min(1).max(731).default(90) }),
  answer: vocabulary.pageOf(dayAnswer),
});

export const listTemplates = route({
  method: 'GET',
  path: '/v1/segment-templates',
  summary: 'Ready-made segments',
  tag,
  allow: readers,
  answer: vocabulary.pageOf(templateAnswer),
});

export const adoptTemplate = route({
  method: 'POST',
  path: '/v1/segment-templates/{template}',
  summary: 'Makes a segment of a template (201)',
  tag,
  allow: writers,
  ofChain: true,
  params: z.strictObject({ template: segmentId }),
  body: z.strictObject({
    segmentId: segmentId.optional().describe('as the template is called, unless told'),
    parameters: z.record(z.string().max(64), vocabulary.text(200).min(1)).default({}),
  }),
  status: 201,
  answer: segmentAnswer,
});
