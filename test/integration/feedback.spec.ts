import fc from 'fast-check';
import type { Running } from '../../src/boot.js';
import { deliver, type MadeDelivery } from '../support/deliveries.js';
import { hangUpAll, phone } from '../support/phone.js';
import { startShop, type Reply, type Shop } from '../support/shop.js';
import { twin } from '../support/twin.js';
import { until } from '../support/until.js';

let shop: Shop;
let other: Running;
let marketer: string;
let coffeeOffer: string;
let teaOffer: string;
let shoppers = 0;

interface Someone {
  shopperId: string;
  token: string;
}

async function someone(purposes = ['location', 'profiling']): Promise<Someone> {
  shoppers += 1;
  const shopperId = `says-${shoppers}`;
  const as = shop.serviceKey;
  await shop.call('PUT', `/v1/shoppers/${shopperId}`, { as, body: {} });
  const said = purposes.map((purpose) => ({
    shopperId,
    purpose,
    granted: true,
    policyVersion: '1',
    source: 'test',
  }));
  await shop.call('POST', '/v1/consents', { as, body: said });
  return { shopperId, token: await shop.shopperToken(shopperId) };
}
const tell = (token: string, { deliveryId }: MadeDelivery, body: object): Promise<Reply> =>
  shop.call('POST', `/v1/me/offers/${deliveryId}/events`, { as: token, body });
const rate = async (
  { shopperId, token }: Someone,
  categories: string[],
  rating: number,
): Promise<MadeDelivery> => {
  const made = await deliver(shop, { shopperId, categories });
  expect((await tell(token, made, { type: 'rated', rating })).status).toBe(200);
  return made;
};
const muted = async (token: string): Promise<string[]> =>
  (await shop.call('GET', '/v1/me/preferences', { as: token })).body.mutedCategories ?? [];

interface Considered {
  offerId: string;
  eligible: boolean;
  reasons: { code: string }[];
  score: number;
}
const considered = async (shopperId: string): Promise<Considered[]> => {
  const body = { shopperId, storeId: 's1', on: 'checkedIn' };
  return (await shop.call('POST', '/v1/decisions/preview', { as: marketer, body })).body.considered;
};
const offerOn = async (category: string, approver: string): Promise<string> => {
  const body = {
    name: `About ${category}`,
    kind: 'message',
    trigger: { on: ['checkedIn'] },
    target: { categories: [category] },
    content: { default: { title: category, body: 'today' } },
  };
  const offerId = String((await shop.call('POST', '/v1/offers', { as: marketer, body })).body.offerId);
  await shop.call('POST', `/v1/offers/${offerId}/submit`, { as: marketer });
  expect((await shop.call('POST', `/v1/offers/${offerId}/approve`, { as: approver })).status).toBe(200);
  return offerId;
};

beforeAll(async () => {
  shop = await startShop();
  other = await twin(shop, 'api');
  marketer = (await shop.staff('marketer')).token;
  const approver = (await shop.staff('approver')).token;
  const body = {
    name: 'Shop',
    timeZone: 'Europe/Paris',
    currency: 'EUR',
    zones: [],
    gateways: [],
    beacons: [],
  };
  await shop.call('PUT', '/v1/stores/s1', { as: shop.serviceKey, body });
  coffeeOffer = await offerOn('coffee', approver);
  teaOffer = await offerOn('tea', approver);
  const { shopperId } = await someone();
  await until(
    () => considered(shopperId),
    (offers) => offers.length === 2,
  );
});
afterEach(hangUpAll);
afterAll(async () => {
  await other.stop();
  await shop.stop();
});

describe('one star', () => {
  it('twice about a category mutes it, and the shopper sees so and may undo it', async () => {
    const ada = await someone();
    await rate(ada, ['coffee', 'filters'], 1);
    expect(await muted(ada.token)).toEqual([]);
    await rate(ada, ['coffee'], 1);
    expect(await muted(ada.token)).toEqual(['coffee']);
    const reasonsOf = async (offerId: string): Promise<string[]> =>
      (await considered(ada.shopperId))
        .find((each) => each.offerId === offerId)!
        .reasons.map(({ code }) => code);
    await until(
      () => reasonsOf(coffeeOffer),
      (codes) => codes.includes('muted'),
    );
    expect(await reasonsOf(teaOffer)).not.toContain('muted');
    await shop.call('PUT', '/v1/me/preferences', { as: ada.token, body: { mutedCategories: [] } });
    expect(await muted(ada.token)).toEqual([]);
  });

  it('of the same offer twice is one, and said again it does not mute again', async () => {
    const ada = await someone();
    const made = await rate(ada, ['coffee'], 1);
    await tell(ada.token, made, { type: 'rated', rating: 1, at: '2026-01-01T10:00:00Z' });
    expect(await muted(ada.token)).toEqual([]);
    const second = await rate(ada, ['coffee'], 1);
    expect(await muted(ada.token)).toEqual(['coffee']);
    await shop.call('PUT', '/v1/me/preferences', { as: ada.token, body: {} });
    await tell(ada.token, second, { type: 'rated', rating: 1 });
    expect(await muted(ada.token)).toEqual([]);
  });

  it('mutes without a consent to profiling too: it is a wish', async () => {
    const ada = await someone(['location']);
    await rate(ada, ['coffee'], 1);
    await rate(ada, ['coffee'], 1);
    expect(await muted(ada.token)).toEqual(['coffee']);
  });
});

describe('stars', () => {
  it('of five move an offer about the same before others', async () => {
    const ada = await someone();
    await rate(ada, ['tea'], 5);
    await rate(ada, ['tea'], 5);
    const offers = await until(
      () => considered(ada.shopperId),
      ([first]) => first?.offerId === teaOffer,
    );
    expect(offers.map(({ score }) => score)).toEqual([0.1, 0]);
  });

  it('of two move it behind them', async () => {
    const ada = await someone();
    expect((await considered(ada.shopperId))[0]?.offerId).toBe(coffeeOffer);
    await rate(ada, ['coffee'], 2);
    const offers = await until(
      () => considered(ada.shopperId),
      ([first]) => first?.offerId === teaOffer,
    );
    expect(offers.map(({ score }) => score)).toEqual([0, -0.033]);
  });

  it('do not count without the consent to profiling', async () => {
    const ada = await someone(['location']);
    await rate(ada, ['coffee'], 5);
    const offers = await considered(ada.shopperId);
    expect(offers.map(({ score }) => score)).toEqual([0, 0]);
  });
});

describe('receipts', () => {
  const event = fc.oneof(
    fc.constantFrom('received', 'displayed', 'opened', 'saved', 'dismissed').map((type) => ({ type })),
    fc.record({ type: fc.constant('rated'), rating: fc.integer({ min: 2, max: 5 }) }),
  );
  const story = fc.uniqueArray(fc.nat(1_000), { minLength: 1, maxLength: 6 }).chain((seconds) =>
    fc.tuple(
      ...seconds.map((second) =>
        event.map((each) => ({
          ...each,
          at: new Date(Date.UTC(2026, 0, 1) + second * 1_000).toISOString(),
        })),
      ),
    ),
  );
  const stateOf = async ({ deliveryId }: MadeDelivery): Promise<unknown> =>
    shop.database.query(
      `SELECT acknowledged_at IS NOT NULL AS acknowledged, closed_as,
         (SELECT jsonb_agg(jsonb_build_array(type, at, rating) ORDER BY type, at) FROM delivery_events e
          WHERE e.delivery_id = d.delivery_id) AS events,
         (SELECT rating FROM offer_ratings r WHERE r.delivery_id = d.delivery_id) AS stars
       FROM deliveries d WHERE delivery_id = $1`,
      [deliveryId],
    );

  it('come to the same in any order and as often as they come, by socket or HTTP', async () => {
    const ada = await someone();
    const { say } = await phone(shop.url, ada.token);
    await fc.assert(
      fc.asyncProperty(story, fc.infiniteStream(fc.nat(99)), async (events, chance) => {
        const [straight, mixed] = [
          await deliver(shop, { shopperId: ada.shopperId, categories: ['coffee'] }),
          await deliver(shop, { shopperId: ada.shopperId, categories: ['coffee'] }),
        ];
        for (const each of events) await tell(ada.token, straight, each);
        const roll = (): number => chance.next().value as number;
        const shuffled = [...events, ...events]
          .map((each) => ({ each, key: roll() }))
          .sort((a, b) => a.key - b.key);
        for (const { each, key } of shuffled) {
          if (key % 2 === 0) await tell(ada.token, mixed, each);
          else await say('offer-event', { ...each, deliveryId: mixed.deliveryId });
        }
        expect(await stateOf(mixed)).toEqual(await stateOf(straight));
      }),
      { numRuns: 12 },
    );
  });
});

describe('what shoppers say', () => {
  it('is read by marketers, newest first, and by nobody else', async () => {
    const ada = await someone();
    const made = await deliver(shop, { shopperId: ada.shopperId, categories: ['coffee'] });
    await tell(ada.token, made, { type: 'rated', rating: 2, comment: 'not again' });
    const written = await shop.call('POST', '/v1/me/feedback', {
      as: ada.token,
      body: { text: 'Nice shop', about: 's1' },
    });
    expect(written.status).toBe(201);
    const path = `/v1/feedback?shopperId=${ada.shopperId}`;
    const { body } = await shop.call('GET', path, { as: marketer });
    expect(body.items).toEqual([
      {
        feedbackId: written.body.feedbackId,
        kind: 'text',
        shopperId: ada.shopperId,
        text: 'Nice shop',
        about: 's1',
        at: written.body.at,
      },
      {
        feedbackId: made.deliveryId,
        kind: 'rating',
        shopperId: ada.shopperId,
        offerId: made.offerId,
        deliveryId: made.deliveryId,
        storeId: 's1',
        categories: ['coffee'],
        rating: 2,
        text: 'not again',
        at: expect.stringMatching(/Z$/),
      },
    ]);
    const first = await shop.call('GET', `${path}&limit=1`, { as: marketer });
    const second = await shop.call('GET', `${path}&limit=1&cursor=${first.body.nextCursor}`, {
      as: marketer,
    });
    expect([...first.body.items, ...second.body.items]).toEqual(body.items);
    const bad = await shop.call('GET', `${path}&kind=rating&mostStars=1`, { as: marketer });
    expect(bad.body.items).toEqual([]);
    expect((await shop.call('GET', '/v1/feedback', { as: ada.token })).status).toBe(403);
    const associate = await shop.staff('associate');
    expect((await shop.call('GET', '/v1/feedback', { as: associate.token })).status).toBe(403);
  });
});

describe('messages', () => {
  const write = (shopperId: string, text: string): Promise<Reply> =>
    shop.call('POST', `/v1/shoppers/${shopperId}/messages`, { as: shop.serviceKey, body: { text } });

  it('go both ways, and are kept in the single view', async () => {
    const ada = await someone(['clienteling']);
    const { socket, say } = await phone(other.url, ada.token);
    const heard: unknown[] = [];
    socket.on('message', (message: unknown) => heard.push(message));
    expect(await say('message', { text: 'Is there decaf?' })).toMatchObject({ ok: true, from: 'shopper' });
    const answered = await write(ada.shopperId, 'On the left');
    expect(answered).toMatchObject({ status: 201, body: { from: 'shop', text: 'On the left' } });
    await until(
      () => heard.length,
      (count) => count === 1,
    );
    expect(heard).toEqual([answered.body]);
    await shop.call('POST', '/v1/me/messages', { as: ada.token, body: { text: 'Thank you' } });
    const texts = (reply: Reply): string[] =>
      (reply.body.items as { text: string }[]).map(({ text }) => text);
    const talk = ['Thank you', 'On the left', 'Is there decaf?'];
    expect(texts(await shop.call('GET', '/v1/me/messages', { as: ada.token }))).toEqual(talk);
    const path = `/v1/shoppers/${ada.shopperId}`;
    expect(texts(await shop.call('GET', `${path}/messages`, { as: shop.serviceKey }))).toEqual(talk);
    const view = await shop.call('GET', path, { as: shop.serviceKey });
    expect(view.body.recent.messages.map(({ text }: { text: string }) => text)).toEqual(talk);
    expect(view.body.recent.messages[1]).toEqual(answered.body);
  });

  it('are the shopper’s own, and come from the shop only with consent', async () => {
    const [ada, eve] = [await someone([]), await someone(['clienteling'])];
    await shop.call('POST', '/v1/me/messages', { as: ada.token, body: { text: 'mine' } });
    expect((await shop.call('GET', '/v1/me/messages', { as: eve.token })).body.items).toEqual([]);
    expect(await write(ada.shopperId, 'Hello')).toMatchObject({ status: 409, body: { code: 'no-consent' } });
    expect((await write('nobody', 'Hello')).status).toBe(404);
    const { say } = await phone(shop.url, eve.token);
    expect(await say('message', { text: '' })).toMatchObject({ ok: false, problem: { status: 400 } });
  });
});
