import { Webhook } from 'standardwebhooks';
import { toRfc3339, type Instant } from '../shared/index.js';
import type { WebhookEvent } from './webhook.dto.js';

/** An event as it is told. */
export interface Told {
  eventId: string;
  type: WebhookEvent;
  /** What it is about, by its id. */
  about: string;
  occurredAt: Instant;
  data: Record<string, unknown>;
}

/** A CloudEvent 1.0 in JSON (structured mode). */
export function cloudEvent({ eventId, type, about, occurredAt, data }: Told, source: string): string {
  return JSON.stringify({
    specversion: '1.0',
    id: eventId,
    source,
    type,
    subject: about,
    time: toRfc3339(occurredAt),
    datacontenttype: 'application/json',
    data,
  });
}

/** The headers of Standard Webhooks; the signature is of id, time and body, and as of this attempt. */
export function headersOf(
  eventId: string,
  body: string,
  secret: string,
  now: Instant,
): Record<string, string> {
  const at = new Date(now);
  return {
    'content-type': 'application/cloudevents+json; charset=utf-8',
    'user-agent': 'Aislecue-Webhooks/1.0',
    'webhook-id': eventId,
    'webhook-timestamp': String(Math.floor(now / 1_000)),
    'webhook-signature': new Webhook(secret).sign(eventId, at, body),
  };
}

/** A secret as Standard Webhooks writes it, of 32 random bytes. */
export function secretFrom(chance: Buffer): string {
  return `whsec_${chance.toString('base64')}`;
}
