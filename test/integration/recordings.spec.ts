import { gunzipSync } from 'node:zlib';
import { defaultParameters, replayed, settledStays, type Traced } from '../../src/presence/index.js';
import { TraceReader } from '../../src/sightings/index.js';
import { layoutOf } from '../../src/stores/index.js';
import { callerOf } from '../support/http.js';
import { startShop, type Reply, type Shop } from '../support/shop.js';
import { twin } from '../support/twin.js';
import { until } from '../support/until.js';

const ADAS_TAG = 'mac:ada000000001';
const BENS_TAG = 'mac:be0000000001';
const CYDS_TAG = 'mac:c1d000000001';
const TEA_BEACON = 'ibeacon:00000000-1111-2222-3333-444444444444:1:1';
const ALL = '/v1/stores/s1/recordings';

const layout = {
  name: 'Corner shop',
  timeZone: 'Europe/Paris',
  currency: 'EUR',
  zones: [
    { zoneId: 'coffee', name: 'Coffee', kind: 'aisle' },
    { zoneId: 'tea', name: 'Tea', kind: 'aisle' },
  ],
  gateways: [
    { gatewayId: 'g1', zoneId: 'coffee' },
    { gatewayId: 'g2', zoneId: 'tea' },
  ],
  beacons: [{ beaconId: TEA_BEACON, zoneId: 'tea' }],
};

let shop: Shop;
let gatewayKey: string;

beforeAll(async () => {
  shop = await startShop();
  for (const [storeId, document] of [
    ['s1', layout],
    ['s2', { ...layout, gateways: [], beacons: [] }],
  ] as const) {
    await shop.call('PUT', `/v1/stores/${storeId}`, { as: shop.serviceKey, body: document });
  }
  for (const [shopperId, tag] of [
    ['ada', ADAS_TAG],
    ['ben', BENS_TAG],
    ['cyd', CYDS_TAG],
  ] as const) {
    await shop.call('PUT', `/v1/shoppers/${shopperId}`, { as: shop.serviceKey, body: { carries: [tag] } });
    await shop.call('PUT', `/v1/shoppers/${shopperId}/consents/location`, {
      as: shop.serviceKey,
      body: { granted: shopperId !== 'cyd', policyVersion: '1', source: 'test' },
    });
  }
  gatewayKey = await shop.key('gateway', 's1');
});
afterAll(() => shop.stop());

const start = (as = shop.serviceKey, path = ALL): Promise<Reply> =>
  shop.call('POST', path, { as, body: { minutes: 5 } });
const get = (path: string): Promise<Reply> => shop.call('GET', path, { as: shop.serviceKey });

async function bytesOf(path: string): Promise<{ type: string | null; bytes: Buffer }> {
  const response = await fetch(`${shop.url}${path}`, {
    headers: { authorization: `Bearer ${shop.serviceKey}` },
  });
  return { type: response.headers.get('content-type'), bytes: Buffer.from(await response.arrayBuffer()) };
}

/** Ten seconds at the coffee, as two gateways hear a tag, told at once. */
function tagHeard(beaconId: string, now: number): object[] {
  return Array.from({ length: 10 }, (_, second) => {
    const observedAt = new Date(now - 12_000 + second * 1_000).toISOString();
    return [
      { gatewayId: 'g1', beaconId, rssiDbm: -50 - (second % 3), observedAt },
      { gatewayId: 'g2', beaconId, rssiDbm: -80 - (second % 4), observedAt },
    ];
  }).flat();
}

interface Stay {
  zoneId: string;
  enteredAt: number;
}

/** What the shop says of where its shoppers went. */
function liveStays(): Promise<(Stay & { shopperId: string })[]> {
  return shop.database.query(
    `SELECT shopper_id AS "shopperId", zone_id AS "zoneId", entered_at AS "enteredAt" FROM stays
     JOIN visits USING (visit_id) WHERE left_at IS NULL OR left_at > entered_at ORDER BY entered_at, zone_id`,
  );
}

function replayedStays(trace: string): Stay[] {
  const reader = new TraceReader();
  const traced: { [Part in keyof Traced]: Traced[Part][number][] } = { sightings: [], checkIns: [] };
  for (const line of trace.split('\n')) {
    const item = reader.read(line);
    if (item?.kind === 'sighting') traced.sightings.push(item.sighting);
    if (item?.kind === 'checkin') traced.checkIns.push(item.checkin);
  }
  const { storeId, store, recordedAt: startedAt } = reader.header;
  const setting = { startedAt, parameters: defaultParameters, dwellSeconds: [] };
  const steps = [...replayed(traced, { ...setting, layout: layoutOf(storeId, store) })];
  return settledStays(steps.flatMap(({ changes }) => changes)).map(({ zoneId, enteredAt }) => ({
    zoneId,
    enteredAt,
  }));
}

describe('a recording', () => {
  let path: string;

  it('runs in one store once, and everybody may see that it does who may start one', async () => {
    const { status, body } = await start();
    expect(status).toBe(202);
    expect(Date.parse(body.endsAt as string) - Date.now()).toBeGreaterThan(4 * 60_000);
    path = `${ALL}/${body.recordingId as string}`;
    expect(await start()).toMatchObject({ status: 409, body: { code: 'already-recording' } });
    expect((await get(ALL)).body.items).toMatchObject([{ recordingId: body.recordingId, state: 'running' }]);
    const { recordingId } = (await start(shop.serviceKey, '/v1/stores/s2/recordings')).body;
    expect((await get(`${ALL}/${recordingId as string}`)).status).toBe(404);
  });

  it('is for the back office and admins, of stores that are there, for 1 to 120 minutes', async () => {
    const { token } = await shop.staff('marketer');
    for (const as of [gatewayKey, await shop.shopperToken('ada'), token]) {
      expect((await start(as)).status).toBe(403);
    }
    expect((await start(shop.serviceKey, '/v1/stores/none/recordings')).status).toBe(404);
    for (const minutes of [0, 121, 1.5]) {
      const refused = await shop.call('POST', ALL, { as: shop.serviceKey, body: { minutes } });
      expect(refused.status).toBe(400);
    }
  });

  it('holds what every door gave to presence, and replayed leads through the same zones', async () => {
    const now = Date.now();
    const sightings = [BENS_TAG, CYDS_TAG].flatMap((tag) => tagHeard(tag, now));
    const ada = await shop.shopperToken('ada');
    const phone = Array.from({ length: 8 }, (_, second) => ({
      beaconId: TEA_BEACON,
      rssiDbm: -60,
      observedAt: new Date(now - 9_000 + second * 1_000).toISOString(),
    }));
    for (const [as, body] of [
      [gatewayKey, { sightings }],
      [ada, { sightings: phone }],
    ] as const) {
      expect((await shop.call('POST', '/v1/sightings', { as, body })).status).toBe(202);
    }
    const checkin = { storeId: 's1', zoneId: 'coffee', method: 'qr' };
    expect((await shop.call('POST', '/v1/checkins', { as: ada, body: checkin })).status).toBe(201);
    const live = await until(liveStays, (stays) => stays.length === 3);
    expect(live.map(({ shopperId, zoneId }) => `${shopperId} ${zoneId}`)).toEqual([
      'ben coffee',
      'ada tea',
      'ada coffee',
    ]);

    await until(
      () => get(path),
      ({ body }) => body.sightings === 28 && body.checkins === 1,
    );
    const ended = await shop.call('POST', `${path}/end`, { as: shop.serviceKey, body: {} });
    expect(ended.body).toMatchObject({ state: 'ended', sightings: 28, checkins: 1, dropped: 0 });
    const { type, bytes } = await bytesOf(`${path}/trace`);
    expect(type).toContain('application/x-ndjson');
    expect(gunzipSync((await bytesOf(`${path}/trace?gzip=true`)).bytes).equals(bytes)).toBe(true);
    const replay = replayedStays(bytes.toString()).sort((a, b) => a.enteredAt - b.enteredAt);
    expect(replay).toEqual(live.map(({ zoneId, enteredAt }) => ({ zoneId, enteredAt })));
  });

  it('names no shopper and no beacon that a shopper carries, and nobody who has not consented', async () => {
    const text = (await bytesOf(`${path}/trace`)).bytes.toString();
    const [, ...lines] = text.trim().split('\n');
    expect(lines).toHaveLength(29);
    for (const name of ['"ada"', '"ben"', '"cyd"', ADAS_TAG, BENS_TAG, CYDS_TAG, 'mac:']) {
      expect(text).not.toContain(name);
    }
    const walkers = new Set(lines.map((line) => (JSON.parse(line) as { w: string }).w));
    expect(walkers.size).toBe(2);
    for (const walker of walkers) expect(walker).toMatch(/^walker-\d+$/);
    expect(await shop.redis.request.keys(`${shop.redis.prefix}:recording:${path.slice(-36)}`)).toEqual([]);
  });

  it('takes nothing once it has ended, and is gone when it is removed', async () => {
    const body = { sightings: tagHeard(BENS_TAG, Date.now()) };
    await shop.call('POST', '/v1/sightings', { as: gatewayKey, body });
    await new Promise((resolve) => setTimeout(resolve, 2_000));
    expect((await get(path)).body.sightings).toBe(28);
    expect((await shop.call('DELETE', path, { as: shop.serviceKey })).status).toBe(204);
    expect((await get(path)).status).toBe(404);
    const chunks = await shop.database.query('SELECT chunk_id FROM recording_chunks');
    expect(chunks).toEqual([]);
  });

  it('is kept by every process, with one name for a shopper, as soon as they hear that it runs', async () => {
    const other = await twin(shop, 'api');
    try {
      const { recordingId } = (await start()).body;
      await new Promise((resolve) => setTimeout(resolve, 2_000));
      for (const url of [shop.url, other.url]) {
        const body = { sightings: tagHeard(BENS_TAG, Date.now()) };
        const posted = await callerOf(url)('POST', '/v1/sightings', { as: gatewayKey, body });
        expect(posted.status).toBe(202);
      }
      await until(
        () => get(`${ALL}/${recordingId as string}`),
        ({ body }) => body.sightings === 40,
      );
      const text = (await bytesOf(`${ALL}/${recordingId as string}/trace`)).bytes.toString();
      expect(new Set(text.match(/walker-\d+/g)).size).toBe(1);
    } finally {
      await other.stop();
    }
  });
});
