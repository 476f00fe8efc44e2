import { setTimeout as pause } from 'node:timers/promises';
import { RadioMaps } from '../../src/presence/location/radio-maps.service.js';
import { PresenceService } from '../../src/presence/presence.service.js';
import { gaussian, seeded } from '../../src/shared/index.js';
import { Stores } from '../../src/stores/index.js';
import { startShop, type Shop } from '../support/shop.js';
import { until } from '../support/until.js';

/** A hall of 16 by 8 m with a gateway in each corner and two on the long walls; one half coffee, the other cereals. */
const corners = { a: [0, 0], b: [16, 0], c: [16, 8], d: [0, 8], e: [8, 0], f: [8, 8] } as const;
/** How loud each gateway hears at one metre: nobody tells the program. */
const loudness = { a: -52, b: -66, c: -58, d: -63, e: -55, f: -69 } as const;
type Corner = keyof typeof corners;

const half = (from: number, to: number): number[][] => [
  [from, 0],
  [to, 0],
  [to, 8],
  [from, 8],
];

function hallOf(survey?: object[]): object {
  return {
    name: 'Hall',
    timeZone: 'Europe/Berlin',
    currency: 'EUR',
    floorPlan: { widthMetres: 16, heightMetres: 8 },
    zones: [
      { zoneId: 'coffee', name: 'Coffee', kind: 'aisle', polygon: half(0, 8) },
      { zoneId: 'cereals', name: 'Cereals', kind: 'aisle', polygon: half(8, 16) },
    ],
    gateways: Object.entries(corners).map(([id, [x, y]]) => ({
      gatewayId: `hall-${id}`,
      position: { x, y },
    })),
    beacons: [],
    ...(survey && { survey }),
  };
}

function levelAt(corner: Corner, x: number, y: number): number {
  const [atX, atY] = corners[corner];
  return loudness[corner] - 20 * Math.log10(Math.max(0.5, Math.hypot(atX - x, atY - y, 1.3)));
}

describe('the map of a store’s radios', () => {
  let shop: Shop;
  let gateway: string;
  const roll = seeded('radio');

  beforeAll(async () => {
    shop = await startShop();
    await shop.call('PUT', '/v1/stores/hall', { as: shop.serviceKey, body: hallOf() });
    gateway = await shop.key('gateway', 'hall');
    await shop.call('PUT', '/v1/shoppers/sam', {
      as: shop.serviceKey,
      body: { displayName: 'Sam', carries: ['mac:00000000c0de'] },
    });
    await shop.call('POST', '/v1/consents', {
      as: shop.serviceKey,
      body: [{ shopperId: 'sam', purpose: 'location', granted: true, policyVersion: '1', source: 'test' }],
    });
  });
  afterAll(() => shop.stop());

  /** One second at (x, y), heard by every gateway, the times given so that the test need not wait for them. */
  async function heardAt(x: number, y: number, secondsAgo: number): Promise<void> {
    const observedAt = new Date(Date.now() - secondsAgo * 1_000).toISOString();
    const sightings = (Object.keys(corners) as Corner[]).map((corner) => ({
      gatewayId: `hall-${corner}`,
      beaconId: 'mac:00000000c0de',
      rssiDbm: Math.round(levelAt(corner, x, y) + 2 * gaussian(roll)),
      observedAt,
    }));
    const { status } = await shop.call('POST', '/v1/sightings', { as: gateway, body: { sightings } });
    expect(status).toBe(202);
  }

  const mapped = (): ReturnType<RadioMaps['of']> => {
    const layout = shop.get(Stores).layout('hall' as never);
    return shop.get(RadioMaps).of(layout!);
  };

  it('is learned from who walks by, kept in Postgres, and puts them in the zone they stand in', async () => {
    const untold = mapped().radio!.commonDeviationDb;
    for (let second = 0; second < 50; second += 1) {
      const along = 8 + 6 * Math.sin(second / 8);
      await heardAt(along, 4, 55 - second);
    }
    await shop.get(RadioMaps).exchange();
    const [row] = await shop.database.query<{ bytes: number }>(
      "SELECT octet_length(sums)::integer AS bytes FROM radio_maps WHERE store_id = 'hall'",
    );
    expect(row?.bytes).toBeGreaterThan(0);
    expect(mapped().radio!.learns).toBe(true);
    expect(mapped().radio!.commonDeviationDb).toBeLessThan(untold / 2);

    const zoneNow = async (): Promise<string | undefined> => {
      const presence = await shop.get(PresenceService).of('sam' as never);
      expect(presence?.competition.track?.locatedSeconds).toBe(3);
      return (presence?.hasty ?? presence?.stay)?.zoneId;
    };
    // At the far end of the other half; a move is noticed within 10 s.
    for (let second = 0; second < 10 && (await zoneNow()) !== 'cereals'; second += 1) {
      await heardAt(13, 4, 0);
      await pause(1_000);
    }
    expect(await zoneNow()).toBe('cereals');
  });

  it('comes from the survey where there is one', async () => {
    const { headers } = await shop.call('GET', '/v1/stores/hall', { as: shop.serviceKey });
    const survey = (Object.keys(corners) as Corner[]).flatMap((corner) =>
      Array.from({ length: 24 }, (_, spot) => {
        const [x, y] = [1 + 2 * (spot % 8), 1 + 3 * Math.floor(spot / 8)];
        return { x, y, gatewayId: `hall-${corner}`, meanRssiDbm: levelAt(corner, x, y), samples: 100 };
      }),
    );
    const put = await shop.call('PUT', '/v1/stores/hall', {
      as: shop.serviceKey,
      body: hallOf(survey),
      headers: { 'If-Match': headers.get('etag') ?? '' },
    });
    expect(put.status).toBe(200);
    await until(
      () => mapped().radio?.learns,
      (learns) => learns === false,
    );
    const { radio } = mapped();

    const [expected] = radio!.expected;
    const spot = 1 * radio!.floor.grid.columns + 5;
    expect(expected!.meanDbm[spot]).toBeCloseTo(levelAt('a', 5.5, 1.5), 0);
  });

  it('moves nobody until the survey of a new layout is read', async () => {
    const maps = shop.get(RadioMaps);
    const layout = { ...shop.get(Stores).layout('hall' as never)! };
    expect(maps.of(layout).radio).toMatchObject({ isMakeshift: true, surveyed: false });
    const { radio } = await until(
      () => maps.of(layout),
      (kept) => kept.radio?.isMakeshift !== true,
    );
    expect(radio?.surveyed).toBe(true);
  });

  it('is made do with where its survey cannot be read, until it can', async () => {
    const maps = shop.get(RadioMaps);
    const stores = shop.get(Stores);
    const surveyOf = stores.surveyOf.bind(stores);
    stores.surveyOf = () => Promise.reject(new Error('Postgres is away'));
    const layout = { ...stores.layout('hall' as never)! };
    maps.of(layout);
    const { radio } = await until(
      () => maps.of(layout),
      (kept) => kept.radio?.isMakeshift !== true,
    );
    expect(radio?.surveyed).toBe(false);
    stores.surveyOf = surveyOf;
    await maps.readMissed();
    expect(maps.of(layout).radio?.surveyed).toBe(true);
  });
});
