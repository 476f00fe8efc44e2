import { createHmac } from 'node:crypto';
import { request } from 'node:http';
import { deflateSync, gzipSync } from 'node:zlib';
import { readableFormats } from '../../src/sightings/decoders/index.js';
import { startShop, type Shop } from '../support/shop.js';
import { twin } from '../support/twin.js';
import { until } from '../support/until.js';

const layout = {
  name: 'Corner shop',
  timeZone: 'Europe/Paris',
  currency: 'EUR',
  zones: [{ zoneId: 'coffee', name: 'Coffee', kind: 'aisle' }],
  gateways: [
    { gatewayId: 'g1', zoneId: 'coffee', hardwareId: 'AC:23:3F:C0:AA:01' },
    { gatewayId: 'g2', zoneId: 'coffee', hardwareId: 'AC:23:3F:C0:AA:02' },
  ],
  beacons: [],
};
const rows = [
  { type: 'Gateway', mac: 'AC233FC0AA01' },
  { type: 'Unknown', mac: 'C3000012AB34', rssi: -60 },
];

let shop: Shop;
let key: string;

interface Sent {
  headers?: Record<string, string>;
  as?: string;
}

/** Bytes as they are, with the headers that are given and no others. */
function send(path: string, body: Buffer, { headers = {}, as = key }: Sent = {}) {
  return new Promise<{ status: number; body: { code?: string; accepted?: number }; headers: object }>(
    (resolve, reject) => {
      const asked = request(
        `${shop.url}${path}`,
        {
          method: 'POST',
          headers: { authorization: `Bearer ${as}`, 'content-length': body.length, ...headers },
        },
        (reply) => {
          const chunks: Buffer[] = [];
          reply.on('data', (chunk: Buffer) => chunks.push(chunk));
          reply.on('end', () => {
            const text = Buffer.concat(chunks).toString();
            const read = JSON.parse(text === '' ? '{}' : text) as { code?: string; accepted?: number };
            resolve({ status: reply.statusCode ?? 0, body: read, headers: reply.headers });
          });
        },
      );
      asked.on('error', reject);
      asked.end(body);
    },
  );
}
const answerOf = async (path: string, body: Buffer, sent?: Sent): Promise<string> => {
  const { status, body: answer } = await send(path, body, sent);
  return `${status}${answer.code === undefined ? '' : ` ${answer.code}`}`;
};

beforeAll(async () => {
  shop = await startShop();
  const as = shop.serviceKey;
  expect((await shop.call('PUT', '/v1/stores/s1', { as, body: layout })).status).toBe(201);
  key = await shop.key('gateway', 's1');
});
afterAll(() => shop.stop());

describe('the body of a gateway', () => {
  const minew = '/v1/gateways/g1/minew';
  const json = Buffer.from(JSON.stringify(rows));
  const encoded = (encoding: string): Sent => ({ headers: { 'content-encoding': encoding } });

  it.each([
    ['gzip', gzipSync(json)],
    ['deflate', deflateSync(json)],
    ['identity', json],
  ])('may come as %s', async (encoding, body) => {
    const { status, body: answer } = await send(minew, body, encoded(encoding));
    expect([status, answer.accepted]).toEqual([202, 1]);
  });

  it.each([
    'json',
    'text',
    'application/x-www-form-urlencoded',
    'multipart/form-data',
    'a/b; charset=utf-16',
    ';',
  ])('is taken whatever its content type: %s', async (type) => {
    expect(await answerOf(minew, json, { headers: { 'content-type': type } })).toBe('202');
  });

  it.each([
    ['cut short', gzipSync(json).subarray(0, -9), 'gzip', '400 malformed-encoding'],
    ['not gzip', json, 'gzip', '400 malformed-encoding'],
    ['in an encoding nobody knows', json, 'br', '415 unsupported-encoding'],
    ['a bomb', gzipSync(Buffer.alloc(64 * 1_048_576)), 'gzip', '413 too-large'],
    ['gzip of nothing', gzipSync(''), 'gzip', '400 malformed-json'],
    ['empty', Buffer.alloc(0), 'identity', '400 malformed-json'],
    ['blank', Buffer.from(' \r\n'), 'identity', '400 malformed-json'],
    ['no text at all', Buffer.alloc(64, 0xff), 'identity', '400 malformed-json'],
    ['UTF-16', Buffer.from(JSON.stringify(rows), 'utf16le'), 'identity', '400 malformed-json'],
    ['nested to no end', Buffer.from('['.repeat(1_000_000)), 'identity', '400 malformed-json'],
    ['nested deeply', Buffer.from('['.repeat(400_000) + ']'.repeat(400_000)), 'identity', '202'],
    ['too large', Buffer.alloc(1_048_577, 0x20), 'identity', '413 too-large'],
  ])('that is %s', async (_, body, encoding, expected) => {
    expect(await answerOf(minew, body, encoded(encoding))).toBe(expected);
  });

  it('in JSON of our own is UTF-8, or nothing of it is kept', async () => {
    const latin = Buffer.from('{"displayName": "José"}', 'latin1');
    const reply = await fetch(`${shop.url}/v1/shoppers/jose`, {
      method: 'PUT',
      headers: { authorization: `Bearer ${shop.serviceKey}`, 'content-type': 'application/json' },
      body: latin,
    });
    expect(reply.status).toBe(400);
    expect(await reply.json()).toMatchObject({
      code: 'malformed-json',
      detail: expect.stringMatching(/UTF-8/),
    });
  });
});

describe('the secrets of a gateway', () => {
  const path = (gatewayId: string): string => `/v1/gateways/${gatewayId}/secrets`;
  const put = (gatewayId: string, body: object, as = shop.serviceKey) =>
    shop.call('PUT', path(gatewayId), { as, body });
  const known = async (gatewayId: string): Promise<object> =>
    (await shop.call('GET', path(gatewayId), { as: shop.serviceKey })).body as object;

  it('are told by name and never by value', async () => {
    const none = { merakiValidator: false, merakiSecret: false, ruuviHmacKey: false };
    expect(await known('g1')).toEqual({ ...none, changedAt: null });
    expect(await put('g1', { merakiValidator: 'v-123', merakiSecret: 'hush-hush' })).toMatchObject({
      status: 204,
    });
    expect(await known('g1')).toEqual({
      merakiValidator: true,
      merakiSecret: true,
      ruuviHmacKey: false,
      changedAt: expect.stringMatching(/Z$/),
    });
    const [row] = await shop.database.query<{ sealed: Buffer }>('SELECT sealed FROM gateway_secrets');
    expect(row!.sealed.toString('latin1')).not.toContain('hush');
    const audited = await shop.database.query<object>("SELECT * FROM audit_log WHERE subject = 'gateway:g1'");
    expect(audited).toMatchObject([
      {
        action: 'gateway-secrets.changed',
        before: none,
        after: { ...none, merakiValidator: true, merakiSecret: true },
      },
    ]);
    expect(JSON.stringify(audited)).not.toMatch(/hush|v-123/);
    await put('g1', { merakiSecret: 'other' });
    expect(await known('g1')).toMatchObject({ merakiValidator: false, merakiSecret: true });
    await put('g1', {});
  });

  it('are refused where they cannot be', async () => {
    expect(await put('nowhere', {})).toMatchObject({ status: 404 });
    expect(await put('g1', { ruuviHmacKey: 'x'.repeat(64) })).toMatchObject({ status: 400 });
    expect(await put('g1', { merakiSecret: '' })).toMatchObject({ status: 400 });
    expect(await put('g1', { password: 'x' })).toMatchObject({
      status: 400,
      body: { code: 'unknown-field' },
    });
    expect(await put('g1', {}, key)).toMatchObject({ status: 403 });
    const marketer = await shop.staff('marketer');
    expect(await put('g1', {}, marketer.token)).toMatchObject({ status: 403 });
  });

  it('are another process’s too within five seconds', async () => {
    const other = await twin(shop, 'api');
    const ask = async () => {
      const reply = await fetch(`${other.url}/v1/gateways/g1/meraki?key=${key}`);
      return `${reply.status} ${await reply.text()}`;
    };
    expect(await ask()).toMatch(/^404 .*no-validator.*merakiValidator/);
    await put('g1', { merakiValidator: 'v-456' });
    expect(await until(ask, (answer) => answer.startsWith('200'))).toBe('200 v-456');
    await put('g1', {});
    await until(ask, (answer) => answer.startsWith('404'));
    await other.stop();
  });

  it('that another secret sealed open no door', async () => {
    await put('g2', { merakiValidator: 'v-1' });
    await shop.database.run("UPDATE gateway_secrets SET sealed = '\\x00' WHERE gateway_id = 'g2'");
    await put('g1', {});
    const reply = await shop.call('GET', '/v1/gateways/g2/meraki', { as: key });
    expect(reply).toMatchObject({ status: 403, body: { code: 'unreadable-secret' } });
    await put('g2', {});
  });

  it('Meraki is told the validator as plain text', async () => {
    await put('g1', { merakiValidator: 'v-789' });
    const reply = await shop.call('GET', '/v1/gateways/g1/meraki', { as: key });
    expect([reply.status, reply.body, reply.headers.get('content-type')]).toEqual([
      200,
      'v-789',
      'text/plain; charset=utf-8',
    ]);
    expect(await shop.call('GET', '/v1/gateways/g1/meraki')).toMatchObject({ status: 401 });
    expect(await shop.call('GET', '/v1/gateways/far/meraki', { as: key })).toMatchObject({ status: 404 });
    await put('g1', {});
  });
});

const withFormat = (format: string) => (readableFormats.includes(format) ? describe : describe.skip);

withFormat('ruuvi')('a Ruuvi Gateway', () => {
  const now = Math.floor(Date.now() / 1_000);
  const body = Buffer.from(
    JSON.stringify({
      data: {
        coordinates: '',
        timestamp: now,
        nonce: 7,
        gw_mac: 'AC:23:3F:C0:AA:01',
        tags: { 'C3:00:00:12:AB:34': { rssi: -60, timestamp: now, data: '02010613FF' } },
      },
    }),
  );
  const sign = (signature: string): Sent => ({ headers: { 'Ruuvi-HMAC-SHA256': signature } });
  const post = (sent?: Sent) => answerOf('/v1/gateways/g1/ruuvi', body, sent);

  it('signs what it sends where its key is set', async () => {
    expect(await post()).toBe('202');
    const as = shop.serviceKey;
    await shop.call('PUT', '/v1/gateways/g1/secrets', { as, body: { ruuviHmacKey: 'AA:BB:CC' } });
    const good = createHmac('sha256', 'AA:BB:CC').update(body).digest('hex');
    expect(await post()).toBe('403 wrong-signature');
    expect(await post(sign('00'.repeat(32)))).toBe('403 wrong-signature');
    expect(await post(sign('nonsense'))).toBe('403 wrong-signature');
    const answer = await send('/v1/gateways/g1/ruuvi', body, sign(good));
    expect(answer).toMatchObject({ status: 202, headers: { 'x-ruuvi-gateway-rate': '1' } });
    await shop.call('PUT', '/v1/gateways/g1/secrets', { as, body: {} });
  });
});

withFormat('meraki')('Meraki’s cloud', () => {
  const at = new Date().toISOString();
  const payload = (secret: string, ...aps: string[]) =>
    Buffer.from(
      JSON.stringify({
        version: '3.0',
        secret,
        type: 'Bluetooth',
        data: {
          networkId: 'N_1',
          startTime: at,
          endTime: at,
          reportingAps: aps.map((mac) => ({
            mac,
            name: mac,
            serial: mac,
            lat: 0,
            lng: 0,
            tags: [],
            floorPlan: null,
          })),
          observations: aps.map((mac) => ({
            clientMac: 'c3:00:00:12:ab:34',
            name: null,
            locations: [],
            bleBeacons: [],
            latestRecord: { time: at, nearestApMac: mac, nearestApRssi: -60 },
          })),
        },
      }),
    );

  it('proves itself by the secret in the body where one is set', async () => {
    const post = (secret: string) => answerOf('/v1/gateways/g1/meraki', payload(secret, 'ac:23:3f:c0:aa:01'));
    expect(await post('anything')).toBe('202');
    const as = shop.serviceKey;
    await shop.call('PUT', '/v1/gateways/g1/secrets', { as, body: { merakiSecret: 'hush' } });
    expect(await post('anything')).toBe('403 wrong-secret');
    expect(await post('')).toBe('403 wrong-secret');
    expect(await post('hush')).toBe('202');
    await shop.call('PUT', '/v1/gateways/g1/secrets', { as, body: {} });
  });

  it('tells which access point heard, and one that nobody entered is refused by its place', async () => {
    const body = payload('', 'ac:23:3f:c0:aa:02', 'ff:ff:ff:ff:ff:ff');
    const { status, body: answer } = await send('/v1/gateways/g1/meraki', body);
    expect(status).toBe(202);
    expect(answer).toMatchObject({ accepted: 1, rejected: [{ index: 1, code: 'unknown-gateway' }] });
  });
});
