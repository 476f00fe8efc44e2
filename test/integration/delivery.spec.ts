import { randomUUID } from 'node:crypto';
import type { Type } from '@nestjs/common';
import { ShopperTokens } from '../../src/access/index.js';
import type { Running } from '../../src/boot.js';
import { OfferSink, type GrantedOffer } from '../../src/decisions/index.js';
import { Bus, Clock, Outbox } from '../../src/platform/index.js';
import type { OfferId, ShopperId } from '../../src/shared/index.js';
import { deliver, type MadeDelivery } from '../support/deliveries.js';
import { moved } from '../support/metrics.js';
import { hangUpAll, phone } from '../support/phone.js';
import { startShop, type Reply, type Shop } from '../support/shop.js';
import { twin } from '../support/twin.js';
import { until } from '../support/until.js';

let shop: Shop;
let other: Running;
let worker: Running;
let shoppers = 0;

interface Kept {
  emitted_at: number | null;
  acknowledged_at: number | null;
  closed_as: string | null;
}

/** A shopper of one's own for each test. */
async function someone(): Promise<{ shopperId: string; token: string }> {
  shoppers += 1;
  const shopperId = `shopper-${shoppers}`;
  await shop.call('PUT', `/v1/shoppers/${shopperId}`, { as: shop.serviceKey, body: {} });
  return { shopperId, token: await shop.shopperToken(shopperId) };
}
const kept = async ({ deliveryId }: MadeDelivery): Promise<Kept | undefined> =>
  (
    await shop.database.query<Kept>(
      'SELECT emitted_at, acknowledged_at, closed_as FROM deliveries WHERE delivery_id = $1',
      [deliveryId],
    )
  )[0];
const inOutbox = async ({ deliveryId }: MadeDelivery): Promise<number> =>
  (await shop.database.query('SELECT 1 FROM outbox WHERE id = $1', [deliveryId])).length;
const granted = ({ offer, shopperId, deliveryId }: MadeDelivery): GrantedOffer =>
  ({
    pending: { deliveryId, shopperId, receivedAt: Date.now(), on: 'checkedIn' },
    sent: offer,
    patienceMs: 1_500,
  }) as never;
const sink = (): OfferSink => shop.get(OfferSink as Type<OfferSink>);
const idsOf = (list: readonly { deliveryId: string }[]): string[] => list.map(({ deliveryId }) => deliveryId);
const wallet = (token: string, query = ''): Promise<Reply> =>
  shop.call('GET', `/v1/me/offers${query}`, { as: token });
const tell = (token: string, deliveryId: string, body: object): Promise<Reply> =>
  shop.call('POST', `/v1/me/offers/${deliveryId}/events`, { as: token, body });
const encoded = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
const aMoment = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

beforeAll(async () => {
  shop = await startShop();
  [other, worker] = await Promise.all([twin(shop, 'api'), twin(shop, 'worker')]);
  const body = {
    name: 'Shop',
    timeZone: 'Europe/Paris',
    currency: 'EUR',
    zones: [],
    gateways: [],
    beacons: [],
  };
  await shop.call('PUT', '/v1/stores/s1', { as: shop.serviceKey, body });
});
afterEach(hangUpAll);
afterAll(async () => {
  await Promise.all([other.stop(), worker.stop()]);
  await shop.stop();
});

/** Checks 11 and 12 of docs/security.md. */
describe('the socket of an app', () => {
  it.each<[string, () => Promise<string | undefined> | string | undefined]>([
    ['no token', () => undefined],
    ['a forged token', () => 'eyJhbGciOiJFZERTQSJ9.e30.AAAA'],
    ['a token of no algorithm', () => `${encoded({ alg: 'none' })}.${encoded({ sub: 'eve' })}.`],
    ['a token of another kind of key', () => `${encoded({ alg: 'HS256' })}.${encoded({ sub: 'eve' })}.AAAA`],
    ['an oversized token', () => `eyJhbGciOiJFZERTQSJ9.${'a'.repeat(9_000)}.AAAA`],
    [
      'a token that is over',
      async () => (await shop.get(ShopperTokens).issue('eve' as ShopperId, Date.now() - 172_800_000)).token,
    ],
  ])('is refused with %s, and counted', async (_, tokenOf) => {
    const token = await tokenOf();
    const refuse = (): Promise<void> =>
      expect(phone(shop.url, token)).rejects.toMatchObject({
        data: { ok: false, problem: { status: 401, code: 'unauthorized' } },
      });
    expect(await moved(shop.call, 'refusals_total', { door: 'socket', code: 'unauthorized' }, refuse)).toBe(
      1,
    );
  });

  it('is refused to anybody but shoppers', async () => {
    await expect(phone(shop.url, await shop.key('pos', 's1'))).rejects.toMatchObject({
      data: { ok: false, problem: { status: 403 } },
    });
  });

  it.each([[['polling']], [['websocket']], [['polling', 'websocket']]])('comes by %j', async (transports) => {
    const { token } = await someone();
    expect((await phone(shop.url, token, { transports })).socket.connected).toBe(true);
  });

  it('ends with its token', async () => {
    const { shopperId } = await someone();
    const { token } = await shop.get(ShopperTokens).issue(shopperId as ShopperId, Date.now(), 2);
    const { socket } = await phone(shop.url, token);
    await until(
      () => socket.connected,
      (connected) => !connected,
    );
  });

  it('ends when the credential is revoked, in whichever process', async () => {
    const { shopperId, token } = await someone();
    const { socket } = await phone(other.url, token);
    shop.get(Bus).emit('credential.revoked', { credential: `shopper:${shopperId}` });
    await until(
      () => socket.connected,
      (connected) => !connected,
    );
  });

  it('answers a check-in and sightings as HTTP does', async () => {
    const { shopperId, token } = await someone();
    await shop.call('PUT', `/v1/shoppers/${shopperId}/consents/location`, {
      as: shop.serviceKey,
      body: { granted: true, policyVersion: '1', source: 'test' },
    });
    const { say } = await phone(shop.url, token);
    expect(await say('checkin', { storeId: 's1', method: 'qr' })).toEqual({
      ok: true,
      storeId: 's1',
      visitId: expect.any(String),
    });
    expect(await say('sightings', { sightings: [] })).toEqual({ ok: true, accepted: 0, rejected: [] });
    expect(await say('checkin', { storeId: 'nowhere', method: 'qr' })).toMatchObject({
      ok: false,
      problem: { status: 404, code: 'not-found', instance: '/shopper#checkin' },
    });
    expect(await say('checkin')).toMatchObject({ ok: false, problem: { status: 400 } });
    expect(await say('checkin', { storeId: 's1', method: 'qr', shopperId: 'eve' })).toMatchObject({
      ok: false,
      problem: { code: 'unknown-field' },
    });
  });

  it('takes fifty events a second and no more', async () => {
    const { token } = await someone();
    const { say } = await phone(shop.url, token);
    const answers = await Promise.all(Array.from({ length: 120 }, () => say('offer-event', {})));
    const codes = answers.map((answer) => String(answer.problem.status));
    expect(codes.filter((code) => code === '429').length).toBeGreaterThan(50);
    expect(codes.slice(0, 50)).toEqual(Array<string>(50).fill('400'));
  });
});

describe('a granted offer', () => {
  it('is with the phone at once, and acknowledged', async () => {
    const { shopperId, token } = await someone();
    const { offers } = await phone(shop.url, token);
    const made = await deliver(shop, { shopperId });
    sink().take([granted(made)]);
    await until(
      () => offers.length,
      (count) => count === 1,
    );
    expect(offers[0]).toEqual(made.offer);
    const row = await until(
      () => kept(made),
      (found) => found?.acknowledged_at != null,
    );
    expect(row?.emitted_at).toBeLessThanOrEqual(row?.acknowledged_at ?? 0);
  });

  it.each(['other', 'worker'] as const)('reaches the sockets of another process: from %s', async (from) => {
    const { shopperId, token } = await someone();
    const { offers } = await phone(shop.url, token);
    const made = await deliver(shop, { shopperId });
    const theirs = (from === 'other' ? other : worker).app.get<OfferSink>(OfferSink, { strict: false });
    theirs.take([granted(made)]);
    await until(
      () => offers.length,
      (count) => count === 1,
    );
    await until(
      () => kept(made),
      (found) => found?.acknowledged_at != null,
    );
  });

  it('reaches the sockets of this process while Redis is away', async () => {
    const { shopperId, token } = await someone();
    const { offers } = await phone(shop.url, token);
    const made = await deliver(shop, { shopperId });
    shop.redis.request.disconnect();
    sink().take([granted(made)]);
    await until(
      () => kept(made),
      (found) => found?.acknowledged_at != null,
    );
    expect(idsOf(offers)).toEqual([made.deliveryId]);
    await shop.redis.request.connect();
  });

  it('is seen by nobody else', async () => {
    const [ada, eve] = await Promise.all([someone(), someone()]);
    const hers = await phone(shop.url, eve.token);
    const made = await deliver(shop, { shopperId: ada.shopperId });
    sink().take([granted(made)]);
    await aMoment(200);
    expect(hers.offers).toEqual([]);
    expect((await wallet(eve.token)).body.items).toEqual([]);
  });

  it('is never emitted after it expired', async () => {
    const { shopperId, token } = await someone();
    const { offers } = await phone(shop.url, token);
    const made = await deliver(shop, { shopperId, expiresInMs: -1, driven: true });
    sink().take([granted(made)]);
    await until(
      () => inOutbox(made),
      (rows) => rows === 0,
    );
    const late = await phone(shop.url, token);
    await aMoment(200);
    expect([...offers, ...late.offers]).toEqual([]);
  });

  it('is driven from the outbox after a crash', async () => {
    const { shopperId, token } = await someone();
    const { offers } = await phone(other.url, token);
    const made = await deliver(shop, { shopperId, driven: true });
    await until(
      () => inOutbox(made),
      (rows) => rows === 0,
    );
    expect(idsOf(offers)).toEqual([made.deliveryId]);
    await until(
      () => kept(made),
      (found) => found?.acknowledged_at != null,
    );
  });

  it('goes out once to an app that does not answer, and greets it when it comes back', async () => {
    const { shopperId, token } = await someone();
    const silent = await phone(shop.url, token, { acknowledges: false });
    const made = await deliver(shop, { shopperId, driven: true });
    await until(
      () => kept(made),
      (found) => found?.emitted_at != null,
    );
    await until(
      () => inOutbox(made),
      (rows) => rows === 0,
    );
    expect(idsOf(silent.offers)).toEqual([made.deliveryId]);
    expect(await kept(made)).toMatchObject({ acknowledged_at: null });
    const again = await phone(shop.url, token);
    await until(
      () => again.offers.length,
      (count) => count === 1,
    );
    expect((await tell(token, made.deliveryId, { type: 'received' })).status).toBe(200);
  });

  it('waits for a shopper without a socket, and greets them oldest first, once', async () => {
    const { shopperId, token } = await someone();
    const made = await deliver(shop, { shopperId, driven: true });
    await until(
      () => inOutbox(made),
      (rows) => rows === 0,
    );
    const second = await deliver(shop, { shopperId });
    const first = await phone(other.url, token);
    await until(
      () => first.offers.length,
      (count) => count === 2,
    );
    expect(idsOf(first.offers)).toEqual([made.deliveryId, second.deliveryId]);
    await until(
      () => kept(second),
      (found) => found?.acknowledged_at != null,
    );
    const next = await phone(shop.url, token);
    await aMoment(200);
    expect(next.offers).toEqual([]);
  });
});

describe('a live offer', () => {
  it('is on the phone of who checks in, and gone when it is paused', async () => {
    const { shopperId, token } = await someone();
    const as = shop.serviceKey;
    const consent = { granted: true, policyVersion: '1', source: 'test' };
    await shop.call('PUT', `/v1/shoppers/${shopperId}/consents/location`, { as, body: consent });
    const [marketer, approver] = await Promise.all([shop.staff('marketer'), shop.staff('approver')]);
    const body = {
      name: 'Welcome',
      kind: 'message',
      trigger: { on: ['checkedIn'] },
      reward: { type: 'percentOff', value: 10 },
      content: { default: { title: 'Welcome', body: 'Ten off' } },
    };
    const offerId = String(
      (await shop.call('POST', '/v1/offers', { as: marketer.token, body })).body.offerId,
    );
    await shop.call('POST', `/v1/offers/${offerId}/submit`, { as: marketer.token });
    await shop.call('POST', `/v1/offers/${offerId}/approve`, { as: approver.token });
    await aMoment(1_500);
    const { offers, withdrawn, say } = await phone(other.url, token);
    expect(await say('checkin', { storeId: 's1', method: 'qr' })).toMatchObject({ ok: true });
    await until(
      () => offers.length,
      (count) => count === 1,
    );
    expect(offers[0]).toMatchObject({ offerId, title: 'Welcome', couponCode: expect.any(String) });
    await shop.call('POST', `/v1/offers/${offerId}/pause`, { as: marketer.token });
    await until(
      () => withdrawn.length,
      (count) => count === 1,
    );
    expect(idsOf(withdrawn)).toEqual(idsOf(offers));
    expect((await wallet(token)).body.items).toEqual([]);
  });
});

describe('the wallet', () => {
  it('lists what is open, newest first, by pages', async () => {
    const { shopperId, token } = await someone();
    const made: MadeDelivery[] = [];
    for (let count = 0; count < 3; count += 1) made.unshift(await deliver(shop, { shopperId }));
    await deliver(shop, { shopperId, expiresInMs: -1 });
    const first = (await wallet(token, '?limit=2')).body;
    const second = (await wallet(token, `?limit=2&cursor=${first.nextCursor}`)).body;
    expect(idsOf([...first.items, ...second.items])).toEqual(idsOf(made));
    expect(second.nextCursor).toBeNull();
    expect(first.items[0]).toEqual({
      ...made[0]?.offer,
      createdAt: expect.stringMatching(/Z$/),
      opened: false,
      saved: false,
    });
  });

  it('keeps what is done with an offer once, in any order', async () => {
    const { shopperId, token } = await someone();
    const made = await deliver(shop, { shopperId });
    const at = '2026-01-01T10:00:00Z';
    const { say } = await phone(shop.url, token);
    for (const body of [
      { type: 'opened', at },
      { type: 'saved' },
      { type: 'displayed' },
      { type: 'rated', rating: 4, comment: 'good' },
    ]) {
      expect(await tell(token, made.deliveryId, body)).toMatchObject({ status: 200, body: { ok: true } });
      expect(await say('offer-event', { ...body, deliveryId: made.deliveryId })).toEqual({ ok: true });
    }
    const events = await shop.database.query('SELECT type FROM delivery_events WHERE delivery_id = $1', [
      made.deliveryId,
    ]);
    expect(events).toHaveLength(4);
    expect((await wallet(token)).body.items).toMatchObject([{ opened: true, saved: true }]);
  });

  it('lets a dismissed offer go', async () => {
    const { shopperId, token } = await someone();
    const made = await deliver(shop, { shopperId });
    await Promise.all([1, 2, 3].map(() => tell(token, made.deliveryId, { type: 'dismissed' })));
    expect((await wallet(token)).body.items).toEqual([]);
    expect(await kept(made)).toMatchObject({ closed_as: 'dismissed' });
    expect(
      await shop.database.query('SELECT 1 FROM delivery_events WHERE delivery_id = $1', [made.deliveryId]),
    ).toHaveLength(1);
  });

  it('refuses foreign offers and a rating without stars', async () => {
    const [ada, eve] = await Promise.all([someone(), someone()]);
    const made = await deliver(shop, { shopperId: ada.shopperId });
    const { say } = await phone(shop.url, eve.token);
    const types = ['received', 'displayed', 'opened', 'saved', 'dismissed'];
    const notFoundAt = (door: string, work: () => Promise<void>): Promise<number> =>
      moved(shop.call, 'refusals_total', { door, code: 'not-found' }, work);
    const byHttp = await notFoundAt('http', async () => {
      for (const type of types)
        expect((await tell(eve.token, made.deliveryId, { type })).body.code).toBe('not-found');
      expect((await tell(ada.token, randomUUID(), { type: 'opened' })).status).toBe(404);
    });
    const bySocket = await notFoundAt('socket', async () => {
      for (const type of types) {
        const answer: unknown = await say('offer-event', { deliveryId: made.deliveryId, type });
        expect(answer).toMatchObject({ ok: false, problem: { status: 404 } });
      }
    });
    expect([byHttp, bySocket]).toEqual([types.length + 1, types.length]);
    expect((await tell(ada.token, made.deliveryId, { type: 'rated' })).status).toBe(400);
    expect(await kept(made)).toMatchObject({ closed_as: null, acknowledged_at: null });
    expect(idsOf((await wallet(ada.token)).body.items as { deliveryId: string }[])).toEqual([
      made.deliveryId,
    ]);
  });

  it('has no ear for an acknowledgement of what went to somebody else, whatever its number', async () => {
    const [ada, eve] = await Promise.all([someone(), someone()]);
    const hers = await phone(shop.url, ada.token, { acknowledges: false });
    const { socket, say } = await phone(shop.url, eve.token);
    const made = await deliver(shop, { shopperId: ada.shopperId });
    sink().take([granted(made)]);
    await until(
      () => hers.offers.length,
      (count) => count === 1,
    );
    // As socket.io's own packets are on the wire: `3` is an acknowledgement.
    for (let id = 0; id < 200; id += 1) socket.io.engine.write(`3/shopper,${id}[{"ok":true}]`);
    expect(await say('offer-event', {})).toMatchObject({ ok: false });
    await until(
      () => kept(made),
      (row) => row?.emitted_at != null,
    );
    expect(await kept(made)).toMatchObject({ acknowledged_at: null });
    expect((await wallet(ada.token)).body.items).toHaveLength(1);
  });

  it('takes a word to the shop', async () => {
    const { shopperId, token } = await someone();
    const reply = await shop.call('POST', '/v1/me/feedback', {
      as: token,
      body: { text: 'Nice', about: 's1' },
    });
    expect(reply.status).toBe(201);
    expect(
      await shop.database.query('SELECT shopper_id, text, about FROM feedback WHERE feedback_id = $1', [
        reply.body.feedbackId,
      ]),
    ).toEqual([{ shopper_id: shopperId, text: 'Nice', about: 's1' }]);
    const stranger = await shop.shopperToken('stranger');
    expect((await shop.call('POST', '/v1/me/feedback', { as: stranger, body: { text: 'x' } })).status).toBe(
      404,
    );
  });
});

describe('withdrawal', () => {
  const raise = async (event: 'offer.stopped' | 'presence.ended', payload: object): Promise<void> => {
    const outbox = shop.get(Outbox);
    await outbox.write(shop.database, [{ id: shop.get(Clock).newId(), event, payload: payload as never }]);
    outbox.filled();
  };
  const isVoid = async ({ couponCode }: MadeDelivery): Promise<boolean> =>
    (
      await shop.database.query('SELECT 1 FROM coupons WHERE code = $1 AND withdrawn_at IS NOT NULL', [
        couponCode,
      ])
    ).length > 0;

  it('takes back all that is open of an offer that is stopped, from everybody', async () => {
    const [ada, eve] = await Promise.all([someone(), someone()]);
    const offerId = shop.get(Clock).newId<OfferId>();
    const hers = await deliver(shop, { shopperId: ada.shopperId, offerId });
    const others = await deliver(shop, { shopperId: eve.shopperId, offerId });
    const another = await deliver(shop, { shopperId: ada.shopperId });
    const { withdrawn } = await phone(other.url, ada.token);
    await raise('offer.stopped', { offerId });
    await until(
      () => withdrawn.length,
      (count) => count === 1,
    );
    expect(withdrawn).toEqual([{ deliveryId: hers.deliveryId, reason: 'stopped' }]);
    expect(await kept(others)).toMatchObject({ closed_as: 'withdrawn' });
    expect(await kept(another)).toMatchObject({ closed_as: null });
    expect(await Promise.all([hers, others, another].map(isVoid))).toEqual([true, true, false]);
  });

  it('takes back all that is open of a shopper who may no longer be sensed', async () => {
    const [ada, eve] = await Promise.all([someone(), someone()]);
    const hers = await deliver(shop, { shopperId: ada.shopperId });
    const others = await deliver(shop, { shopperId: eve.shopperId });
    const { withdrawn } = await phone(shop.url, ada.token);
    await raise('presence.ended', { shopperId: ada.shopperId });
    await until(
      () => withdrawn.length,
      (count) => count === 1,
    );
    expect(withdrawn).toEqual([{ deliveryId: hers.deliveryId, reason: 'consent-withdrawn' }]);
    expect((await wallet(ada.token)).body.items).toEqual([]);
    expect(await isVoid(hers)).toBe(true);
    expect(await kept(others)).toMatchObject({ closed_as: null });
  });
});

describe('stopping', () => {
  it('closes its sockets, and apps come back to another process by themselves', async () => {
    const leaving = await twin(shop, 'api');
    const { token } = await someone();
    const { socket } = await phone(leaving.url, token);
    const reasons: string[] = [];
    socket.on('disconnect', (reason) => reasons.push(reason));
    const began = Date.now();
    await leaving.stop();
    expect(Date.now() - began).toBeLessThan(5_000);
    await until(
      () => reasons.length,
      (count) => count === 1,
    );
    expect(reasons).toEqual(['transport close']);
    expect(socket.active).toBe(true);
  });
});
