import { randomUUID } from 'node:crypto';
import { Decisions } from '../../src/decisions/index.js';
import { Clock, Metrics, RedisConnections } from '../../src/platform/index.js';
import type { PresenceChange } from '../../src/presence/index.js';
import type {
  BeaconId,
  ChangeId,
  GatewayId,
  ShopperId,
  StoreId,
  VisitId,
  ZoneId,
} from '../../src/shared/index.js';
import type { HealthUpdate, KeptHearing } from '../../src/sightings/health/health-kept.js';
import { HealthStore } from '../../src/sightings/health/health.store.js';
import { ZoneMutes } from '../../src/sightings/index.js';
import { startShop, type Shop } from '../support/shop.js';
import { until } from '../support/until.js';

const ADAS = 'mac:ada000000001';
const BOBS = 'ibeacon:f7826da6-4fa2-4e98-8024-bc5b71e0893e:7:2';
const BOBS_MAC = 'mac:b0b000000001';
const STRANGE = 'mac:eeeeeeeeeeee';
const SHELF = 'mac:5e1f00000001';
const FAR_SHELF = 'mac:5e1f00000002';

const layout = {
  name: 'Corner shop',
  timeZone: 'Europe/Paris',
  currency: 'EUR',
  zones: [{ zoneId: 'coffee', name: 'Coffee', kind: 'aisle' }],
  gateways: [
    { gatewayId: 'g1', zoneId: 'coffee', hardwareId: 'AC:23:3F:C0:AA:01' },
    { gatewayId: 'g2', zoneId: 'coffee' },
  ],
  beacons: [{ beaconId: SHELF, zoneId: 'coffee' }],
};

interface Page {
  gateways: {
    gatewayId: string;
    lastSeenAt?: string;
    silent: boolean;
    silentSeconds?: number;
    clockOffsetSeconds?: number;
    clockOffsetAgeSeconds?: number;
    lastPayload?: { format: string; bytes?: number; excerpt: string };
    accepted: number;
    rejections: { code: string; count: number; detail: string }[];
    heardPerMinute: number;
  }[];
  rejections: { code: string; count: number; detail: string }[];
  beacons: { beaconId: string; lastSeenAt?: string; heardBy?: string; rssiDbm?: number; silent?: boolean }[];
  zones: { zoneId: string; flapsPerHour: number; mutedUntil?: string }[];
  heard: { beaconId: string; gatewayId: string; rssiDbm: number; known: string }[];
}

let shop: Shop;
let gatewayKey: string;
let ada: string;

const page = async (as = shop.serviceKey): Promise<Page> =>
  (await shop.call('GET', '/v1/stores/s1/health', { as })).body as never;
const gateway = (health: Page, gatewayId = 'g1'): Page['gateways'][number] => {
  const found = health.gateways.find((each) => each.gatewayId === gatewayId);
  if (found === undefined) throw new Error(`the page has no gateway ${gatewayId}`);
  return found;
};
/** The page once it says what is asked of it: processes write it down each second. */
const pageWith = (holds: (health: Page) => boolean): Promise<Page> => until(() => page(), holds);
const post = (sightings: object[], more: object = {}): ReturnType<Shop['call']> =>
  shop.call('POST', '/v1/sightings', { as: gatewayKey, body: { ...more, sightings } });
const minew = (body: unknown, gatewayId = 'g1'): ReturnType<Shop['call']> =>
  shop.call('POST', `/v1/gateways/${gatewayId}/minew?key=${gatewayKey}`, { body });
const consent = (shopperId: string, granted: boolean): Promise<unknown> =>
  shop.call('PUT', `/v1/shoppers/${shopperId}/consents/location`, {
    as: shop.serviceKey,
    body: { granted, policyVersion: '1', source: 'test' },
  });
const counted = async (outcome: string): Promise<number> =>
  (await shop.get(Metrics).ingestEvents.get()).values
    .filter(({ labels }) => labels.outcome === outcome)
    .reduce((sum, { value }) => sum + value, 0);

beforeAll(async () => {
  shop = await startShop();
  const far = { ...layout, gateways: [{ gatewayId: 'far' }], beacons: [{ beaconId: FAR_SHELF }] };
  for (const [storeId, document] of [
    ['s1', layout],
    ['s2', far],
  ] as const) {
    await shop.call('PUT', `/v1/stores/${storeId}`, { as: shop.serviceKey, body: document });
  }
  gatewayKey = await shop.key('gateway', 's1');
  for (const [shopperId, carries] of [
    ['ada', [ADAS]],
    ['bob', [BOBS]],
  ] as const) {
    await shop.call('PUT', `/v1/shoppers/${shopperId}`, { as: shop.serviceKey, body: { carries } });
  }
  await consent('ada', true);
  ada = await shop.shopperToken('ada');
});

afterAll(() => shop.stop());

describe('the health of a store', () => {
  it('says before anything was heard that its gateways are silent', async () => {
    const health = await page();
    expect(health).toMatchObject({ storeId: 's1', open: true, rejections: [], heard: [] });
    expect(gateway(health)).toEqual({
      gatewayId: 'g1',
      hardwareId: 'AC:23:3F:C0:AA:01',
      silent: true,
      accepted: 0,
      rejections: [],
      heardPerMinute: 0,
    });
    expect(health.beacons).toEqual([{ beaconId: SHELF }]);
    expect(health.zones).toEqual([{ zoneId: 'coffee', flapsPerHour: 0 }]);
  });

  it('is shown to the back office and to staff, and to nobody else', async () => {
    const path = '/v1/stores/s1/health';
    for (const role of ['admin', 'marketer', 'associate', 'analyst'] as const) {
      const { token } = await shop.staff(role);
      expect((await shop.call('GET', path, { as: token })).status).toBe(200);
    }
    expect((await shop.call('GET', path, { as: gatewayKey })).status).toBe(403);
    expect((await shop.call('GET', path, { as: ada })).status).toBe(403);
    expect((await shop.call('GET', path)).status).toBe(401);
    expect((await shop.call('GET', '/v1/stores/nowhere/health', { as: shop.serviceKey })).status).toBe(404);
  });

  it('shows what was heard, and nothing of a tag whose shopper has not consented', async () => {
    await minew([
      { type: 'Gateway', mac: 'AC233FC0AA01' },
      { type: 'Unknown', mac: 'ADA000000001', rssi: -50, rawData: '' },
      { type: 'Unknown', mac: 'EEEEEEEEEEEE', rssi: -51, rawData: '' },
      { type: 'Unknown', mac: '5E1F00000001', rssi: -52, rawData: '' },
      {
        type: 'iBeacon',
        mac: 'B0B000000001',
        rssi: -53,
        ibeaconUuid: 'F7826DA64FA24E988024BC5B71E0893E',
        ibeaconMajor: 7,
        ibeaconMinor: 2,
      },
      { type: 'Unknown', mac: 'B0B000000001', rssi: -54, rawData: '' },
      { type: 'Unknown', mac: '5E1F00000001', rssi: 127, rawData: '' },
    ]);
    const health = await pageWith(({ heard }) => heard.length > 0);
    expect(health.heard.map(({ beaconId, known, rssiDbm }) => [beaconId, known, rssiDbm]).sort()).toEqual([
      [SHELF, 'store', -52],
      [ADAS, 'carried', -50],
      [STRANGE, 'unknown', -51],
    ]);
    const { lastPayload, ...g1 } = gateway(health);
    expect(g1).toMatchObject({
      silent: false,
      accepted: 5,
      rejections: [{ code: 'rssi-unknown', count: 1 }],
    });
    expect(lastPayload).toMatchObject({ format: 'minew' });
    expect(lastPayload?.bytes).toBeGreaterThan(100);
    expect(lastPayload?.excerpt).toMatch(/^5 heard, 0 late, 1 refused\n/);
    expect(lastPayload?.excerpt).toContain(`${ADAS} -50 dBm, carried`);
    expect(lastPayload?.excerpt).toContain('row 6 refused: rssi-unknown');
    expect(health.beacons).toMatchObject([{ beaconId: SHELF, heardBy: 'g1', rssiDbm: -52, silent: false }]);
    const kept = await shop.redis.request.keys(`${shop.redis.prefix}:{health*`);
    const texts = await Promise.all(kept.map((key) => shop.redis.request.dump(key)));
    expect(JSON.stringify([health, texts])).not.toMatch(new RegExp(`${BOBS}|${BOBS_MAC}`));
  });

  it('forgets a tag at once when its shopper withdraws', async () => {
    await consent('ada', false);
    const health = await pageWith(({ heard }) => heard.every(({ beaconId }) => beaconId !== ADAS));
    expect(gateway(health).lastPayload?.excerpt).not.toContain(ADAS);
    await consent('ada', true);
  });

  it('takes a fixed beacon for no shopper, and one of another store for nothing', async () => {
    const before = [await counted('misplaced'), await counted('fixed_beacon')];
    const heard = { gatewayId: 'g2', rssiDbm: -60 };
    const { body } = await post([
      { ...heard, beaconId: FAR_SHELF },
      { ...heard, beaconId: SHELF },
    ]);
    expect(body).toEqual({ accepted: 2, rejected: [] });
    expect([await counted('misplaced'), await counted('fixed_beacon')]).toEqual(before.map((n) => n + 1));
    const health = await pageWith((each) => gateway(each, 'g2').accepted > 0);
    expect(gateway(health, 'g2').rejections).toMatchObject([{ code: 'misplaced', count: 1 }]);
    expect(health.beacons).toMatchObject([{ heardBy: 'g2', rssiDbm: -60 }]);
  });

  it('knows a beacon by the phones that hear it', async () => {
    await shop.call('POST', '/v1/sightings', {
      as: ada,
      body: { sightings: [{ beaconId: SHELF, rssiDbm: -71 }] },
    });
    const { beacons } = await pageWith((each) => each.beacons[0]?.rssiDbm === -71);
    expect(beacons[0]?.heardBy).toBeUndefined();
  });

  it('shows payloads that were refused, without what they say', async () => {
    await minew([{ type: 'Gateway', mac: 'AC233FC0AA02' }]);
    await minew({ gateway: { mac: 'AC233FC0AA01' }, rows: [{ mac: 'ADA000000001', bleName: 'Ada' }] });
    await minew('[{"mac":"ADA000000001"', 'g2');
    await minew([], 'g3');
    await post([{ gatewayId: 'g3', beaconId: ADAS, rssiDbm: -60 }]);
    await shop.call('POST', '/v1/sightings', { as: gatewayKey, body: { sightings: 'Ada' } });
    const health = await pageWith(({ rejections }) => rejections.length > 1);
    const codes = ({ rejections }: Pick<Page, 'rejections'>): string[] =>
      rejections.map(({ code }) => code).sort();
    expect(codes(gateway(health))).toEqual(['malformed-payload', 'rssi-unknown', 'wrong-gateway']);
    expect(codes(gateway(health, 'g2'))).toEqual(['malformed-json', 'misplaced']);
    expect(codes(health)).toEqual(['invalid-request', 'unknown-gateway']);
    expect(health.rejections.find(({ code }) => code === 'unknown-gateway')).toMatchObject({
      count: 2,
      detail: expect.stringContaining('g3'),
    });
    const { excerpt = '' } = gateway(health).lastPayload ?? {};
    expect(excerpt).toMatch(/^refused: malformed-payload/);
    expect(excerpt).toContain('{"gateway":{"mac":"…"},"rows":[{"mac":"…","bleName":"…"}]}');
    expect(JSON.stringify(health).toLowerCase()).not.toMatch(/ada000000001(?!")/);
    expect(gateway(health, 'g2').lastPayload?.excerpt).toContain('[{"mac":"…"');
  });

  it('comes back when Redis has lost it', async () => {
    const keys = await shop.redis.request.keys(`${shop.redis.prefix}:*`);
    await shop.redis.request.del(...keys);
    expect((await page()).heard).toEqual([]);
    await minew([{ type: 'Unknown', mac: 'EEEEEEEEEEEE', rssi: -51, rawData: '' }]);
    const health = await pageWith(({ heard }) => heard.some(({ beaconId }) => beaconId === STRANGE));
    expect(gateway(health).silent).toBe(false);
  });
});

describe('what processes heard', () => {
  it('is joined for a minute, and does not pile up when they are gone', async () => {
    const storeId = 's9' as StoreId;
    const now = Date.parse('2026-11-22T10:00:30Z');
    const heardBy = (tag: string, at: number): Map<StoreId, HealthUpdate> => {
      const heard: KeptHearing[] = [[tag as BeaconId, 'g1' as GatewayId, -60, at, 'other']];
      const none = { seen: new Map(), counts: new Map(), reasons: new Map(), payloads: new Map() };
      return new Map([[storeId, { ...none, beacons: new Map(), batteries: new Map(), heard }]]);
    };
    const [one, other] = [0, 1].map(() => new HealthStore(shop.get(RedisConnections), new Clock()));
    const read = async (at: number): Promise<string[]> => {
      const { heard } = await other!.read(storeId, at);
      return heard.map(([beaconId]) => beaconId);
    };
    await one!.write(heardBy(ADAS, now), now);
    await other!.write(heardBy(BOBS, now + 40_000), now + 40_000);
    expect(await read(now + 40_000)).toEqual([ADAS, BOBS]);
    await other!.write(heardBy(BOBS, now + 120_000), now + 120_000);
    expect(await read(now + 120_000)).toEqual([BOBS]);
  });
});

describe('the clock of a gateway', () => {
  it('that is five minutes behind is found, shown and corrected', async () => {
    const row = (): object => ({
      type: 'Unknown',
      mac: 'ADA000000001',
      rssi: -50 - Math.floor(Math.random() * 20),
      rawData: '',
      timestamp: new Date(Date.now() - 300_000).toISOString(),
    });
    const before = await counted('accepted');
    const late = await counted('late');
    await until(
      async () => {
        await minew([row()], 'g2');
        await new Promise((resolve) => setTimeout(resolve, 500));
        return counted('accepted');
      },
      (accepted) => accepted > before,
      15_000,
    );
    expect(await counted('late')).toBeGreaterThan(late);
    const health = await pageWith((each) => gateway(each, 'g2').clockOffsetSeconds !== undefined);
    const { clockOffsetSeconds = NaN, clockOffsetAgeSeconds = NaN } = gateway(health, 'g2');
    expect(Math.abs(clockOffsetSeconds + 300)).toBeLessThan(1);
    expect(clockOffsetAgeSeconds).toBeLessThan(10);
  }, 30_000);

  it('that was never set counts as none', async () => {
    const before = await counted('accepted');
    await minew([{ type: 'Unknown', mac: 'ADA000000001', rssi: -40, rawData: '', timestamp: 77 }]);
    expect(await counted('accepted')).toBe(before + 1);
  });
});

describe('a sighting', () => {
  it('sent again in another payload is a duplicate', async () => {
    const sighting = { gatewayId: 'g1', beaconId: ADAS, rssiDbm: -61, observedAt: new Date().toISOString() };
    await post([sighting]);
    const before = [await counted('accepted'), await counted('duplicate')];
    expect((await post([sighting])).body).toEqual({ accepted: 1, rejected: [] });
    expect([await counted('accepted'), await counted('duplicate')]).toEqual([before[0], before[1]! + 1]);
  });
});

describe('a zone that flaps', () => {
  it('is muted for everybody and shown', async () => {
    const mutes = shop.get(ZoneMutes);
    const [storeId, zoneId] = ['s1' as StoreId, 'coffee' as ZoneId];
    const visit = (): VisitId => randomUUID() as VisitId;
    const now = Date.now();
    const begun = Array.from({ length: 20 }, () => ({ storeId, zoneId, visitId: visit() }));
    expect(mutes.isMuted(storeId, zoneId, visit(), now)).toBe(false);
    mutes.note(begun.map((stay) => ({ ...stay, kind: 'zoneEntered' })));
    mutes.note(begun.map((stay) => ({ ...stay, kind: 'zoneExited', enteredAt: now - 2_000, at: now })));
    const { zones } = await pageWith((health) => health.zones[0]?.mutedUntil !== undefined);
    expect(zones[0]?.flapsPerHour).toBeGreaterThan(100);
    await until(
      () => mutes.isMuted(storeId, zoneId, visit(), now),
      (muted) => muted,
    );
  });

  it('triggers no offer there, and the others go on', async () => {
    const marketer = await shop.staff('marketer');
    const approver = await shop.staff('approver');
    const offer = await shop.call('POST', '/v1/offers', {
      as: marketer.token,
      body: {
        name: 'Fresh roast',
        kind: 'message',
        trigger: { on: ['zoneEntered'], zoneIds: ['coffee'] },
        content: { default: { title: 'Smell that?', body: 'Just roasted' } },
      },
    });
    const path = `/v1/offers/${String(offer.body.offerId)}`;
    await shop.call('POST', `${path}/submit`, { as: marketer.token });
    expect((await shop.call('POST', `${path}/approve`, { as: approver.token })).status).toBe(200);
    const now = Date.now();
    const entered = (storeId: string): PresenceChange => ({
      kind: 'zoneEntered',
      changeId: randomUUID() as ChangeId,
      shopperId: 'ada' as ShopperId,
      storeId: storeId as StoreId,
      visitId: randomUUID() as VisitId,
      zoneId: 'coffee' as ZoneId,
      at: now,
    });
    const decided = async (): Promise<unknown[]> =>
      (await shop.call('GET', '/v1/decisions?shopperId=ada', { as: marketer.token })).body.items as unknown[];
    await shop.get(Decisions).take([entered('s1')]);
    expect(await decided()).toEqual([]);
    const { values } = await shop.get(Metrics).triggersMuted.get();
    expect(values).toMatchObject([{ labels: { kind: 'zoneEntered' }, value: 1 }]);
    await shop.get(Decisions).take([entered('s2')]);
    expect(await decided()).toMatchObject([{ storeId: 's2', outcome: 'offer' }]);
  });

  it('for one visit is muted for that visit alone', async () => {
    const mutes = shop.get(ZoneMutes);
    const [storeId, zoneId] = ['s2' as StoreId, 'coffee' as ZoneId];
    const [restless, other] = [randomUUID() as VisitId, randomUUID() as VisitId];
    const now = Date.now();
    const stay = { storeId, zoneId, visitId: restless };
    const left = { ...stay, kind: 'zoneExited', enteredAt: now - 20_000, at: now } as const;
    mutes.note(Array.from({ length: 7 }, () => [{ ...stay, kind: 'zoneEntered' } as const, left]).flat());
    await until(
      () => mutes.isMuted(storeId, zoneId, restless, now),
      (muted) => muted,
    );
    expect(mutes.isMuted(storeId, zoneId, other, now)).toBe(false);
    expect(mutes.isMuted(storeId, zoneId, restless, now + 11 * 60_000)).toBe(false);
  });
});
