import { PresenceService } from '../../src/presence/index.js';
import type { ShopperId } from '../../src/shared/index.js';
import { startShop, type Reply, type Shop } from '../support/shop.js';
import { until } from '../support/until.js';

const FOB = 'mac:c3000012ab35';
const ada = 'ada' as ShopperId;

let shop: Shop;
let gatewayKey: string;

const consent = (granted: boolean): Promise<Reply> =>
  shop.call('PUT', `/v1/shoppers/${ada}/consents/location`, {
    as: shop.serviceKey,
    body: { granted, policyVersion: '1', source: 'test' },
  });
const isHeard = (): Promise<Reply> =>
  shop.call('POST', '/v1/sightings', {
    as: gatewayKey,
    body: { sightings: [{ gatewayId: 'g1', beaconId: FOB, rssiDbm: -50 }] },
  });
const openVisits = (): Promise<object[]> =>
  shop.database.query('SELECT visit_id FROM visits WHERE shopper_id = $1 AND ended_at IS NULL', [ada]);

beforeAll(async () => {
  shop = await startShop();
  const as = shop.serviceKey;
  await shop.call('PUT', '/v1/stores/s1', {
    as,
    body: {
      name: 'Corner shop',
      timeZone: 'Europe/Paris',
      currency: 'EUR',
      zones: [{ zoneId: 'coffee', name: 'Coffee', kind: 'aisle' }],
      gateways: [{ gatewayId: 'g1', zoneId: 'coffee' }],
      beacons: [],
    },
  });
  await shop.call('PUT', `/v1/shoppers/${ada}`, { as, body: { carries: [FOB] } });
  gatewayKey = await shop.key('gateway', 's1');
});
afterAll(() => shop.stop());

describe('a shopper who withdraws the consent to be located', () => {
  it('is in no store and on no visit within 5 s, and comes back only with a new consent', async () => {
    const presence = shop.get(PresenceService);
    await consent(true);
    const token = await shop.shopperToken(ada);
    const body = { storeId: 's1', zoneId: 'coffee', method: 'qr' };
    expect((await shop.call('POST', '/v1/checkins', { as: token, body })).status).toBe(201);
    await until(
      () => presence.of(ada),
      (held) => held?.stay?.zoneId === 'coffee',
    );
    expect(await openVisits()).toHaveLength(1);

    await consent(false);
    await until(
      () => presence.of(ada),
      (held) => held === undefined,
    );
    await until(openVisits, (open) => open.length === 0);
    expect((await isHeard()).status).toBe(202);
    expect(await presence.of(ada)).toBeUndefined();

    await consent(true);
    expect((await isHeard()).status).toBe(202);
    expect(await presence.of(ada)).toMatchObject({ storeId: 's1' });
  });
});
