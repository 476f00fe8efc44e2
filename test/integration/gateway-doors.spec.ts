import { createHmac } from 'node:crypto';
import { Agent, request } from 'node:http';
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
  beacons: [{ beaconId: 'ibeacon:f7826da6-4fa2-4e98-8024-bc5b71e0893e:7:1', zoneId: 'coffee' }],
};
const rows = [
  { type: 'Gateway', mac: 'AC233FC0AA01' },
  { type: 'Unknown', mac: 'C3000012AB34', rssi: -60 },
];

const agent = new Agent({ keepAlive: true, maxSockets: 16 });

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
          agent,
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
/** The refusals that the store's health page shows of a gateway, or of none in particular. */
const refusalsOf = async (gatewayId?: string): Promise<string[]> => {
  const { body } = await shop.call('GET', '/v1/stores/s1/health', { as: shop.serviceKey });
  type Refusing = { gatewayId?: string; rejections: { code: string }[] };
  const page = body as unknown as Refusing & { gateways: Refusing[] };
  const gateway = page.gateways.find((each) => each.gatewayId === gatewayId);
  return (gateway ?? page).rejections.map(({ code }) => code);
};
const showsRefusal = (code: string, gatewayId?: string): Promise<unknown> =>
  until(
    () => refusalsOf(gatewayId),
    (codes) => codes.includes(code),
  );
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
afterAll(async () => {
  agent.destroy();
  await shop.stop();
});

/** Checks 4 and 5 of docs/security.md. */
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

describe('a Ruuvi Gateway', () => {
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
    await showsRefusal('wrong-signature', 'g1');
    const answer = await send('/v1/gateways/g1/ruuvi', body, sign(good));
    expect(answer).toMatchObject({ status: 202, headers: { 'x-ruuvi-gateway-rate': '1' } });
    await shop.call('PUT', '/v1/gateways/g1/secrets', { as, body: {} });
  });
});

describe('Meraki’s cloud', () => {
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
    await showsRefusal('wrong-secret', 'g1');
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

describe('a phone’s ranging', () => {
  it('is where it heard a beacon of a store, and what is not heard now is refused by its place', async () => {
    const as = await shop.shopperToken('ada');
    const beacon = {
      uuid: 'F7826DA6-4FA2-4E98-8024-BC5B71E0893E',
      major: 7,
      minor: 1,
      rssi: -60,
      accuracy: 1.2,
    };
    const body = { beacons: [beacon, { ...beacon, rssi: 0, accuracy: -1 }, { ...beacon, minor: 2 }] };
    const answer = await shop.call('POST', '/v1/me/ranging', { as, body });
    expect(answer).toMatchObject({
      status: 202,
      body: { accepted: 2, rejected: [{ index: 1, code: 'rssi-unknown' }] },
    });
    expect(await shop.call('POST', '/v1/me/ranging', { as, body: '{' })).toMatchObject({
      status: 400,
      body: { code: 'malformed-json' },
    });
    expect(await shop.call('POST', '/v1/me/ranging', { as: key, body })).toMatchObject({ status: 403 });
  });
});

/** Numbers that are the same in every run (mulberry32). */
function dice(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

const SCRAPS = [
  'null',
  '-1',
  '1e999',
  '"\\u0000"',
  '[]',
  '{}',
  '[[',
  '"',
  ',',
  '\u{1f600}',
  '9'.repeat(40),
  '__proto__',
];

/** The payload with a few of its bytes changed, cut, doubled or replaced by what does not belong there. */
function mutated(payload: Buffer, roll: (below: number) => number): Buffer {
  let bytes = Buffer.from(payload);
  for (let times = 1 + roll(4); times > 0; times -= 1) {
    const at = roll(bytes.length + 1);
    const to = Math.min(bytes.length, at + roll(12));
    const [before, middle, after] = [bytes.subarray(0, at), bytes.subarray(at, to), bytes.subarray(to)];
    const scrap = Buffer.from(SCRAPS[roll(SCRAPS.length)]!);
    const change = [
      () => Buffer.concat([before, Buffer.from([roll(256)]), after]),
      () => Buffer.concat([before, after]),
      () => Buffer.concat([before, middle, middle, after]),
      () => Buffer.concat([before, scrap, after]),
      () => before,
    ][roll(5)]!;
    bytes = change();
  }
  return bytes;
}

describe('whatever comes', () => {
  const at = Date.now();
  const seconds = Math.floor(at / 1_000);
  const advert = '0201061aff4c000215f7826da64fa24e988024bc5b71e0893e00070001c5';
  const json = (value: unknown): Buffer => Buffer.from(JSON.stringify(value));
  const seeds: Record<string, Buffer> = {
    minew: json([
      { type: 'Gateway', mac: 'AC233FC0AA01' },
      {
        type: 'Unknown',
        mac: 'C3000012AB34',
        rssi: -60,
        rawData: advert,
        timestamp: new Date(at).toISOString(),
      },
    ]),
    ruuvi: json({
      data: {
        timestamp: seconds,
        nonce: 1,
        gw_mac: 'AC:23:3F:C0:AA:01',
        tags: { 'C3:00:00:12:AB:34': { rssi: -60, timestamp: seconds, data: advert } },
      },
    }),
    ingics: Buffer.from(
      `$GPRP,C3000012AB34,AC233FC0AA01,-60,${advert.toUpperCase()},${seconds}\r\n`.repeat(3),
    ),
    kontakt: json({
      version: 3,
      timestamp: seconds,
      sourceId: 'x',
      sourceType: 'GATEWAY',
      events: [
        {
          rssi: -60,
          data: Buffer.from(advert, 'hex').toString('base64'),
          timestamp: at,
          deviceAddress: 'c3:00:00:12:ab:34',
        },
      ],
    }),
    meraki: json({
      version: '3.0',
      secret: '',
      type: 'Bluetooth',
      data: {
        networkId: 'N',
        reportingAps: [],
        observations: [
          {
            clientMac: 'c3:00:00:12:ab:34',
            locations: [],
            bleBeacons: [{ bleType: 'ibeacon', rawData: advert }],
            latestRecord: {
              time: new Date(at).toISOString(),
              nearestApMac: 'ac:23:3f:c0:aa:01',
              nearestApRssi: -60,
            },
          },
        ],
      },
    }),
    aprilbrother: Buffer.from(
      `84a176a3312e30a36d696401a36d6163ac414332333346433041413031a7646576696365739 1c426`.replace(/ /g, '') +
        `00c3000012ab34c4${advert}`,
      'hex',
    ),
    openmqttgateway: json({
      id: 'C3:00:00:12:AB:34',
      mac_type: 1,
      rssi: -60,
      model_id: 'IBEACON',
      mfid: '4c00',
      uuid: 'f7826da64fa24e988024bc5b71e0893e',
      major: 7,
      minor: 1,
      txpower: -59,
    }),
    espresense: json({
      mac: 'c3000012ab34',
      id: 'iBeacon:f7826da6-4fa2-4e98-8024-bc5b71e0893e-7-1',
      'rssi@1m': -59,
      rssi: -60.25,
      distance: 1,
      int: 900,
    }),
    ranging: json({
      beacons: [{ uuid: 'F7826DA6-4FA2-4E98-8024-BC5B71E0893E', major: 7, minor: 1, rssi: -60, accuracy: 1 }],
    }),
  };

  it('10,000 mutated payloads, or what 10 s hold of them and 1,000 at least: refused or taken, and never our fault', async () => {
    expect(Object.keys(seeds).sort()).toEqual([...readableFormats, 'ranging'].sort());
    const phone = await shop.shopperToken('ada');
    const roll = dice(20_261_122);
    const names = Object.keys(seeds);
    const answers = new Map<string, number>();
    const most = 10_000;
    const least = 1_000;
    let sent = 0;
    const end = Date.now() + 10_000;
    const one = async (): Promise<void> => {
      const name = names[sent % names.length]!;
      const body = mutated(seeds[name]!, roll);
      const isPacked = roll(10) === 0;
      const packed = isPacked ? mutated(gzipSync(body), roll) : body;
      const isPhone = name === 'ranging';
      const { status, body: answer } = await send(
        isPhone ? '/v1/me/ranging' : `/v1/gateways/g1/${name}`,
        packed,
        {
          as: isPhone ? phone : key,
          headers: isPacked ? { 'content-encoding': 'gzip' } : {},
        },
      );
      const said = `${status} ${answer.code ?? ''}`.trim();
      answers.set(said, (answers.get(said) ?? 0) + 1);
    };
    const worker = async (): Promise<void> => {
      while (sent < most && (sent < least || Date.now() < end)) {
        sent += 1;
        await one();
      }
    };
    await Promise.all(Array.from({ length: 16 }, worker));
    const known = /^(202|400 malformed-(json|payload|encoding)|422 (wrong|unknown)-gateway)$/;
    expect([...answers.keys()].filter((answer) => !known.test(answer))).toEqual([]);
    expect(answers.get('202')).toBeGreaterThan(sent / 10);
    expect(await answerOf('/v1/gateways/g1/minew', seeds['minew']!)).toBe('202');
  });
});
