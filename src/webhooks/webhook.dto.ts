import { z } from 'zod';
import { route, vocabulary } from '../platform/index.js';

const tag = 'webhooks';

/** What can be told. */
export const WEBHOOK_EVENTS = [
  'decision.made',
  'offer.delivered',
  'offer.opened',
  'coupon.redeemed',
  'visit.started',
  'visit.ended',
] as const;
export type WebhookEvent = (typeof WEBHOOK_EVENTS)[number];

export const MOST_WEBHOOKS = 20;

const event = z.enum(WEBHOOK_EVENTS);
const ofWebhook = z.strictObject({ webhookId: z.guid() });
const webhook = z.object({
  webhookId: z.guid(),
  url: z.string(),
  events: z.array(event),
  createdAt: z.iso.datetime(),
  disabledAt: z.iso.datetime().optional().describe('the receiver answered 410: it wants no more'),
  pending: z.int().describe('to be delivered yet'),
  dead: z.int().describe('given up, to be redriven'),
});
const newWebhook = z.strictObject({
  url: z.string().max(2_000),
  events: z.array(event).min(1).max(WEBHOOK_EVENTS.length),
});
const delivery = z.object({
  eventId: z.guid(),
  type: event,
  state: z.enum(['pending', 'delivered', 'dead']),
  occurredAt: z.iso.datetime(),
  attempts: z.int(),
  answer: z.string().optional().describe('of the last attempt: a status, or why there was none'),
  dueAt: z.iso.datetime().optional(),
});

export const listWebhooks = route({
  method: 'GET',
  path: '/v1/webhooks',
  tag,
  summary: 'The webhooks, newest first',
  allow: ['admin'],
  answer: vocabulary.pageOf(webhook),
});
export const createWebhook = route({
  method: 'POST',
  path: '/v1/webhooks',
  tag,
  summary: 'Have events told to an address; `secret` is shown here and never again',
  allow: ['admin'],
  body: newWebhook,
  status: 201,
  answer: webhook.omit({ pending: true, dead: true }).extend({ secret: z.string() }),
});
export const removeWebhook = route({
  method: 'DELETE',
  path: '/v1/webhooks/{webhookId}',
  tag,
  summary: 'Tell this address nothing more; what is not delivered yet is thrown away',
  allow: ['admin'],
  params: ofWebhook,
  status: 204,
});
export const listDeliveries = route({
  method: 'GET',
  path: '/v1/webhooks/{webhookId}/deliveries',
  tag,
  summary: 'What was told, is to be told, or was given up; newest first',
  allow: ['admin'],
  params: ofWebhook,
  query: vocabulary.page.extend({ state: z.enum(['pending', 'delivered', 'dead']).optional() }),
  answer: vocabulary.pageOf(delivery),
});
export const redrive = route({
  method: 'POST',
  path: '/v1/webhooks/{webhookId}/redrive',
  tag,
  summary: 'Try again what was given up, all of it or these events; a disabled webhook is enabled',
  allow: ['admin'],
  params: ofWebhook,
  body: z.strictObject({ eventIds: z.array(z.guid()).max(1_000).optional() }).optional(),
  status: 202,
  answer: z.object({ redriven: z.int() }),
});
export type NewWebhook = z.output<typeof newWebhook>;
