import fc from 'fast-check';
import type { OfferForApp } from '../../decisions/index.js';
import { bytesOf, MOST_BYTES, offerMessage, retractionMessage } from './message.rules.js';

const now = Date.parse('2026-11-29T10:00:00Z');
const decisionId = '01900000-0000-7000-8000-000000000000';
const offer = {
  deliveryId: '01900000-0000-7000-8000-000000000001',
  decisionId,
  offerId: '01900000-0000-7000-8000-000000000002',
  title: 'Running low?',
  body: 'Coffee filters, 15 % off today',
  imageUrl: 'https://shop.test/filters.jpg',
  deepLink: 'https://shop.test/filters',
  reward: { type: 'percentOff', value: 15 },
  couponCode: 'ABCD',
  storeId: 's1',
  expiresAt: '2026-11-29T10:20:30.500Z',
} as unknown as OfferForApp;

describe('offerMessage', () => {
  it('is a visible notification of high priority that replaces itself and ends with the offer', () => {
    expect(offerMessage(offer, 'token', now)).toEqual({
      token: 'token',
      data: {
        ...offer,
        reward: '{"type":"percentOff","value":15}',
      },
      notification: { title: offer.title, body: offer.body, imageUrl: offer.imageUrl },
      android: {
        priority: 'high',
        ttl: 1_230_000,
        collapseKey: decisionId,
        notification: { tag: decisionId },
      },
      apns: {
        headers: {
          'apns-push-type': 'alert',
          'apns-priority': '10',
          'apns-collapse-id': decisionId,
          'apns-expiration': String(Date.parse('2026-11-29T10:20:30Z') / 1_000),
        },
        payload: { aps: { sound: 'default' } },
      },
      webpush: {
        headers: { TTL: '1230', Urgency: 'high', Topic: decisionId.replaceAll('-', '') },
        notification: { tag: decisionId },
        fcmOptions: { link: offer.deepLink },
      },
    });
  });

  it('opens no page of a scheme that browsers do not know', () => {
    expect(
      offerMessage({ ...offer, deepLink: 'corner://filters' }, 't', now).webpush.fcmOptions,
    ).toBeUndefined();
  });

  it('is worth nothing once the offer has expired', () => {
    expect(offerMessage(offer, 't', now + 3_600_000).android.ttl).toBe(0);
  });

  it('fits into 4,096 bytes, whatever the words and links are', () => {
    const text = (maxLength: number) => fc.string({ unit: 'grapheme', maxLength, size: 'max' });
    fc.assert(
      fc.property(text(120), text(400), text(1_980), text(2_000), (title, body, path, link) => {
        const long = { ...offer, title, body, imageUrl: `https://x/${path}`, deepLink: `app://${link}` };
        const message = offerMessage(long, 't', now);
        expect(bytesOf(message)).toBeLessThanOrEqual(MOST_BYTES);
        expect(message.data).toMatchObject({ deliveryId: offer.deliveryId, expiresAt: offer.expiresAt });
        expect(message.notification?.title).toBe(title);
      }),
      { numRuns: 200 },
    );
  });

  it('leaves the picture out before anything else', () => {
    const { data, notification } = offerMessage(
      { ...offer, imageUrl: `https://x/${'p'.repeat(1_900)}`, body: 'ä'.repeat(400) },
      't',
      now,
    );
    expect(notification).toEqual({ title: offer.title, body: 'ä'.repeat(400) });
    expect(data).toMatchObject({ title: offer.title, deepLink: offer.deepLink });
    expect(data).not.toHaveProperty('imageUrl');
  });
});

describe('retractionMessage', () => {
  it('shows nothing and names the tag of what was shown', () => {
    const taken = { ...offer, expiresAt: now + 60_000 };
    const message = retractionMessage(taken, 'stopped', 't', now);
    expect(message.notification).toBeUndefined();
    expect(message.data).toEqual({
      type: 'withdrawn',
      deliveryId: offer.deliveryId,
      decisionId,
      reason: 'stopped',
    });
    expect(message.apns.payload.aps).toEqual({ 'content-available': 1 });
    expect(message.android).toMatchObject({ collapseKey: decisionId, ttl: 60_000 });
  });
});
