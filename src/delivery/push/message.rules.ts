import type { OfferForApp } from '../../decisions/index.js';
import type { DecisionId, DeliveryId, Instant } from '../../shared/index.js';

/** A message for one device as FCM takes it (HTTP v1), as far as we write it. */
export interface PushMessage {
  token: string;
  data: Record<string, string>;
  notification?: { title: string; body: string; imageUrl?: string };
  android: {
    priority: 'high' | 'normal';
    /** Milliseconds. */
    ttl: number;
    collapseKey: string;
    notification?: { tag: string };
  };
  apns: { headers: Record<string, string>; payload: { aps: Record<string, unknown> } };
  webpush: {
    headers: Record<string, string>;
    notification?: { tag: string };
    fcmOptions?: { link: string };
  };
}

/** What an app is told to take off the screen. */
export interface Retraction {
  deliveryId: DeliveryId;
  decisionId: DecisionId;
  expiresAt: Instant;
}

/** FCM refuses more; the token does not count. */
export const MOST_BYTES = 4_096;

/**
 * A visible notification of high priority with the offer's fields as string data. Whatever is sent again replaces
 * itself on the screen: collapse key, tag and `apns-collapse-id` are the decision's id. It is worth what remains
 * until the offer expires. What does not fit into 4,096 bytes is left out in the order in which an app misses it
 * least; it finds all of it in the wallet.
 */
export function offerMessage(offer: OfferForApp, token: string, now: Instant): PushMessage {
  const fitting = LEFT_OUT.map((without) => messageOf(offer, without, token, now)).find(
    (message) => bytesOf(message) <= MOST_BYTES,
  );
  return fitting ?? messageOf({ ...offer, body: shortened(offer.body) }, new Set(DATA_FIELDS), token, now);
}

/** A silent message that has an app take an offer off the screen, by the tag under which it was shown. */
export function retractionMessage(
  { deliveryId, decisionId, expiresAt }: Retraction,
  reason: string,
  token: string,
  now: Instant,
): PushMessage {
  const ttl = remaining(expiresAt, now);
  return {
    token,
    data: { type: 'withdrawn', deliveryId, decisionId, reason },
    android: { priority: 'high', ttl: ttl * 1_000, collapseKey: decisionId },
    apns: {
      headers: apnsHeaders('background', '5', decisionId, expiresAt),
      payload: { aps: { 'content-available': 1 } },
    },
    webpush: { headers: webHeaders(decisionId, ttl) },
  };
}

/** As FCM counts, and a little more: everything but the token, as JSON. */
export function bytesOf(message: PushMessage): number {
  return Buffer.byteLength(JSON.stringify({ ...message, token: undefined }));
}

type DataField = 'imageUrl' | 'body' | 'title' | 'deepLink' | 'reward';
const DATA_FIELDS: readonly DataField[] = ['imageUrl', 'body', 'title', 'deepLink', 'reward'];
/** Nothing; the picture; what the notification says anyway; the link; the reward. */
const LEFT_OUT: readonly ReadonlySet<DataField>[] = [0, 1, 2, 3, 4, 5].map(
  (count) => new Set(DATA_FIELDS.slice(0, count)),
);

function messageOf(
  offer: OfferForApp,
  without: ReadonlySet<DataField>,
  token: string,
  now: Instant,
): PushMessage {
  const { decisionId, title, body, imageUrl, deepLink } = offer;
  const expiresAt = Date.parse(offer.expiresAt);
  const ttl = remaining(expiresAt, now);
  const showsImage = imageUrl !== undefined && !without.has('imageUrl');
  const opensPage = deepLink?.startsWith('https:') === true && !without.has('deepLink');
  return {
    token,
    data: dataOf(offer, without),
    notification: { title, body, ...(showsImage && { imageUrl }) },
    android: {
      priority: 'high',
      ttl: ttl * 1_000,
      collapseKey: decisionId,
      notification: { tag: decisionId },
    },
    apns: {
      headers: apnsHeaders('alert', '10', decisionId, expiresAt),
      payload: { aps: { sound: 'default' } },
    },
    webpush: {
      headers: webHeaders(decisionId, ttl),
      notification: { tag: decisionId },
      ...(opensPage && { fcmOptions: { link: deepLink } }),
    },
  };
}

/** FCM takes strings only: what is not one is written as JSON. */
function dataOf(offer: OfferForApp, without: ReadonlySet<string>): Record<string, string> {
  const fields = Object.entries(offer).filter(([name, value]) => value !== undefined && !without.has(name));
  return Object.fromEntries(
    fields.map(([name, value]) => [name, typeof value === 'string' ? value : JSON.stringify(value)]),
  );
}

function apnsHeaders(
  type: 'alert' | 'background',
  priority: string,
  decisionId: string,
  expiresAt: Instant,
): Record<string, string> {
  return {
    'apns-push-type': type,
    'apns-priority': priority,
    'apns-collapse-id': decisionId,
    'apns-expiration': String(Math.floor(expiresAt / 1_000)),
  };
}

/** A topic has at most 32 characters of base64url, which a UUID without its dashes just fills (RFC 8030). */
function webHeaders(decisionId: string, ttlSeconds: number): Record<string, string> {
  return { TTL: String(ttlSeconds), Urgency: 'high', Topic: decisionId.replaceAll('-', '') };
}

function remaining(expiresAt: Instant, now: Instant): number {
  return Math.max(0, Math.floor((expiresAt - now) / 1_000));
}

/** So that it fits in whatever script: 200 characters of it are 2,400 bytes at most. */
function shortened(text: string): string {
  return `${Array.from(text).slice(0, 200).join('')}…`;
}
