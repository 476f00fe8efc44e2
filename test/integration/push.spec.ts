import type { Type } from '@nestjs/common';
import type { Running } from '../../src/boot.js';
import { OfferSink } from '../../src/decisions/index.js';
import { PushGate } from '../../src/delivery/push/push-gate.js';
import { PushesRepository } from '../../src/delivery/push/pushes.repository.js';
import { Pushes } from '../../src/delivery/push/pushes.service.js';
import { Clock, Outbox } from '../../src/platform/index.js';
import type { DeliveryId, OfferId } from '../../src/shared/index.js';
import { deliver, type MadeDelivery } from '../support/deliveries.js';
import { startFcm, type Fcm } from '../support/fcm.js';
import { callerOf } from '../support/http.js';
import { metric } from '../support/metrics.js';
import { hangUpAll, phone } from '../support/phone.js';
import { startShop, type Reply, type Shop } from '../support/shop.js';
import { twin } from '../support/twin.js';
import { until } from '../support/until.js';

let fcm: Fcm;
let shop: Shop;
let other: Running;
let shoppers = 0;

interface Someone {
  shopperId: string;
  token: string;
  /** Of their first device. */
  pushToken: string;
}
interface Attempt {
  device_id: string;
  state: string;
  tries: number;
  why: string | null;
  maybe_delivered: boolean;
}

const consent = (shopperId: string, purpose: string, granted: boolean): Promise<Reply> =>
  shop.call('PUT', `/v1/shoppers/${shopperId}/consents/${purpose}`, {
    as: shop.serviceKey,
    body: { granted, policyVersion: '1', source: 'test' },
  });
const register = (token: string, deviceId: string, pushToken?: string): Promise<Reply> =>
  shop.call('PUT', `/v1/me/devices/${deviceId}`, { as: token, body: { platform: 'android', pushToken } });

/** A shopper of one's own for each test, with one device unless told otherwise. */
async function someone({ purposes = ['location', 'push'], devices = 1 } = {}): Promise<Someone> {
  shoppers += 1;
  const shopperId = `pushed-${shoppers}`;
  await shop.call('PUT', `/v1/shoppers/${shopperId}`, { as: shop.serviceKey, body: {} });
  for (const purpose of purposes) await consent(shopperId, purpose, true);
  const token = await shop.shopperToken(shopperId);
  for (let device = 1; device <= devices; device += 1) {
    const reply = await register(token, `phone-${device}`, `${shopperId}-${device}`);
    expect(reply.status).toBe(200);
  }
  return { shopperId, token, pushToken: `${shopperId}-1` };
}
const take = ({ offer, shopperId, deliveryId }: MadeDelivery, patienceMs = 1_500): void => {
  const pending = { deliveryId, shopperId, receivedAt: Date.now(), on: 'checkedIn' };
  shop.get(OfferSink as Type<OfferSink>).take([{ pending, sent: offer, patienceMs } as never]);
};
const attempts = ({ deliveryId }: MadeDelivery): Promise<Attempt[]> =>
  shop.database.query<Attempt>(
    'SELECT device_id, state, tries, why, maybe_delivered FROM pushes WHERE delivery_id = $1 ORDER BY device_id',
    [deliveryId],
  );
const isOver = async ({ deliveryId }: MadeDelivery): Promise<boolean> => {
  const [row] = await shop.database.query<{ over: boolean }>(
    `SELECT push_settled_at IS NOT NULL AND NOT EXISTS (SELECT FROM outbox WHERE id = $1) AS over
     FROM deliveries WHERE delivery_id = $1`,
    [deliveryId],
  );
  return row?.over ?? false;
};
const over = (made: MadeDelivery, withinMs = 12_000): Promise<boolean> =>
  until(
    () => isOver(made),
    (yes) => yes,
    withinMs,
  );
/** What a grant takes of a limit and of the shopper's caps. */
const counted = async ({ offerId, offer, shopperId }: MadeDelivery): Promise<void> => {
  const decisionId = offer['decisionId'];
  const key = `${offerId}:total`;
  await shop.database.run(
    'INSERT INTO offer_counters (key, offer_id, ceiling, used) VALUES ($1, $2, 10, 1)',
    [key, offerId],
  );
  await shop.database.run(
    "INSERT INTO reservations (decision_id, key, share, kind, amount) VALUES ($1, $2, 0, 'count', 1)",
    [decisionId, key],
  );
  await shop.database.run(
    `INSERT INTO cap_events (decision_id, shopper_id, at, offer_id, visit_id, tags, counts_globally)
     VALUES ($1, $2, now(), $3, gen_random_uuid(), '{}', true)`,
    [decisionId, shopperId, offerId],
  );
};
const held = async ({ offerId, offer, deliveryId }: MadeDelivery): Promise<object | undefined> =>
  (
    await shop.database.query(
      `SELECT (SELECT sum(used) FROM offer_counters WHERE offer_id = $1) AS used,
         (SELECT count(*) FROM cap_events WHERE decision_id = $2) AS caps, closed_as AS "closedAs"
       FROM deliveries WHERE delivery_id = $3`,
      [offerId, offer['decisionId'], deliveryId],
    )
  )[0];
const tokenOf = async (shopperId: string, deviceId = 'phone-1'): Promise<string | null | undefined> =>
  (
    await shop.database.query<{ push_token: string | null }>(
      'SELECT push_token FROM devices WHERE shopper_id = $1 AND device_id = $2',
      [shopperId, deviceId],
    )
  )[0]?.push_token;

beforeAll(async () => {
  fcm = await startFcm();
  shop = await startShop(fcm.settings);
  other = await twin(shop, 'worker');
});
afterEach(hangUpAll);
afterAll(async () => {
  await other.stop();
  await shop.stop();
  await fcm.stop();
});

describe('an offer for a shopper without a socket', () => {
  it('is pushed at once, to all their devices, as the contract has it', async () => {
    const { shopperId } = await someone({ devices: 2 });
    const made = await deliver(shop, { shopperId, driven: true });
    take(made);
    await over(made);
    const messages = [...fcm.standIn.messages(`${shopperId}-1`), ...fcm.standIn.messages(`${shopperId}-2`)];
    expect(messages).toHaveLength(2);
    const { decisionId, title, body, reward, expiresAt } = made.offer;
    for (const message of messages) {
      expect(message.notification).toEqual({ title, body });
      expect(message.data).toEqual({ ...made.offer, reward: JSON.stringify(reward) });
      expect(message.android).toMatchObject({
        priority: 'high',
        collapse_key: decisionId,
        notification: { tag: decisionId },
      });
      expect(message.apns?.headers).toMatchObject({
        'apns-priority': '10',
        'apns-collapse-id': decisionId,
        'apns-expiration': String(Math.floor(Date.parse(String(expiresAt)) / 1_000)),
      });
      expect(message.webpush).toMatchObject({ notification: { tag: decisionId } });
    }
    expect(await attempts(made)).toMatchObject([
      { device_id: 'phone-1', state: 'accepted', tries: 1 },
      { device_id: 'phone-2', state: 'accepted', tries: 1 },
    ]);
  });

  it('is pushed once, however many processes are at it', async () => {
    const { shopperId, pushToken } = await someone();
    const made = await deliver(shop, { shopperId });
    const theirs = other.app.get(Pushes, { strict: false });
    const ours = shop.get(Pushes);
    const id = made.deliveryId as DeliveryId;
    await Promise.all([ours, theirs, ours, theirs, ours, theirs].map((each) => each.push(id)));
    expect(fcm.standIn.messages(pushToken)).toHaveLength(1);
  });

  it('is pushed while Redis does not answer: the quota is open then', async () => {
    const { shopperId, pushToken } = await someone();
    const made = await deliver(shop, { shopperId });
    shop.redis.request.disconnect();
    try {
      expect(await shop.get(Pushes).push(made.deliveryId as DeliveryId)).toBeUndefined();
    } finally {
      await shop.redis.request.connect();
    }
    expect(fcm.standIn.messages(pushToken)).toHaveLength(1);
  });

  it('is pushed by the outbox where whoever granted it died', async () => {
    const { shopperId, pushToken } = await someone();
    const made = await deliver(shop, { shopperId, driven: true });
    await over(made);
    expect(fcm.standIn.messages(pushToken)).toHaveLength(1);
  });

  it('waits in the wallet only, where there is no device', async () => {
    const { shopperId, token } = await someone({ devices: 0 });
    const made = await deliver(shop, { shopperId, driven: true });
    await over(made);
    expect((await shop.call('GET', '/v1/me/offers', { as: token })).body.items).toHaveLength(1);
    expect(await attempts(made)).toEqual([]);
  });
});

describe('an offer for a shopper with a socket', () => {
  it('is not pushed when an app acknowledges', async () => {
    const { shopperId, token, pushToken } = await someone();
    const { offers } = await phone(shop.url, token);
    const made = await deliver(shop, { shopperId });
    take(made);
    await until(
      () =>
        shop.database.query('SELECT FROM deliveries WHERE delivery_id = $1 AND acknowledged_at IS NOT NULL', [
          made.deliveryId,
        ]),
      (rows) => rows.length === 1,
    );
    expect(offers).toHaveLength(1);
    expect(fcm.standIn.messages(pushToken)).toEqual([]);
    expect(await attempts(made)).toEqual([]);
  });

  it('is pushed when none does within its patience', async () => {
    const { shopperId, token, pushToken } = await someone();
    const { offers } = await phone(shop.url, token, { acknowledges: false });
    const made = await deliver(shop, { shopperId });
    take(made, 200);
    await until(
      () => fcm.standIn.messages(pushToken).length,
      (count) => count === 1,
    );
    expect(offers).toHaveLength(1);
  });

  it('is not pushed when the app said by HTTP that it has it', async () => {
    const { shopperId, token, pushToken } = await someone();
    const made = await deliver(shop, { shopperId });
    await shop.call('POST', `/v1/me/offers/${made.deliveryId}/events`, {
      as: token,
      body: { type: 'received' },
    });
    expect(await shop.get(Pushes).push(made.deliveryId as DeliveryId)).toBeUndefined();
    expect(fcm.standIn.messages(pushToken)).toEqual([]);
  });
});

describe('nothing is pushed', () => {
  it.each([
    ['without consent to push', ['location']],
    ['without consent to location', ['push']],
  ])('%s', async (_, purposes) => {
    const { shopperId, pushToken } = await someone({ purposes });
    const made = await deliver(shop, { shopperId, driven: true });
    await over(made);
    expect(fcm.standIn.messages(pushToken)).toEqual([]);
  });

  it('after the consent ended, though it waits already', async () => {
    const { shopperId, pushToken } = await someone();
    fcm.standIn.reply(pushToken, 'internal');
    const made = await deliver(shop, { shopperId });
    await shop.get(Pushes).push(made.deliveryId as DeliveryId);
    await consent(shopperId, 'push', false);
    expect(await shop.get(Pushes).push(made.deliveryId as DeliveryId)).toBeUndefined();
    expect(fcm.standIn.messages(pushToken)).toHaveLength(1);
    expect(await attempts(made)).toMatchObject([
      { state: 'cancelled', why: 'no-consent', maybe_delivered: true },
    ]);
  });

  it.each([
    ['after it expired', { expiresInMs: -1 }, undefined],
    ['when the visit ended longer ago than its grace', {}, 130_000],
  ])('%s', async (_, wanted, endedMsAgo) => {
    const { shopperId, pushToken } = await someone();
    const made = await deliver(shop, { shopperId, ...wanted });
    if (endedMsAgo !== undefined) await visitEnded(made, endedMsAgo);
    expect(await shop.get(Pushes).push(made.deliveryId as DeliveryId)).toBeUndefined();
    expect(fcm.standIn.messages(pushToken)).toEqual([]);
  });

  it('but within the grace of a visit', async () => {
    const { shopperId, pushToken } = await someone();
    const made = await deliver(shop, { shopperId });
    await visitEnded(made, 60_000);
    await shop.get(Pushes).push(made.deliveryId as DeliveryId);
    expect(fcm.standIn.messages(pushToken)).toHaveLength(1);
  });

  const visitEnded = ({ deliveryId }: MadeDelivery, msAgo: number): Promise<number> =>
    shop.database.run(
      `INSERT INTO visits (visit_id, shopper_id, store_id, started_at, ended_at, via)
       SELECT visit_id, shopper_id, store_id, $2, $3, 'sighting' FROM deliveries WHERE delivery_id = $1`,
      [deliveryId, new Date(Date.now() - 600_000), new Date(Date.now() - msAgo)],
    );
});

describe('what FCM answers', () => {
  it.each([
    ['unregistered', 'gone', null],
    ['invalidToken', 'gone', null],
    ['mismatched', 'gone', null],
    ['invalidMessage', 'refused', 'kept'],
  ] as const)('%s: the attempt is %s', async (reply, state, token) => {
    const { shopperId, pushToken } = await someone();
    fcm.standIn.reply(pushToken, reply);
    const made = await deliver(shop, { shopperId });
    expect(await shop.get(Pushes).push(made.deliveryId as DeliveryId)).toBeUndefined();
    expect(await attempts(made)).toMatchObject([{ state, tries: 1, maybe_delivered: false }]);
    expect(await tokenOf(shopperId)).toBe(token === null ? null : pushToken);
  });

  it('unregistered, of the only device: the offer is taken back, and gives back what it took', async () => {
    const { shopperId, token, pushToken } = await someone();
    fcm.standIn.reply(pushToken, 'unregistered');
    const made = await deliver(shop, { shopperId });
    await counted(made);
    await shop.get(Pushes).push(made.deliveryId as DeliveryId);
    expect(await held(made)).toEqual({ used: 0, caps: 0, closedAs: 'withdrawn' });
    expect((await shop.call('GET', '/v1/me/offers', { as: token })).body.items).toEqual([]);
  });

  it.each([
    [
      'another device has it',
      async ({ shopperId, pushToken }: Someone) => {
        fcm.standIn.reply(pushToken, 'unregistered');
        await register(await shop.shopperToken(shopperId), 'phone-2', `${shopperId}-2`);
      },
    ],
    [
      'an earlier try may have arrived',
      ({ pushToken }: Someone) => {
        fcm.standIn.reply(pushToken, 'reset', 'unregistered');
        return Promise.resolve();
      },
    ],
  ])('unregistered, but %s: it stays counted', async (_, arrange) => {
    const someBody = await someone();
    await arrange(someBody);
    const made = await deliver(shop, { shopperId: someBody.shopperId, driven: true });
    await counted(made);
    await over(made);
    expect(await held(made)).toEqual({ used: 1, caps: 1, closedAs: null });
  });

  it('unregistered, but registered again since: the token stays', async () => {
    const { shopperId, token, pushToken } = await someone();
    const made = await deliver(shop, { shopperId });
    const repository = shop.get(PushesRepository);
    const lease = '0190a000-0000-7000-8000-000000000001';
    const id = made.deliveryId as DeliveryId;
    const claim = (await repository.claim([id], lease, Date.now())).get(id);
    await register(token, 'phone-1', pushToken);
    const outcome = {
      state: 'gone',
      why: 'unregistered',
      tries: 1,
      maybeDelivered: false,
      dueAt: null,
    } as const;
    const device = claim!.devices[0]!;
    await repository.record([id], [{ deliveryId: id, lease, device, outcome }], Date.now());
    expect(await tokenOf(shopperId)).toBe(pushToken);
  });

  it.each(['internal', { unavailable: undefined }, 'reset', 'garbage'] as const)(
    '%j: it is sent again under the same names, and stays counted as perhaps delivered',
    async (reply) => {
      const { shopperId, pushToken } = await someone();
      fcm.standIn.reply(pushToken, reply);
      const made = await deliver(shop, { shopperId, driven: true });
      await over(made);
      const sent = fcm.standIn.messages(pushToken);
      expect(sent.map(({ apns }) => apns?.headers?.['apns-collapse-id'])).toEqual([
        made.offer['decisionId'],
        made.offer['decisionId'],
      ]);
      expect(await attempts(made)).toMatchObject([{ state: 'accepted', tries: 2, maybe_delivered: true }]);
    },
  );

  it('nothing: the try ends after five seconds, and others are not held up', async () => {
    const [slow, quick] = await Promise.all([someone(), someone()]);
    fcm.standIn.reply(slow.pushToken, 'hang');
    const hanging = await deliver(shop, { shopperId: slow.shopperId, driven: true });
    await until(
      () => fcm.standIn.messages(slow.pushToken).length,
      (count) => count === 1,
    );
    const made = await deliver(shop, { shopperId: quick.shopperId, driven: true });
    await over(made);
    expect(await isOver(hanging)).toBe(false);
    await over(hanging);
    expect(fcm.standIn.messages(slow.pushToken)).toHaveLength(2);
    expect(await attempts(hanging)).toMatchObject([{ state: 'accepted', tries: 2, maybe_delivered: true }]);
  });

  it('quota: all processes wait as long as it says', async () => {
    const { shopperId, pushToken } = await someone();
    fcm.standIn.reply(pushToken, { quota: 2 });
    const made = await deliver(shop, { shopperId });
    const again = await shop.get(Pushes).push(made.deliveryId as DeliveryId);
    expect(again).toBeGreaterThan(Date.now() + 1_000);
    expect(await other.app.get(PushGate, { strict: false }).waitMs()).toBeGreaterThan(0);
    expect(await attempts(made)).toMatchObject([{ state: 'waiting', why: 'quota', maybe_delivered: false }]);
    await until(
      () => shop.get(PushGate).waitMs(),
      (ms) => ms === 0,
    );
    await until(
      () => shop.get(Pushes).push(made.deliveryId as DeliveryId),
      (next) => next === undefined,
    );
    expect(fcm.standIn.messages(pushToken)).toHaveLength(2);
  });

  it('503 with Retry-After: the job waits in Redis, and is made again when Redis forgets it', async () => {
    const { shopperId, pushToken } = await someone();
    fcm.standIn.reply(pushToken, { unavailable: 2 });
    const made = await deliver(shop, { shopperId, driven: true });
    await until(
      async () => (await attempts(made))[0]?.state,
      (state) => state === 'waiting',
    );
    const jobs = await shop.redis.request.keys(`{${shop.redis.key('jobs')}}:push:*`);
    await shop.redis.request.del(jobs);
    await over(made, 20_000);
    expect(await attempts(made)).toMatchObject([{ state: 'accepted', tries: 2 }]);
  });
});

describe('an offer that is withdrawn', () => {
  it('is taken off the screens that show it, silently', async () => {
    const { shopperId, pushToken } = await someone({ devices: 2 });
    fcm.standIn.reply(`${shopperId}-2`, 'unregistered');
    const made = await deliver(shop, { shopperId });
    await shop.get(Pushes).push(made.deliveryId as DeliveryId);
    await raise('offer.stopped', { offerId: made.offerId as OfferId });
    const [, withdrawn] = await until(
      () => fcm.standIn.messages(pushToken),
      (messages) => messages.length === 2,
    );
    expect(withdrawn?.notification).toBeUndefined();
    const { deliveryId } = made;
    const { decisionId } = made.offer;
    expect(withdrawn?.data).toEqual({ type: 'withdrawn', deliveryId, decisionId, reason: 'stopped' });
    expect(withdrawn?.android).toMatchObject({ collapse_key: decisionId });
    expect(fcm.standIn.messages(`${shopperId}-2`)).toHaveLength(1);
  });

  it('is so too when its schedule runs out', async () => {
    const { shopperId, token } = await someone({ devices: 0 });
    const { withdrawn } = await phone(shop.url, token);
    const [marketer, approver] = await Promise.all([shop.staff('marketer'), shop.staff('approver')]);
    const body = {
      name: 'Until soon',
      kind: 'message',
      trigger: { on: ['checkedIn'] },
      content: { default: { title: 'Soon', body: 'over' } },
      schedule: { endsAt: new Date(Date.now() + 2_500).toISOString() },
    };
    const written = await shop.call('POST', '/v1/offers', { as: marketer.token, body });
    const offerId = String(written.body.offerId);
    await shop.call('POST', `/v1/offers/${offerId}/submit`, { as: marketer.token });
    expect((await shop.call('POST', `/v1/offers/${offerId}/approve`, { as: approver.token })).status).toBe(
      200,
    );
    const made = await deliver(shop, { shopperId, offerId });
    await until(
      () => withdrawn,
      (list) => list.length === 1,
      10_000,
    );
    expect(withdrawn).toEqual([{ deliveryId: made.deliveryId, reason: 'ended' }]);
  });

  const raise = async (event: 'offer.stopped', payload: { offerId: OfferId }): Promise<void> => {
    const outbox = shop.get(Outbox);
    await outbox.write(shop.database, [{ id: shop.get(Clock).newId(), event, payload }]);
    outbox.filled();
  };
});

describe('what is seen from outside', () => {
  it('are counts, and neither tokens nor names', async () => {
    const { body } = await shop.call('GET', '/metrics');
    expect(body).not.toContain('pushed-1');
    // What FCM answered in the tests above, nonsense among it, to whichever process asked.
    for (const [result, why] of [
      ['accepted', ''],
      ['gone', 'unregistered'],
      ['gone', 'invalid-token'],
      ['gone', 'mismatched-sender'],
      ['refused', 'invalid-message'],
      ['later', 'internal'],
      ['later', 'unavailable'],
      ['later', 'no-answer'],
      ['later', 'malformed-answer'],
      ['later', 'quota'],
    ] as const) {
      const counts = await Promise.all(
        [shop.call, callerOf(other.url)].map((call) => metric(call, 'push_attempts_total', { result, why })),
      );
      expect([why, Math.max(...counts)]).not.toContain(0);
    }
  });
});

describe('a test-send', () => {
  it('shows a draft on a phone for tests, and on no other, and leaves nothing in wallet and ledger', async () => {
    const { shopperId, token, pushToken } = await someone();
    const as = shop.serviceKey;
    const store = { name: 'Tryout', timeZone: 'UTC', currency: 'EUR', zones: [], gateways: [], beacons: [] };
    await shop.call('PUT', '/v1/stores/tryout', { as, body: store });
    const draft = await shop.call('POST', '/v1/offers', {
      as,
      body: {
        name: 'Tea time',
        kind: 'message',
        trigger: { on: ['visitStarted'] },
        content: { default: { title: 'Tea time', body: 'At {{store.name}}' } },
      },
    });
    const send = (): Promise<Reply> =>
      shop.call('POST', `/v1/offers/${draft.body.offerId as string}/test-send`, {
        as,
        body: { shopperId, storeId: 'tryout' },
      });
    const refused = await send();
    expect([refused.status, refused.body.code]).toEqual([403, 'not-a-test-phone']);

    await shop.call('PUT', `/v1/shoppers/${shopperId}`, { as, body: { attributes: { testPhone: true } } });
    const { offers } = await phone(shop.url, token);
    const sent = await send();
    expect([sent.status, sent.body]).toMatchObject([
      200,
      { socket: 'acknowledged', pushes: [{ deviceId: 'phone-1', outcome: 'accepted' }] },
    ]);
    expect(offers).toEqual([sent.body.offer]);
    expect(sent.body.offer).toMatchObject({ title: 'Tea time', body: 'At Tryout', storeId: 'tryout' });
    expect(fcm.standIn.messages(pushToken)).toMatchObject([
      { notification: { title: 'Tea time', body: 'At Tryout' } },
    ]);
    expect((await shop.call('GET', '/v1/me/offers', { as: token })).body.items).toEqual([]);
    const ledger = await shop.call('GET', `/v1/decisions?shopperId=${shopperId}`, { as });
    expect(ledger.body.items).toEqual([]);
  });
});
