import { z } from 'zod';
import { route, vocabulary } from '../../platform/index.js';

const tag = 'access';

/** A gateway or a till stands in one store; the back office in none. */
const newKey = z
  .strictObject({
    kind: z.enum(['gateway', 'pos', 'service']),
    storeId: vocabulary.storeId.optional(),
    label: z.string().trim().max(200).default(''),
  })
  .superRefine(({ kind, storeId }, context) => {
    const path = ['storeId'];
    if (kind === 'service' && storeId !== undefined) {
      const message = 'a service key belongs to no store';
      context.addIssue({ code: 'custom', path, message, params: { code: 'not-allowed' } });
    }
    if (kind !== 'service' && storeId === undefined) {
      const message = `a ${kind} key belongs to one store`;
      context.addIssue({ code: 'custom', path, message, params: { code: 'required' } });
    }
  });

const keyItem = z.object({
  keyId: z.guid(),
  kind: z.enum(['gateway', 'pos', 'service']),
  storeId: z.string().optional(),
  label: z.string(),
  prefix: z.string(),
  createdAt: z.string(),
  revokedAt: z.string().optional(),
});

export const listKeys = route({
  method: 'GET',
  path: '/v1/keys',
  tag,
  summary: 'API keys by prefix, newest first, revoked ones among them',
  allow: ['admin'],
  ofChain: true,
  query: vocabulary.page,
  answer: vocabulary.pageOf(keyItem),
});

export const createKey = route({
  method: 'POST',
  path: '/v1/keys',
  tag,
  summary: 'Makes an API key; `key` is shown here and never again',
  allow: ['admin'],
  ofChain: true,
  body: newKey,
  status: 201,
  answer: keyItem.omit({ revokedAt: true }).extend({ key: z.string() }),
});

export const revokeKey = route({
  method: 'DELETE',
  path: '/v1/keys/{keyId}',
  tag,
  summary: 'Revokes an API key at once',
  allow: ['admin'],
  ofChain: true,
  params: z.strictObject({ keyId: vocabulary.keyId }),
  status: 204,
});

/** What a new key is for. */
export type NewKey = z.input<typeof newKey>;
