import { Webhook } from 'standardwebhooks';
import { CornerShop, coffeeGreeting, type Person } from '../support/corner-shop.js';
import { startReceiver, ok, type Receiver } from '../support/receiver.js';
import { metric, moved } from '../support/metrics.js';
import { startShop, type Reply, type Shop } from '../support/shop.js';
import type { ReceivedOffer } from '../support/shoppers-phone.js';
import { until } from '../support/until.js';
import { WebhookSender } from '../../src/webhooks/sender.js';

const EVERYTHING = [
  'decision.made',
  'offer.delivered',
  'offer.opened',
  'coupon.redeemed',
  'visit.started',
  'visit.ended',
];

let shop: Shop;
let corner: CornerShop;
let admin: string;
const receivers: Receiver[] = [];

beforeAll(async () => {
  shop = await startShop({ WEBHOOKS_PRIVATE: 'on', PUBLIC_URL: 'https://shop.test' });
  corner = await CornerShop.open(shop);
  admin = (await shop.staff('admin')).token;
  await corner.offer(
    coffeeGreeting({
      trigger: { on: ['checkedIn'] },
      limits: { ignoresGlobalCaps: true },
      reward: { type: 'percentOff', value: 15 },
    }),
  );
});
afterAll(async () => {
  corner.close();
  await shop.stop();
  await Promise.all(receivers.map((receiver) => receiver.stop()));
});

async function receiver(answer = ok): Promise<Receiver> {
  const started = await startReceiver(answer);
  receivers.push(started);
  return started;
}

const register = (url: string, events: string[] = EVERYTHING): Promise<Reply> =>
  shop.call('POST', '/v1/webhooks', { as: admin, body: { url, events } });
const remove = (webhookId: string): Promise<Reply> =>
  shop.call('DELETE', `/v1/webhooks/${webhookId}`, { as: admin });
const deliveries = async (webhookId: string, state = ''): Promise<Record<string, unknown>[]> => {
  const query = state === '' ? '' : `?state=${state}`;
  const { body } = await shop.call('GET', `/v1/webhooks/${webhookId}/deliveries${query}`, { as: admin });
  return body.items as Record<string, unknown>[];
};
/** What is waiting is due now: the test does not wait for the pauses. */
const hurry = (): Promise<number> =>
  shop.database.run(
    'UPDATE webhook_deliveries SET due_at = now() WHERE delivered_at IS NULL AND dead_at IS NULL',
  );
const checkIn = (person: Person): Promise<Reply> =>
  shop.call('POST', '/v1/checkins', {
    as: person.token,
    body: { storeId: 'corner', zoneId: 'coffee', method: 'qr' },
  });

/** Check 22 of docs/security.md. */
describe('a webhook', () => {
  let everything: Receiver;
  let secret: string;
  let webhookId: string;
  let offer: ReceivedOffer;
  let visitId: string;

  beforeAll(async () => {
    everything = await receiver();
    const made = await register(everything.url);
    expect(made.status).toBe(201);
    ({ secret, webhookId } = made.body as { secret: string; webhookId: string });
    const wendy = await corner.person('wendy');
    const phone = await corner.phoneOf(wendy);
    visitId = (await checkIn(wendy)).body.visitId as string;
    offer = await phone.nextOffer();
    const opened = { as: wendy.token, body: { type: 'opened' } };
    await shop.call('POST', `/v1/me/offers/${offer.deliveryId}/events`, opened);
    await corner.redeem(offer.couponCode ?? '', [{ productId: 'melitta-filters', quantity: 1 }]);
    await shop.call('PUT', '/v1/me/consents/location', {
      as: wendy.token,
      body: { granted: false, policyVersion: '1' },
    });
    await until(
      () => new Set(everything.received.map(({ event }) => event.type)),
      (types) => types.size === EVERYTHING.length,
      15_000,
    );
  });

  it('is told of everything that happens, as CloudEvents', () => {
    const of = (type: string): Record<string, unknown> =>
      everything.received.find(({ event }) => event.type === type)?.event ?? {};
    expect(of('visit.started')).toMatchObject({
      specversion: '1.0',
      source: 'https://shop.test',
      subject: visitId,
      datacontenttype: 'application/json',
      data: { visitId, shopperId: 'wendy', storeId: 'corner', via: 'checkin' },
    });
    expect(of('decision.made')).toMatchObject({
      data: { decisionId: offer.decisionId, outcome: 'offer', on: 'checkedIn', offerId: offer.offerId },
    });
    expect(of('offer.delivered')).toMatchObject({
      data: { deliveryId: offer.deliveryId, shopperId: 'wendy' },
    });
    expect(of('offer.opened')).toMatchObject({ data: { deliveryId: offer.deliveryId } });
    expect(of('coupon.redeemed')).toMatchObject({
      data: { couponCode: offer.couponCode, discount: { amount: 45, currency: 'EUR' } },
    });
    expect(of('visit.ended')).toMatchObject({ data: { visitId } });
    for (const { event } of everything.received) expect(Date.parse(String(event['time']))).not.toBeNaN();
  });

  it('can check by its secret who speaks, and that nothing was changed', () => {
    const check = new Webhook(secret);
    for (const { text, headers, event } of everything.received) {
      expect(headers['content-type']).toMatch(/^application\/cloudevents\+json/);
      expect(headers['webhook-id']).toBe(event.id);
      expect(check.verify(text, headers as Record<string, string>)).toEqual(event);
      expect(() => check.verify(`${text} `, headers as Record<string, string>)).toThrow();
    }
  });

  it('is told of each thing once', () => {
    const ids = everything.received.map(({ event }) => event.id);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('is listed without its secret, which is sealed at rest', async () => {
    const { body } = await shop.call('GET', '/v1/webhooks', { as: admin });
    expect(body.items).toEqual([
      expect.objectContaining({ webhookId, url: everything.url, events: EVERYTHING, pending: 0, dead: 0 }),
    ]);
    expect(JSON.stringify(body)).not.toContain(secret);
    const [row] = await shop.database.query<{ secret: Buffer }>('SELECT secret FROM webhooks');
    expect(row?.secret.toString('latin1')).not.toContain(secret.slice('whsec_'.length));
    expect(await deliveries(webhookId, 'delivered')).toContainEqual(
      expect.objectContaining({ type: 'coupon.redeemed', state: 'delivered', attempts: 1, answer: '204' }),
    );
  });

  it('is told nothing more once it is removed, and is an admin’s alone', async () => {
    expect((await remove(webhookId)).status).toBe(204);
    expect((await remove(webhookId)).status).toBe(404);
    const [left] = await shop.database.query('SELECT count(*) FROM webhook_deliveries');
    expect(left).toEqual({ count: 0 });
    for (const as of [shop.serviceKey, (await shop.staff('marketer')).token]) {
      expect((await shop.call('GET', '/v1/webhooks', { as })).status).toBe(403);
    }
  });
});

describe('a receiver', () => {
  let xena: Person;

  beforeAll(async () => {
    xena = await corner.person('xena');
  });

  it('that fails is told again, by the same id and with a new signature, and then given up and redriven', async () => {
    const failing = await receiver((response) => response.writeHead(500).end('no'));
    const { webhookId, secret } = (await register(failing.url, ['visit.started'])).body as Record<
      string,
      string
    >;
    await checkIn(xena);
    const dead = (): Promise<Record<string, unknown>[]> => deliveries(webhookId!, 'dead');
    await until(
      async () => {
        await hurry();
        return dead();
      },
      (items) => items.length === 1,
      30_000,
    );
    expect(await dead()).toEqual([expect.objectContaining({ state: 'dead', attempts: 8, answer: '500' })]);
    expect(failing.received).toHaveLength(8);
    expect(new Set(failing.received.map(({ event }) => event.id)).size).toBe(1);
    expect(new Set(failing.received.map(({ text }) => text)).size).toBe(1);

    failing.answer = ok;
    const again = await shop.call('POST', `/v1/webhooks/${webhookId!}/redrive`, { as: admin });
    expect([again.status, again.body]).toEqual([202, { redriven: 1 }]);
    await until(
      () => deliveries(webhookId!, 'delivered'),
      (items) => items.length === 1,
    );
    const last = failing.received.at(-1)!;
    expect(new Webhook(secret!).verify(last.text, last.headers as Record<string, string>)).toEqual(
      last.event,
    );
    await remove(webhookId!);
  });

  it('that hangs holds up nobody else', async () => {
    const hanging = await receiver(() => undefined);
    const quick = await receiver();
    const made = [
      await register(hanging.url, ['decision.made']),
      await register(quick.url, ['decision.made']),
    ];
    for (let each = 0; each < 3; each += 1) await checkIn(xena);
    await until(
      () => quick.received.length,
      (count) => count >= 3,
    );
    const [hung] = made.map(({ body }) => body.webhookId as string);
    await until(
      () => deliveries(hung!),
      (items) => items.some(({ answer }) => answer === 'timeout'),
      15_000,
    );
    expect(await deliveries(hung!, 'delivered')).toEqual([]);
    for (const { body } of made) await remove(body.webhookId as string);
  });

  it('that redirects is not followed, however far it pours its answer out', async () => {
    const target = await receiver();
    const redirecting = await receiver((response) => response.writeHead(307, { location: target.url }).end());
    const pouring = await receiver((response) => {
      response.writeHead(200);
      const pour = (): void => {
        while (!response.destroyed && response.write(Buffer.alloc(65_536)));
      };
      response.on('drain', pour).on('error', () => undefined);
      pour();
    });
    const made = [
      await register(redirecting.url, ['decision.made']),
      await register(pouring.url, ['decision.made']),
    ];
    const [redirected, poured] = made.map(({ body }) => body.webhookId as string);
    await checkIn(xena);
    await until(
      () => deliveries(redirected!),
      (items) => items.some(({ answer }) => answer === '307'),
    );
    await until(
      () => deliveries(poured!, 'delivered'),
      (items) => items.length > 0,
    );
    expect(target.received).toEqual([]);
    for (const { body } of made) await remove(body.webhookId as string);
  });

  it('that is gone is told nothing more until it is redriven', async () => {
    const gone = await receiver((response) => response.writeHead(410).end());
    const { webhookId } = (await register(gone.url, ['decision.made'])).body as { webhookId: string };
    await checkIn(xena);
    const listed = async (): Promise<Record<string, unknown> | undefined> => {
      const { body } = await shop.call('GET', '/v1/webhooks', { as: admin });
      return (body.items as Record<string, unknown>[])[0];
    };
    await until(listed, (item) => item?.['disabledAt'] !== undefined);
    expect(await listed()).toMatchObject({ dead: 1, pending: 0 });
    gone.answer = ok;
    await shop.call('POST', `/v1/webhooks/${webhookId}/redrive`, { as: admin });
    await until(
      () => deliveries(webhookId, 'delivered'),
      (items) => items.length === 1,
    );
    await remove(webhookId);
  });
});

describe('an address', () => {
  let strict: Shop;

  beforeAll(async () => {
    strict = await startShop();
  });
  afterAll(() => strict.stop());

  it.each([
    ['http://example.com/', 'not-https'],
    ['https://127.0.0.1/', 'private-address'],
    ['https://[::ffff:169.254.169.254]/', 'private-address'],
    ['https://user:secret@example.com/', 'has-credentials'],
    ['nonsense', 'not-a-url'],
  ])('%s is refused: %s', async (url, code) => {
    const as = (await strict.staff('admin')).token;
    const body = { url, events: ['visit.started'] };
    const refuse = async (): Promise<void> => {
      const reply = await strict.call('POST', '/v1/webhooks', { as, body });
      expect([reply.status, reply.body.code]).toEqual([422, code]);
      expect(reply.body.errors).toEqual([expect.objectContaining({ path: 'url', code })]);
    };
    expect(await moved(strict.call, 'refusals_total', { door: 'http', code }, refuse)).toBe(1);
  });

  it('that is private by now is not spoken to, counted, and what was to be told is kept', async () => {
    const as = (await strict.staff('admin')).token;
    const body = { url: 'https://example.com/', events: ['visit.started'] };
    const { webhookId } = (await strict.call('POST', '/v1/webhooks', { as, body })).body as {
      webhookId: string;
    };
    await strict.database.run(`UPDATE webhooks SET url = 'https://127.0.0.1:9/'`);
    await strict.database.run(
      `INSERT INTO visits VALUES (gen_random_uuid(), 'zoe', 's1', now(), NULL, 'checkin')`,
    );
    await until(
      () => metric(strict.call, 'webhook_attempts_total', { outcome: 'again', why: 'private-address' }),
      (count) => count === 1,
    );
    const list = `/v1/webhooks/${webhookId}/deliveries?state=pending`;
    expect((await strict.call('GET', list, { as })).body.items).toMatchObject([{ type: 'visit.started' }]);
  });

  it('whose name stands for a private one by the time it is told is not spoken to', async () => {
    const listening = await receiver();
    const { port } = new URL(listening.url);
    const sender = strict.get(WebhookSender);
    const post = (addresses: string[]): Promise<unknown> =>
      sender.post({ url: `https://rebound.test:${port}/`, headers: {}, body: '{}' }, () =>
        Promise.resolve(addresses),
      );
    expect(await post(['127.0.0.1'])).toEqual({ is: 'failed', why: 'private-address' });
    expect(await post(['93.184.216.34', '169.254.169.254'])).toEqual({
      is: 'failed',
      why: 'private-address',
    });
    expect(await post([])).toEqual({ is: 'failed', why: 'private-address' });
    expect(listening.received).toEqual([]);
  });

  it('is spoken to as it was looked up, whatever its name would stand for', async () => {
    const listening = await receiver();
    const url = listening.url.replace('127.0.0.1', 'no-such-name.invalid');
    const attempt = await shop
      .get(WebhookSender)
      .post({ url, headers: {}, body: '{}' }, () => Promise.resolve(['127.0.0.1']));
    expect(attempt).toMatchObject({ is: 'answered', status: 204 });
    expect(listening.received[0]?.headers.host).toContain('no-such-name.invalid');
  });
});
