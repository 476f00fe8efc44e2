import { Metrics } from '../../src/platform/index.js';
import type { StoreId } from '../../src/shared/index.js';
import { GatewayPulse } from '../../src/sightings/index.js';
import { startShop, type Shop } from '../support/shop.js';
import { until } from '../support/until.js';

const FOB = 'ibeacon:f7826da6-4fa2-4e98-8024-bc5b71e0893e:7:1';
const FOB_MAC = 'mac:c3000012ab34';
const DOOR = 'ibeacon:00000000-1111-2222-3333-444444444444:1:1';
const HARDWARE = 'AC:23:3F:C0:AA:01';

const layout = {
  name: 'Corner shop',
  timeZone: 'Europe/Paris',
  currency: 'EUR',
  zones: [{ zoneId: 'coffee', name: 'Coffee', kind: 'aisle' }],
  gateways: [
    { gatewayId: 'g1', zoneId: 'coffee', hardwareId: HARDWARE },
    { gatewayId: 'g2', zoneId: 'coffee' },
  ],
  beacons: [{ beaconId: DOOR, zoneId: 'coffee' }],
};
const ago = (ms: number): string => new Date(Date.now() - ms).toISOString();

let shop: Shop;
let gatewayKey: string;
let otherKey: string;
let ada: string;
let bob: string;

/** How often each outcome was counted since the last look at this source. */
const looked = new Map<string, number>();
async function counted(source: string): Promise<Record<string, number>> {
  const { values } = await shop.get(Metrics).ingestEvents.get();
  const changes = values
    .filter(({ labels }) => labels.source === source)
    .map(({ labels, value }) => {
      const key = `${source} ${labels.outcome ?? ''}`;
      const change = value - (looked.get(key) ?? 0);
      looked.set(key, value);
      return [labels.outcome ?? '', change] as const;
    });
  return Object.fromEntries(changes.filter(([, change]) => change !== 0));
}

const consent = (shopperId: string, granted: boolean): Promise<unknown> =>
  shop.call('PUT', `/v1/shoppers/${shopperId}/consents/location`, {
    as: shop.serviceKey,
    body: { granted, policyVersion: '1', source: 'test' },
  });

beforeAll(async () => {
  shop = await startShop();
  for (const [storeId, document] of [
    ['s1', layout],
    ['s2', { ...layout, gateways: [{ gatewayId: 'far' }], beacons: [] }],
  ] as const) {
    const put = await shop.call('PUT', `/v1/stores/${storeId}`, { as: shop.serviceKey, body: document });
    expect(put.status).toBe(201);
  }
  gatewayKey = await shop.key('gateway', 's1');
  otherKey = await shop.key('gateway', 's2');
  for (const [shopperId, carries] of [
    ['ada', [FOB, FOB_MAC]],
    ['bob', ['mac:b0b000000001']],
  ] as const) {
    const put = await shop.call('PUT', `/v1/shoppers/${shopperId}`, {
      as: shop.serviceKey,
      body: { carries },
    });
    expect(put.status).toBeLessThan(300);
  }
  await consent('ada', true);
  ada = await shop.shopperToken('ada');
  bob = await shop.shopperToken('bob');
});

afterAll(() => shop.stop());

describe('sightings of a gateway', () => {
  const post = (sightings: unknown, as = gatewayKey): ReturnType<Shop['call']> =>
    shop.call('POST', '/v1/sightings', { as, body: { sightings } });

  it('are accepted whoever was heard, and go on only where the shopper is known and consents', async () => {
    const heard = { gatewayId: 'g1', rssiDbm: -60, observedAt: ago(200) };
    const { status, body } = await post([
      { ...heard, beaconId: FOB },
      { ...heard, beaconId: FOB },
      { ...heard, beaconId: 'mac:b0b000000001' },
      { ...heard, beaconId: 'mac:eeeeeeeeeeee' },
      { ...heard, beaconId: FOB, observedAt: ago(90_000) },
    ]);
    expect(status).toBe(202);
    expect(body).toEqual({ accepted: 5, rejected: [] });
    expect(await counted('native')).toEqual({
      accepted: 1,
      duplicate: 1,
      no_consent: 1,
      unknown: 1,
      late: 1,
    });
  });

  it('are kept and named item by item', async () => {
    const heard = { gatewayId: 'g1', beaconId: FOB, rssiDbm: -60 };
    const { status, body } = await post([
      heard,
      { ...heard, rssiDbm: 0 },
      { ...heard, gatewayId: 'far' },
      { ...heard, gatewayId: undefined },
      { ...heard, observedAt: ago(-20_000) },
      { ...heard, extra: 1 },
    ]);
    expect(status).toBe(202);
    expect(body.accepted).toBe(1);
    const rejected = body.rejected as { index: number; code: string }[];
    expect(rejected.map(({ index, code }) => [index, code])).toEqual([
      [1, 'rssi-unknown'],
      [2, 'unknown-gateway'],
      [3, 'required'],
      [4, 'in-the-future'],
      [5, 'unknown-field'],
    ]);
    await counted('native');
  });

  it('go by the sender’s clock where it says when it sent', async () => {
    const body = {
      sentAt: ago(3_600_000),
      sightings: [{ gatewayId: 'g1', beaconId: FOB, rssiDbm: -60, observedAt: ago(3_601_000) }],
    };
    expect((await shop.call('POST', '/v1/sightings', { as: gatewayKey, body })).status).toBe(202);
    expect(await counted('native')).toEqual({ accepted: 1 });
  });

  it('need the body to be whole, and a key of a gateway or shopper', async () => {
    expect(await post({})).toMatchObject({ status: 400, body: { code: 'invalid-request' } });
    expect(await post(Array(1_001).fill({}))).toMatchObject({
      status: 400,
      body: { code: 'too-many-items' },
    });
    expect((await post([], shop.serviceKey)).status).toBe(403);
    expect((await post([], 'ac_gateway_nonsense')).status).toBe(401);
  });

  it('stop going on when the shopper withdraws', async () => {
    await consent('ada', false);
    await until(
      async () => {
        await post([{ gatewayId: 'g1', beaconId: FOB, rssiDbm: -60 }]);
        return counted('native');
      },
      (outcomes) => outcomes['no_consent'] === 1,
    );
    await consent('ada', true);
  });

  it('are the pulse of the store', async () => {
    const pulse = shop.get(GatewayPulse);
    await post([]);
    const now = Date.now();
    await until(
      () => pulse.heardUntil('s1' as StoreId) ?? 0,
      (heardUntil) => now - heardUntil < 1_000,
    );
    expect(pulse.heardUntil('s2' as StoreId)).toBeUndefined();
  });
});

describe('a phone', () => {
  it('is where it heard a beacon of a store', async () => {
    const body = {
      sightings: [
        { beaconId: DOOR, rssiDbm: -60 },
        { beaconId: 'mac:eeeeeeeeeeee', rssiDbm: -60 },
        { beaconId: DOOR, rssiDbm: -60, gatewayId: 'g1' },
      ],
    };
    const answer = await shop.call('POST', '/v1/sightings', { as: ada, body });
    expect(answer).toMatchObject({
      status: 202,
      body: { accepted: 2, rejected: [{ index: 2, code: 'unknown-field' }] },
    });
    expect(await counted('phone')).toEqual({ accepted: 1, unknown: 1, rejected: 1 });
    expect((await shop.call('POST', '/v1/sightings', { as: bob, body })).body).toEqual(answer.body);
    expect(await counted('phone')).toEqual({ no_consent: 1, unknown: 1, rejected: 1 });
  });
});

describe('a Minew gateway', () => {
  const rows = (over: object = {}): object[] => [
    { timestamp: ago(900), type: 'Gateway', mac: 'AC233FC0AA01', gatewayFree: 80, gatewayLoad: 0.1 },
    {
      timestamp: ago(300),
      type: 'iBeacon',
      mac: 'FFFFFFFFFFFF',
      bleName: '',
      ibeaconUuid: 'F7826DA64FA24E988024BC5B71E0893E',
      ibeaconMajor: 7,
      ibeaconMinor: 1,
      rssi: -60,
      ibeaconTxPower: -59,
      battery: 0,
    },
    {
      timestamp: ago(300),
      type: 'Unknown',
      mac: 'C3000012AB34',
      bleName: false,
      rssi: -60,
      rawData: '',
      ...over,
    },
  ];
  const post = (
    path: string,
    body: unknown,
    headers: Record<string, string> = {},
  ): ReturnType<Shop['call']> => shop.call('POST', path, { body, headers });

  it.each(['application/json', 'application/octet-stream', 'text/plain'])('posts as %s', async (type) => {
    const headers = { 'content-type': type };
    const answer = await post(`/v1/gateways/g1/minew?key=${gatewayKey}`, rows(), headers);
    expect(answer).toMatchObject({ status: 202, body: { accepted: 2, rejected: [] } });
    expect(await counted('minew')).toEqual({ accepted: 2 });
  });

  it('may give its key as a password', async () => {
    const authorization = `Basic ${Buffer.from(`gateway:${gatewayKey}`).toString('base64')}`;
    const answer = await post('/v1/gateways/g2/minew', rows({ rssi: 127, extra: [] }), { authorization });
    expect(answer).toMatchObject({
      status: 202,
      body: { accepted: 1, rejected: [{ index: 2, code: 'rssi-unknown' }] },
    });
  });

  it('is asked for what it is', async () => {
    const as = { authorization: `Bearer ${gatewayKey}` };
    const [, ...others] = rows();
    const strange = [{ type: 'Gateway', mac: 'AC233FC0AA02' }, ...others];
    const wrong = await post('/v1/gateways/g1/minew', strange, as);
    expect(wrong).toMatchObject({ status: 422, body: { code: 'wrong-gateway' } });
    expect(wrong.body.detail).toMatch(/AC233FC0AA02.*AC:23:3F:C0:AA:01/);
    expect(await post('/v1/gateways/g1/minew', others, as)).toMatchObject({ status: 202 });
    expect(await post('/v1/gateways/far/minew', rows(), as)).toMatchObject({ status: 404 });
    expect(
      await post('/v1/gateways/g1/minew', rows(), { authorization: `Bearer ${otherKey}` }),
    ).toMatchObject({
      status: 404,
    });
    for (const format of ['morse', 'semaphore']) {
      expect(await post(`/v1/gateways/g1/${format}`, rows(), as)).toMatchObject({
        status: 404,
        body: { code: 'unknown-format' },
      });
    }
    expect(await post('/v1/gateways/g1/minew', '[{', as)).toMatchObject({
      status: 400,
      body: { code: 'malformed-json' },
    });
    expect(await post('/v1/gateways/g1/minew', { payload: rows() }, as)).toMatchObject({
      status: 400,
      body: { code: 'malformed-payload' },
    });
  });
});

describe('a check-in', () => {
  const checkIn = (body: object, as = ada): ReturnType<Shop['call']> =>
    shop.call('POST', '/v1/checkins', { as, body: { storeId: 's1', method: 'qr', ...body } });
  const visitsOf = (shopperId: string): Promise<{ visit_id: string; ended_at: number | null }[]> =>
    shop.database.query('SELECT visit_id, ended_at FROM visits WHERE shopper_id = $1 AND via = $2', [
      shopperId,
      'checkin',
    ]);

  it('is committed with its visit, which the next one goes on with', async () => {
    const first = await checkIn({ zoneId: 'coffee' });
    expect(first).toMatchObject({ status: 201, body: { storeId: 's1', zoneId: 'coffee' } });
    const second = await checkIn({});
    expect(second.body).toEqual({ visitId: first.body.visitId, storeId: 's1' });
    const kept = await shop.database.query('SELECT visit_id FROM checkins WHERE shopper_id = $1', ['ada']);
    expect(kept).toEqual([{ visit_id: first.body.visitId }, { visit_id: first.body.visitId }]);
    const left = (): Promise<object[]> =>
      shop.database.query("SELECT id FROM outbox WHERE event = 'checkin.recorded'");
    await until(left, (rows) => rows.length === 0);
  });

  it('made 50 times at once begins one visit', async () => {
    await consent('bob', true);
    const answers = await Promise.all(Array.from({ length: 50 }, () => checkIn({}, bob)));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([201]));
    expect(new Set(answers.map(({ body }) => body.visitId as string)).size).toBe(1);
    await consent('bob', false);
  });

  it('of long ago is kept, with a visit that is over', async () => {
    const { status, body } = await checkIn({ observedAt: ago(5 * 3_600_000) });
    expect(status).toBe(201);
    const visits = await visitsOf('ada');
    expect(visits.find(({ visit_id }) => visit_id === body.visitId)?.ended_at).not.toBeNull();
  });

  it('is refused where it cannot be', async () => {
    expect(await checkIn({}, bob)).toMatchObject({ status: 403, body: { code: 'no-consent' } });
    expect(await checkIn({ storeId: 'nowhere' })).toMatchObject({ status: 404 });
    for (const [body, path, code] of [
      [{ zoneId: 'tea' }, 'zoneId', 'unknown-zone'],
      [{ observedAt: ago(-9_000) }, 'observedAt', 'in-the-future'],
      [{ observedAt: ago(25 * 3_600_000) }, 'observedAt', 'too-old'],
      [{ method: 'telepathy' }, 'method', 'not-allowed'],
      [{ beacon: 'x' }, 'beacon', 'unknown-field'],
    ] as const) {
      expect(await checkIn(body)).toMatchObject({ status: 400, body: { errors: [{ path, code }] } });
    }
    expect((await checkIn({}, gatewayKey)).status).toBe(403);
  });

  it('repeated with its key is the first one', async () => {
    const ask = { as: ada, body: { storeId: 's1', method: 'nfc' }, headers: { 'Idempotency-Key': 'tap-1' } };
    const first = await shop.call('POST', '/v1/checkins', ask);
    const again = await shop.call('POST', '/v1/checkins', ask);
    expect(again.body).toEqual(first.body);
    expect(again.headers.get('idempotency-replayed')).toBe('true');
  });
});
