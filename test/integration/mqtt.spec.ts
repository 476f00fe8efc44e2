import type { Running } from '../../src/boot.js';
import { Health, Metrics, RedisConnections } from '../../src/platform/index.js';
import { startBroker, type Broker } from '../support/broker.js';
import { startShop, type Shop } from '../support/shop.js';
import { twin } from '../support/twin.js';
import { until } from '../support/until.js';

const HARDWARE = 'AC:23:3F:C0:AA:01';
const layout = {
  name: 'Corner shop',
  timeZone: 'Europe/Paris',
  currency: 'EUR',
  zones: [{ zoneId: 'coffee', name: 'Coffee', kind: 'aisle' }],
  gateways: [{ gatewayId: 'g1', zoneId: 'coffee', hardwareId: HARDWARE }, { gatewayId: 'kitchen' }],
  beacons: [],
};
const topics = [
  { topic: 'fixed/minew', format: 'minew', storeId: 's1', gatewayId: 'g1' },
  { topic: 'by-payload/#', format: 'minew', storeId: 's1' },
  { topic: 'by-topic/+/minew', format: 'minew', storeId: 's1', gatewayFromTopic: 1 },
  { topic: 'nowhere', format: 'minew', storeId: 'none', gatewayId: 'g1' },
];

/** A post of a Minew gateway that heard one tag just now. */
const heard = (tag: string, more: { gateway?: string; ago?: number; rssi?: number } = {}): object[] => [
  ...(more.gateway === undefined ? [] : [{ type: 'Gateway', mac: more.gateway }]),
  {
    type: 'Unknown',
    mac: tag.replace('mac:', ''),
    rssi: more.rssi ?? -50,
    timestamp: new Date(Date.now() - (more.ago ?? 0)).toISOString(),
  },
];

let broker: Broker;
let shop: Shop;
let consumer: Running;
let shoppers = 0;

/** A shopper with a tag who may be located. */
async function person(): Promise<{ shopperId: string; tag: string }> {
  shoppers += 1;
  const shopperId = `p${shoppers}`;
  const tag = `mac:c3000000${String(shoppers).padStart(4, '0')}`;
  const as = shop.serviceKey;
  await shop.call('PUT', `/v1/shoppers/${shopperId}`, { as, body: { carries: [tag] } });
  const consent = { granted: true, policyVersion: '1', source: 'test' };
  await shop.call('PUT', `/v1/shoppers/${shopperId}/consents/location`, { as, body: consent });
  return { shopperId, tag };
}

/** Six seconds in the coffee aisle, as so many messages. */
async function stays(topic: string, tag: string, gateway?: string): Promise<void> {
  for (let ago = 6_000; ago >= 0; ago -= 1_000) {
    await broker.publish(topic, heard(tag, { ...(gateway === undefined ? {} : { gateway }), ago }));
  }
}

const visitsOf = (shopperId: string): Promise<object[]> =>
  shop.database.query('SELECT visit_id FROM visits WHERE shopper_id = $1', [shopperId]);
const hasVisit = async (shopperId: string): Promise<void> => {
  const visits = await until(
    () => visitsOf(shopperId),
    (rows) => rows.length > 0,
    15_000,
  );
  expect(visits).toHaveLength(1);
};

/** The refusals that the store's health page shows of a gateway, or of none in particular, and in which words. */
async function refusals(gatewayId?: string): Promise<Map<string, string>> {
  const { body } = await shop.call('GET', '/v1/stores/s1/health', { as: shop.serviceKey });
  type Refusing = { gatewayId?: string; rejections: { code: string; detail: string }[] };
  const page = body as unknown as Refusing & { gateways: Refusing[] };
  const gateway = page.gateways.find((each) => each.gatewayId === gatewayId);
  return new Map((gateway ?? page).rejections.map(({ code, detail }) => [code, detail]));
}

async function counted(running: Running, outcome: string): Promise<number> {
  const { values } = await running.app.get(Metrics).mqttMessages.get();
  return values.find(({ labels }) => labels.outcome === outcome)?.value ?? 0;
}
const counts = (running: Running, outcome: string, atLeast: number): Promise<number> =>
  until(
    () => counted(running, outcome),
    (value) => value >= atLeast,
    15_000,
  );
const mqttOf = async (running: Running): Promise<string | undefined> =>
  (await running.app.get(Health).readiness()).checks['mqtt'];
const hears = (running: Running): Promise<unknown> =>
  until(
    () => mqttOf(running),
    (check) => check === 'ok',
    15_000,
  );

/** Without its broker: degraded, and sent work all the same. */
async function isReady({ url }: Running): Promise<void> {
  const { body } = await until(
    async () => {
      const response = await fetch(`${url}/readyz`);
      return { status: response.status, body: (await response.json()) as object };
    },
    ({ status }) => status === 200,
  );
  expect(body).toMatchObject({ status: 'degraded', checks: { mqtt: 'degraded', redis: 'ok' } });
}

const consumerOf = (clientId: string, url = broker.url): Promise<Running> =>
  twin(shop, 'api', {
    mqtt: {
      url,
      username: undefined,
      password: undefined,
      clientId,
      version: '3.1.1',
      shared: false,
      topics: topics as never,
    },
  });

beforeAll(async () => {
  broker = await startBroker();
  shop = await startShop();
  const put = await shop.call('PUT', '/v1/stores/s1', { as: shop.serviceKey, body: layout });
  expect(put.status).toBe(201);
  consumer = await consumerOf('consumer');
  await hears(consumer);
});

afterAll(async () => {
  await consumer.stop();
  await shop.stop();
  await broker.stop();
});

/** Check 6 of docs/security.md. */
describe('messages of a broker', () => {
  it.each([
    ['the table names the gateway', 'fixed/minew', undefined],
    ['the payload says it by its address', 'by-payload/a/b', 'ac233fc0aa01'],
    ['the topic says it by its name', 'by-topic/kitchen/minew', undefined],
    ['the topic says it by its address', 'by-topic/AC-23-3F-C0-AA-01/minew', undefined],
  ])('make presence where %s', async (_, topic, gateway) => {
    const { shopperId, tag } = await person();
    const before = await counted(consumer, 'taken');
    broker.acknowledged.length = 0;
    await stays(topic, tag, gateway);
    await counts(consumer, 'taken', before + 7);
    await until(
      () => broker.acknowledged.length,
      (times) => times === 7,
    );
    if (topic !== 'by-topic/kitchen/minew') await hasVisit(shopperId);
  });

  it('that cannot be used are acknowledged and counted, and stop nothing', async () => {
    const before = await counted(consumer, 'refused');
    const bad: [topic: string, payload: unknown][] = [
      ['fixed/minew', 'no json'],
      ['fixed/minew', ''],
      ['fixed/minew', '['.repeat(100_000)],
      ['fixed/minew', Buffer.alloc(1_000, 0xff)],
      ['fixed/minew', heard('mac:c30000000001', { gateway: 'ac233fc0aa02' })],
      ['by-payload/x', heard('mac:c30000000001', { gateway: 'ac233fc0aa02' })],
      ['by-topic/cellar/minew', heard('mac:c30000000001')],
      ['nowhere', heard('mac:c30000000001')],
    ];
    broker.acknowledged.length = 0;
    for (const [topic, payload] of bad) await broker.publish(topic, payload);
    await counts(consumer, 'refused', before + bad.length);
    const oversize = await counted(consumer, 'oversize');
    await broker.publish('fixed/minew', Buffer.alloc(1_048_577, 0x20));
    await counts(consumer, 'oversize', oversize + 1);
    await until(
      () => broker.acknowledged.length,
      (times) => times === bad.length + 1,
    );
    const taken = await counted(consumer, 'taken');
    await broker.publish('fixed/minew', heard('mac:c30000000001'));
    await counts(consumer, 'taken', taken + 1);
    const shown = await until(
      () => refusals('g1'),
      (codes) => codes.has('too-large'),
    );
    expect([...shown.keys()].sort()).toEqual(['malformed-json', 'too-large', 'wrong-gateway']);
    expect(await refusals()).toEqual(
      new Map([
        ['unknown-gateway', expect.stringMatching(/no gateway (cellar|with the hardwareId ac233fc0aa02)/)],
      ]),
    );
  });

  it('that come twice are one sighting', async () => {
    const { shopperId, tag } = await person();
    const payload = heard(tag);
    const before = await counted(consumer, 'taken');
    for (let times = 0; times < 3; times += 1) await broker.publish('fixed/minew', payload);
    await stays('fixed/minew', tag);
    await counts(consumer, 'taken', before + 10);
    await hasVisit(shopperId);
  });

  it('that the broker kept from before do not tell of now', async () => {
    await broker.publish('by-payload/kept', heard('mac:c30000000001'), { retain: true });
    const late = await consumerOf('late');
    await counts(late, 'retained', 1);
    expect(await counted(late, 'taken')).toBe(0);
    await late.stop();
    await broker.publish('by-payload/kept', '', { retain: true });
  });

  it('of QoS 0 are taken, and there is nothing to acknowledge', async () => {
    const before = await counted(consumer, 'taken');
    broker.acknowledged.length = 0;
    await broker.publish('fixed/minew', heard('mac:c30000000001'), { qos: 0 });
    await counts(consumer, 'taken', before + 1);
    expect(broker.acknowledged).not.toContain('fixed/minew');
  });
});

describe('a message that Redis does not hold', () => {
  it('is not acknowledged, and taken when Redis is back', async () => {
    const { shopperId, tag } = await person();
    const redis = consumer.app.get(RedisConnections).request;
    const [retried, taken] = [await counted(consumer, 'retried'), await counted(consumer, 'taken')];
    broker.acknowledged.length = 0;
    await broker.publish('fixed/minew', heard(tag, { ago: 7_000 }));
    // It is counted as taken a moment before the broker hears of it.
    await until(
      () => broker.acknowledged.length,
      (times) => times === 1,
    );
    broker.acknowledged.length = 0;
    redis.disconnect();
    await stays('fixed/minew', tag);
    await counts(consumer, 'retried', retried + 7);
    expect(broker.acknowledged).toEqual([]);
    expect(await mqttOf(consumer)).toBe('ok');
    await redis.connect();
    await counts(consumer, 'taken', taken + 8);
    await until(
      () => broker.acknowledged.length,
      (times) => times === 7,
    );
    await hasVisit(shopperId);
  });

  it('is delivered again when the process that had it is gone', async () => {
    const { shopperId, tag } = await person();
    const first = await consumerOf('comes-and-goes');
    await hears(first);
    await consumer.stop();
    first.app.get(RedisConnections).request.disconnect();
    broker.acknowledged.length = 0;
    await stays('fixed/minew', tag);
    await counts(first, 'retried', 7);
    await first.stop();
    expect(broker.acknowledged).toEqual([]);
    expect(await visitsOf(shopperId)).toEqual([]);
    const second = await consumerOf('comes-and-goes');
    await counts(second, 'taken', 7);
    expect(await counted(second, 'retained')).toBe(0);
    await hasVisit(shopperId);
    await second.stop();
    consumer = await consumerOf('consumer');
    await hears(consumer);
  });
});

describe('a broker that goes away', () => {
  it('leaves the process ready, and is heard again when it is back', async () => {
    const { port } = broker;
    await broker.stop();
    await until(
      () => mqttOf(consumer),
      (check) => check === 'degraded',
    );
    await isReady(consumer);
    broker = await startBroker(port);
    await hears(consumer);
    const { shopperId, tag } = await person();
    await stays('fixed/minew', tag);
    await hasVisit(shopperId);
  });

  it('does not keep the process from starting or stopping', async () => {
    const alone = await consumerOf('alone', 'mqtt://127.0.0.1:1');
    await isReady(alone);
    await alone.stop();
  });

  it('is no business of a worker', async () => {
    const worker = await twin(shop, 'worker');
    expect(await mqttOf(worker)).toBeUndefined();
    await worker.stop();
  });
});
