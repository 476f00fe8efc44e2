import { startFcm, type Fcm } from '../support/fcm.js';
import { hangUpAll, phone } from '../support/phone.js';
import { startShop, type Reply, type Shop } from '../support/shop.js';
import { until } from '../support/until.js';

let fcm: Fcm;
let shop: Shop;
let analyst: string;

interface Figures {
  stage: string;
  count: number;
  later: number;
  p50: number | null;
  p95: number | null;
  p99: number | null;
}

async function someone(shopperId: string): Promise<string> {
  const as = shop.serviceKey;
  await shop.call('PUT', `/v1/shoppers/${shopperId}`, { as, body: {} });
  const body = ['location', 'push'].map((purpose) => ({
    shopperId,
    purpose,
    granted: true,
    policyVersion: '1',
    source: 'test',
  }));
  await shop.call('POST', '/v1/consents', { as, body });
  return shop.shopperToken(shopperId);
}
const checkIn = (token: string): Promise<Reply> =>
  shop.call('POST', '/v1/checkins', { as: token, body: { storeId: 's1', method: 'qr' } });
const report = (query = '', headers: Record<string, string> = {}): Promise<Reply> =>
  shop.call('GET', `/v1/reports/latency${query}`, { as: analyst, headers });
const stageOf = (figures: Figures[], stage: string): Figures | undefined =>
  figures.find((each) => each.stage === stage);

beforeAll(async () => {
  fcm = await startFcm();
  shop = await startShop(fcm.settings);
  analyst = (await shop.staff('analyst')).token;
  const as = shop.serviceKey;
  const store = { name: 'Shop', currency: 'EUR', zones: [], gateways: [], beacons: [] };
  await shop.call('PUT', '/v1/stores/s1', { as, body: { ...store, timeZone: 'Asia/Tokyo' } });
  const [marketer, approver] = await Promise.all([shop.staff('marketer'), shop.staff('approver')]);
  const body = {
    name: 'Welcome',
    kind: 'message',
    trigger: { on: ['checkedIn'] },
    content: { default: { title: 'Welcome', body: 'Come in' } },
  };
  const offerId = String((await shop.call('POST', '/v1/offers', { as: marketer.token, body })).body.offerId);
  await shop.call('POST', `/v1/offers/${offerId}/submit`, { as: marketer.token });
  await shop.call('POST', `/v1/offers/${offerId}/approve`, { as: approver.token });
  // One has the app open, the other has the phone in the pocket.
  const [open, pocketed] = [await someone('ada'), await someone('bob')];
  await shop.call('PUT', '/v1/me/devices/phone', {
    as: pocketed,
    body: { platform: 'ios', pushToken: 'bob' },
  });
  const { offers } = await phone(shop.url, open);
  await until(
    () =>
      shop.call('POST', '/v1/decisions/preview', {
        as: analyst,
        body: { shopperId: 'ada', storeId: 's1', on: 'checkedIn' },
      }),
    ({ body: { considered } }) => considered.length === 1,
  );
  await Promise.all([checkIn(open), checkIn(pocketed)]);
  await until(
    () => offers.length + fcm.standIn.messages('bob').length,
    (count) => count === 2,
  );
});
afterAll(async () => {
  hangUpAll();
  await shop.stop();
  await fcm.stop();
});

describe('the latency of offers', () => {
  it('is reported by stage, store and period, each stage after the one before', async () => {
    const { body } = await until(
      () => report(),
      (reply) => ['acknowledged', 'pushed'].every((stage) => stageOf(reply.body.total, stage)?.count === 1),
    );
    expect(body).toMatchObject({ period: 'day', timeZone: 'Asia/Tokyo' });
    const counts = (body.total as Figures[]).map(({ stage, count }) => [stage, count]);
    expect(counts).toEqual([
      ['received', 2],
      ['present', 2],
      ['decided', 2],
      ['committed', 2],
      ['emitted', 1],
      ['acknowledged', 1],
      ['pushed', 1],
    ]);
    expect(body.rows).toHaveLength(1);
    expect(body.rows[0]).toMatchObject({ storeId: 's1', from: expect.stringMatching(/T00:00:00$/) });
    expect(body.rows[0].stages).toEqual(body.total);
    const { latencyMs } = (await shop.call('GET', '/v1/decisions?shopperId=ada', { as: analyst })).body
      .items[0];
    const way = ['present', 'decided', 'committed', 'emitted', 'acknowledged'];
    const times = way.map((stage) => latencyMs[stage] as number);
    expect(times).toEqual([...times].sort((a, b) => a - b));
    for (const { p50, p95, p99 } of body.total as Figures[]) {
      expect([p50, p95, p99]).toEqual([p50, p95, p99].sort((a, b) => (a ?? 0) - (b ?? 0)));
    }
  });

  it('comes as CSV too, a row a stage', async () => {
    const { body } = await report('?period=hour', { accept: 'text/csv' });
    const [head, ...rows] = String(body).trim().split('\r\n');
    expect(head).toBe('storeId,from,stage,count,later,p50,p95,p99');
    expect(rows).toHaveLength(7);
    expect(rows[0]).toMatch(/^s1,\d{4}-\d\d-\d\dT\d\d:00:00,received,2,0,/);
  });

  it('is of the days asked for', async () => {
    expect((await report('?from=2020-01-01&to=2020-02-01')).body.rows).toEqual([]);
    expect((await report('?from=2020-02-01&to=2020-01-01')).status).toBe(400);
    expect((await report('?storeId=nowhere')).status).toBe(404);
  });

  it('is in the histograms of the process', async () => {
    const { body } = await shop.call('GET', '/metrics');
    for (const stage of [
      'received',
      'present',
      'decided',
      'committed',
      'emitted',
      'acknowledged',
      'pushed',
    ]) {
      expect(body).toMatch(new RegExp(`offer_stage_seconds_count\\{stage="${stage}"\\} [12]`));
    }
    expect(body).not.toMatch(/ada|bob/);
  });
});
