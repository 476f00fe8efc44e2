import { connectPhone, type Phone } from '../support/shoppers-phone.js';
import { startShop, type Shop } from '../support/shop.js';
import { until } from '../support/until.js';

/**
 * Chapter 1. The manual begins with an empty house: a store is drawn, a gateway gets its key, a shopper her tag; she
 * consents, walks in and is greeted at the door, goes to the coffee, and withdraws her consent.
 */
describe('1. A shopper walks in', () => {
  const TAG = 'AC233F8C7CEE';
  let shop: Shop;
  let admin: string;
  let gatewayKey: string;
  let token: string;
  let phone: Phone;
  let visitId: string;

  /** What a Minew gateway posts: itself first, then what it heard, once a second, until now. */
  const minew = (mac: string, rssi: number, until = Date.now()): unknown[] => [
    { timestamp: new Date(until).toISOString(), type: 'Gateway', mac, gatewayFree: 80 },
    ...[5, 4, 3, 2, 1, 0].map((seconds) => ({
      timestamp: new Date(until - seconds * 1_000).toISOString(),
      type: 'iBeacon',
      mac: TAG,
      bleName: '',
      ibeaconUuid: 'E2C56DB5DFFB48D2B060D0F5A71096E0',
      ibeaconMajor: 0,
      ibeaconMinor: 0,
      rssi,
      ibeaconTxPower: -59,
      battery: 0,
    })),
  ];
  const view = async (): Promise<{ recent: { visits: Visit[] } }> =>
    (await shop.call('GET', '/v1/shoppers/ada', { as: shop.serviceKey })).body as {
      recent: { visits: Visit[] };
    };
  interface Visit {
    visitId: string;
    storeId: string;
    endedAt: string | null;
    zones: { zoneId: string; leftAt: string | null }[];
  }

  beforeAll(async () => {
    shop = await startShop();
    admin = (await shop.staff('admin')).token;
  });
  afterAll(async () => {
    phone.close();
    await shop.stop();
  });

  it('A store is one document: its zones, and a gateway in each', async () => {
    const layout = {
      name: 'Corner Market',
      timeZone: 'Europe/Berlin',
      currency: 'EUR',
      zones: [
        { zoneId: 'door', name: 'Entrance', kind: 'entrance' },
        { zoneId: 'coffee', name: 'Coffee & tea', kind: 'aisle', categories: ['coffee filters'] },
      ],
      gateways: [
        { gatewayId: 'gw-door', hardwareId: 'AC233FC0BC43', zoneId: 'door' },
        { gatewayId: 'gw-coffee', hardwareId: 'AC233FC0BC44', zoneId: 'coffee' },
      ],
      beacons: [],
    };
    const put = await shop.call('PUT', '/v1/stores/corner', { as: shop.serviceKey, body: layout });
    expect(put.status).toBe(201);
    const got = await shop.call('GET', '/v1/stores/corner', { as: shop.serviceKey });
    expect(got).toMatchObject({ status: 200, body: layout });
    expect(got.headers.get('etag')).toBe('"1"');
  });

  it('A gateway speaks for its own store, with a key that is shown once', async () => {
    const body = { kind: 'gateway', storeId: 'corner', label: 'both gateways' };
    const made = await shop.call('POST', '/v1/keys', { as: admin, body });
    expect(made.status).toBe(201);
    gatewayKey = made.body.key as string;
    expect(gatewayKey).toMatch(/^ac_gateway_/);
    const { body: listed } = await shop.call('GET', '/v1/keys', { as: admin });
    expect(JSON.stringify(listed)).not.toContain(gatewayKey);
  });

  it('Ada carries a tag, and her app has a token', async () => {
    const body = { displayName: 'Ada', carries: [`mac:${TAG.toLowerCase()}`] };
    const put = await shop.call('PUT', '/v1/shoppers/ada', { as: shop.serviceKey, body });
    expect(put.status).toBe(201);
    const issued = await shop.call('POST', '/v1/shoppers/ada/tokens', { as: shop.serviceKey });
    expect(issued.status).toBe(201);
    token = issued.body.token as string;
    phone = await connectPhone(shop.url, token);
    const me = await shop.call('GET', '/v1/me', { as: token });
    expect(me).toMatchObject({ status: 200, body: { shopperId: 'ada', profile: { displayName: 'Ada' } } });
  });

  it('Until she consents, she is nobody', async () => {
    const heard = await shop.call('POST', '/v1/gateways/gw-door/minew', {
      as: gatewayKey,
      body: minew('AC233FC0BC43', -45, Date.now() - 30_000),
    });
    expect(heard).toMatchObject({ status: 202, body: { accepted: 6, rejected: [] } });
    expect((await view()).recent.visits).toEqual([]);
  });

  it('She consents in the app', async () => {
    const body = { granted: true, policyVersion: '2026-11' };
    const said = await shop.call('PUT', '/v1/me/consents/location', { as: token, body });
    expect(said).toMatchObject({ status: 200, body: { granted: true, source: 'app' } });
  });

  it('Somebody writes a welcome, and somebody else approves it', async () => {
    const [marketer, approver] = [await shop.staff('marketer'), await shop.staff('approver')];
    const body = {
      name: 'Welcome',
      kind: 'message',
      trigger: { on: ['zoneEntered'], zoneKinds: ['entrance'] },
      content: { default: { title: 'Hello {{shopper.firstName}}', body: 'Welcome to {{store.name}}' } },
    };
    const written = await shop.call('POST', '/v1/offers', { as: marketer.token, body });
    expect(written).toMatchObject({ status: 201, body: { status: 'draft' } });
    const act = (action: string, as: string): ReturnType<Shop['call']> =>
      shop.call('POST', `/v1/offers/${written.body.offerId}/${action}`, { as });
    expect(await act('submit', marketer.token)).toMatchObject({ status: 200, body: { status: 'inReview' } });
    expect((await act('approve', marketer.token)).status).toBe(403);
    expect(await act('approve', approver.token)).toMatchObject({ status: 200, body: { status: 'live' } });
  });

  it('She walks in: the gateway at the door hears her tag, and her phone welcomes her', async () => {
    const heard = await shop.call('POST', '/v1/gateways/gw-door/minew', {
      as: gatewayKey,
      body: minew('AC233FC0BC43', -45, Date.now() - 12_000),
    });
    expect(heard).toMatchObject({ status: 202, body: { accepted: 6, rejected: [] } });
    const offer = await phone.nextOffer();
    expect(offer).toMatchObject({
      title: 'Hello Ada',
      body: 'Welcome to Corner Market',
      storeId: 'corner',
      zoneId: 'door',
    });
    expect(offer).not.toHaveProperty('couponCode');
  });

  it('The welcome is in her wallet too', async () => {
    const { body } = await shop.call('GET', '/v1/me/offers', { as: token });
    expect(body).toMatchObject({ items: [{ deliveryId: phone.offers[0]!.deliveryId, title: 'Hello Ada' }] });
    expect(body.items).toHaveLength(1);
  });

  it('The customer view shows the running visit', async () => {
    const { recent } = await view();
    expect(recent.visits).toMatchObject([
      { storeId: 'corner', endedAt: null, zones: [{ zoneId: 'door', leftAt: null }] },
    ]);
    visitId = recent.visits[0]!.visitId;
  });

  it('She goes to the coffee: the stay at the door ends, the visit goes on', async () => {
    const heard = await shop.call('POST', '/v1/gateways/gw-coffee/minew', {
      as: gatewayKey,
      body: [
        ...minew('AC233FC0BC44', -45, Date.now() - 6_000),
        ...minew('AC233FC0BC44', -45, Date.now()).slice(1),
      ],
    });
    expect(heard.status).toBe(202);
    const { recent } = await until(view, ({ recent: { visits } }) => visits[0]?.zones.length === 2);
    expect(recent.visits).toHaveLength(1);
    expect(recent.visits[0]).toMatchObject({ visitId, endedAt: null });
    const byZone = new Map(recent.visits[0]!.zones.map(({ zoneId, leftAt }) => [zoneId, leftAt]));
    expect(byZone.get('coffee')).toBeNull();
    expect(byZone.get('door')).not.toBeNull();
  });

  it('She withdraws her consent: the visit ends, and nothing follows', async () => {
    const body = { granted: false, policyVersion: '2026-11' };
    expect((await shop.call('PUT', '/v1/me/consents/location', { as: token, body })).status).toBe(200);
    await until(view, ({ recent: { visits } }) => visits[0]?.endedAt !== null);
    await until(
      () => phone.withdrawn,
      (notices) => notices.length === 1,
    );
    expect(phone.withdrawn).toEqual([
      { deliveryId: phone.offers[0]!.deliveryId, reason: 'consent-withdrawn' },
    ]);
    expect((await shop.call('GET', '/v1/me/offers', { as: token })).body).toMatchObject({ items: [] });
    const heard = await shop.call('POST', '/v1/gateways/gw-door/minew', {
      as: gatewayKey,
      body: minew('AC233FC0BC43', -45),
    });
    expect(heard.status).toBe(202);
    expect((await view()).recent.visits).toHaveLength(1);
    expect(phone.offers).toHaveLength(1);
  });
});
