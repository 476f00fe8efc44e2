import { randomBytes } from 'node:crypto';
import type { Running } from '../../src/boot.js';
import { Database, Metrics } from '../../src/platform/index.js';
import { PresenceService } from '../../src/presence/index.js';
import type { BeaconId, ShopperId } from '../../src/shared/index.js';
import { Recognition } from '../../src/shoppers/index.js';
import { BeaconClocks } from '../../src/shoppers/rotating/beacon-clocks.js';
import { EidTableStore } from '../../src/shoppers/rotating/eid-table.store.js';
import { computeEid } from '../../src/shoppers/rotating/eid.rules.js';
import { IdentitiesRepository } from '../../src/shoppers/rotating/identities.repository.js';
import { namesOf } from '../../src/shoppers/rotating/table.rules.js';
import { WiderSearch } from '../../src/shoppers/rotating/wider-search.js';
import { startShop, type Shop } from '../support/shop.js';
import { twin } from '../support/twin.js';
import { until } from '../support/until.js';

const WINDOW_SECONDS = 1_024;
const layout = {
  name: 'Corner shop',
  timeZone: 'Europe/Paris',
  currency: 'EUR',
  zones: [{ zoneId: 'coffee', name: 'Coffee', kind: 'aisle' }],
  gateways: [{ gatewayId: 'g1', zoneId: 'coffee' }],
  beacons: [],
};

const newKey = (): string => randomBytes(16).toString('hex');
/** What a beacon with this key advertises when its clock shows so many seconds more than Unix time. */
const advertised = (key: string, aheadSeconds = 0, rotationExponent = 10): BeaconId => {
  const at = Math.floor(Date.now() / 1_000) + aheadSeconds;
  return `eid:${computeEid({ key: Buffer.from(key, 'hex'), rotationExponent }, at)}` as BeaconId;
};
const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** Check 7 of docs/security.md. */
describe('rotating identities', () => {
  let shop: Shop;
  let gatewayKey: string;
  const tokens = new Map<string, string>();

  const consent = (shopperId: string, granted: boolean) =>
    shop.call('PUT', `/v1/shoppers/${shopperId}/consents/location`, {
      as: shop.serviceKey,
      body: { granted, policyVersion: '1', source: 'test' },
    });
  const register = (shopperId: string, advertises: unknown, deviceId = 'phone') =>
    shop.call('PUT', `/v1/me/devices/${deviceId}`, {
      as: tokens.get(shopperId) ?? '',
      body: { platform: 'android', advertises },
    });
  const registerKey = (shopperId: string, ephemeralIdentityKey: string, more: object = {}) =>
    register(shopperId, { ephemeralIdentityKey, rotationExponent: 10, ...more });
  const hear = (beaconId: BeaconId) =>
    shop.call('POST', '/v1/sightings', {
      as: gatewayKey,
      body: { sightings: [{ gatewayId: 'g1', beaconId, rssiDbm: -50 }] },
    });
  const outcomes = async (): Promise<Map<string, number>> => {
    const { values } = await shop.get(Metrics).ingestEvents.get();
    return new Map(values.map(({ labels, value }) => [String(labels.outcome), value]));
  };
  /** What became of a sighting. */
  const outcomeOf = async (beaconId: BeaconId): Promise<string | undefined> => {
    const before = await outcomes();
    expect((await hear(beaconId)).status).toBe(202);
    const after = await outcomes();
    return [...after.keys()].find((outcome) => after.get(outcome) !== (before.get(outcome) ?? 0));
  };
  const whoIn = async (running: { get: Shop['get'] }, beaconId: BeaconId) =>
    (await running.get(Recognition).shopperOf([beaconId])).get(beaconId);
  const rowOf = async (key: string) => {
    const name = shop.get(IdentitiesRepository).nameOf(Buffer.from(key, 'hex'));
    const [row] = await shop.get(IdentitiesRepository).find([name]);
    return row;
  };
  /** Takes away what this installation has in Redis, as FLUSHALL would. */
  const flush = async () => {
    const keys = await shop.redis.request.keys(shop.redis.key('*'));
    if (keys.length > 0) await shop.redis.request.del(...keys);
  };

  beforeAll(async () => {
    shop = await startShop();
    await shop.call('PUT', '/v1/stores/s1', { as: shop.serviceKey, body: layout });
    gatewayKey = await shop.key('gateway', 's1');
    for (const shopperId of ['ada', 'bob', 'cy']) {
      await shop.call('PUT', `/v1/shoppers/${shopperId}`, {
        as: shop.serviceKey,
        body: { homeStoreId: 's1' },
      });
      tokens.set(shopperId, await shop.shopperToken(shopperId));
    }
    await consent('ada', true);
    await consent('bob', true);
  });
  afterAll(() => shop.stop());

  it('bring their shopper to presence by the identifiers of now, just before and next', async () => {
    const [adas, bobs] = [newKey(), newKey()];
    const { status, body } = await registerKey('ada', adas.toUpperCase());
    expect(status).toBe(200);
    expect(body).toEqual({
      deviceId: 'phone',
      platform: 'android',
      reachable: false,
      advertises: { rotationExponent: 10 },
    });
    await registerKey('bob', bobs);
    for (const windows of [-1, 0, 1]) {
      expect(await outcomeOf(advertised(adas, windows * WINDOW_SECONDS))).toBe('accepted');
    }
    for (const windows of [-2, 2]) {
      expect(await outcomeOf(advertised(adas, windows * WINDOW_SECONDS))).toBe('unknown');
    }
    const presence = shop.get(PresenceService);
    expect(await presence.of('ada' as ShopperId)).toMatchObject({ storeId: 's1' });
    expect(await presence.of('bob' as ShopperId)).toBeUndefined();
    expect(await whoIn(shop, advertised(bobs))).toBe('bob');
  });

  it('of a shopper who did not consent to location are dropped', async () => {
    const key = newKey();
    await registerKey('cy', key);
    expect(await outcomeOf(advertised(key))).toBe('no_consent');
  });

  it.each([
    ['too short', { ephemeralIdentityKey: 'ab', rotationExponent: 10 }, 'ephemeralIdentityKey'],
    ['not hex', { ephemeralIdentityKey: 'z'.repeat(32), rotationExponent: 10 }, 'ephemeralIdentityKey'],
    ['without its rotation', { ephemeralIdentityKey: 'ab'.repeat(16) }, 'rotationExponent'],
    ['too slow', { ephemeralIdentityKey: 'ab'.repeat(16), rotationExponent: 16 }, 'rotationExponent'],
    ['without a key', { rotationExponent: 10 }, 'ephemeralIdentityKey'],
    ['with something else', { ephemeralIdentityKey: 'ab'.repeat(16), rotationExponent: 1, irk: '1' }, 'irk'],
  ])('that are %s are refused by their place', async (_, advertises, place) => {
    const { status, body } = await register('ada', advertises);
    expect(status).toBe(400);
    expect(body.errors[0].path).toBe(`advertises.${place}`);
    expect(JSON.stringify(body)).not.toContain('ab'.repeat(16));
  });

  it('belong to one shopper', async () => {
    const key = newKey();
    await registerKey('ada', key);
    const { status, body } = await registerKey('bob', key);
    expect(status).toBe(409);
    expect(body.code).toBe('beacon-taken');
    expect(body.detail).not.toContain(key);
    expect(await whoIn(shop, advertised(key))).toBe('ada');
  });

  it('are at most ten a shopper', async () => {
    for (let device = 1; device < 10; device += 1) {
      const advertises = { ephemeralIdentityKey: newKey(), rotationExponent: 12 };
      expect((await register('cy', advertises, `fob-${device}`)).status).toBe(200);
    }
    const one = { ephemeralIdentityKey: newKey(), rotationExponent: 12 };
    // The device longest not registered leaves, with its key.
    expect((await register('cy', one, 'fob-more')).status).toBe(200);
    expect(await shop.database.query(`SELECT FROM carried_beacons WHERE shopper_id = 'cy'`)).toHaveLength(10);
  });

  it('lie nowhere in clear: not in the database, not in Redis, in no answer', async () => {
    const key = newKey();
    await registerKey('ada', key);
    const bytes = Buffer.from(key, 'hex');
    const shapes = [
      key,
      bytes.toString('base64'),
      bytes.toString('base64url'),
      Buffer.from(key).toString('hex'),
    ];
    const tables = await shop.database.query<{ name: string }>(
      `SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public'`,
    );
    const dump: string[] = [];
    for (const { name } of tables) {
      // bytea stands in this as hex digits.
      const rows = await shop.database.query<{ row: string }>(
        `SELECT each::text AS row FROM ${name} AS each`,
      );
      dump.push(...rows.map(({ row }) => row));
    }
    const redis = shop.redis.request;
    for (const name of await redis.keys(shop.redis.key('eid*')))
      dump.push(name, (await redis.get(name)) ?? '');
    for (const [path, as] of [
      ['/v1/me', tokens.get('ada')],
      ['/v1/shoppers/ada', shop.serviceKey],
    ] as const) {
      dump.push(JSON.stringify((await shop.call('GET', path, { as: as ?? '' })).body));
    }
    const everything = dump.join('\n').toLowerCase();
    expect(everything).toContain('eik:');
    for (const shape of shapes) expect(everything).not.toContain(shape.toLowerCase());
  });

  describe('in another process', () => {
    let other: Running;
    beforeAll(async () => {
      other = await twin(shop, 'api');
    });
    afterAll(() => other.stop());
    const there = (beaconId: BeaconId) =>
      whoIn({ get: (token) => other.app.get(token, { strict: false }) }, beaconId);

    it('count, and end within 5 s when the device advertises another, none, or a fixed beacon', async () => {
      const [first, second, third] = [newKey(), newKey(), newKey()];
      expect(await there(advertised(second))).toBeUndefined();
      await registerKey('ada', first);
      expect(await there(advertised(first))).toBe('ada');
      await registerKey('ada', second);
      await until(
        () => there(advertised(first)),
        (who) => who === undefined,
      );
      await until(
        () => there(advertised(second)),
        (who) => who === 'ada',
      );
      expect(await whoIn(shop, advertised(first))).toBeUndefined();
      await register('ada', undefined);
      await until(
        () => there(advertised(second)),
        (who) => who === undefined,
      );
      await registerKey('ada', third);
      await until(
        () => there(advertised(third)),
        (who) => who === 'ada',
      );
      await register('ada', 'eid:00000000000000aa');
      await until(
        () => there(advertised(third)),
        (who) => who === undefined,
      );
      expect(await rowOf(third)).toBeUndefined();
      // What one has laid down another may take up.
      expect((await registerKey('bob', third)).status).toBe(200);
      await until(
        () => there(advertised(third)),
        (who) => who === 'bob',
      );
    });
  });

  it('leave fixed identifiers alone, and cannot be taken by one who names what they make now', async () => {
    const key = newKey();
    await registerKey('ada', key);
    const fixed = 'eid:1234567890abcdef' as BeaconId;
    await shop.call('PUT', '/v1/shoppers/bob', {
      as: shop.serviceKey,
      body: { homeStoreId: 's1', carries: [fixed, advertised(key)] },
    });
    expect(await whoIn(shop, fixed)).toBe('bob');
    expect(await whoIn(shop, advertised(key))).toBe('ada');
  });

  it('are found again when Redis has lost everything', async () => {
    const keys = [newKey(), newKey()] as const;
    await registerKey('ada', keys[0]);
    await register('bob', { ephemeralIdentityKey: keys[1], rotationExponent: 15 });
    await flush();
    await until(
      () => outcomeOf(advertised(keys[0])),
      (outcome) => outcome === 'accepted',
      10_000,
    );
    await until(
      () => whoIn(shop, advertised(keys[1], 0, 15)),
      (who) => who === 'bob',
      10_000,
    );
  });

  it('are read by share and page, each once', async () => {
    const repository = shop.get(IdentitiesRepository);
    const share = { rotationExponent: 3, number: 1 };
    const { first, end } = namesOf(share);
    const kept = new Map<BeaconId, Buffer>();
    while (kept.size < 26) {
      const key = randomBytes(16);
      const name = repository.nameOf(key);
      if (name >= first && name < end) kept.set(name, key);
    }
    const [cut, swapped, other] = kept.keys();
    await shop.database.run(`INSERT INTO carried_beacons SELECT unnest($1::text[]), 'ada', 'device:many'`, [
      [...kept.keys()],
    ]);
    await shop.database.transaction(async (tx) => {
      for (const key of kept.values()) await repository.save(tx, 'ada' as ShopperId, { key, ...share });
    });
    // Cut, or another's: left out, and in nobody's way.
    await shop.database.run(
      `UPDATE rotating_identities SET sealed_key = substr(sealed_key, 2) WHERE name = $1`,
      [cut],
    );
    await shop.database.run(
      `UPDATE rotating_identities AS mine SET sealed_key = theirs.sealed_key
       FROM rotating_identities AS theirs WHERE mine.name = $1 AND theirs.name = $2`,
      [swapped, other],
    );
    const names: string[] = [];
    let after: BeaconId | undefined;
    do {
      const page = await repository.ofShare(share, after, 10);
      names.push(...page.identities.map(({ name }) => name));
      ({ after } = page);
    } while (after !== undefined);
    expect(names).toHaveLength(24);
    expect(new Set(names).size).toBe(24);
    const sizeOf = async (number: number) =>
      (await repository.ofShare({ rotationExponent: 3, number }, undefined, 10)).identities.length;
    expect(await sizeOf(2)).toBe(0);
    await shop.database.run(`DELETE FROM carried_beacons WHERE source = 'device:many'`);
    expect(await sizeOf(1)).toBe(0);
  });

  it('are not called written by a worker whose lease was lost on the way', async () => {
    const store = shop.get(EidTableStore);
    const share = { rotationExponent: 2, number: 5 };
    const now = Date.now();
    const covers = { until: now + 60_000, dueAt: now + 30_000 };
    await until(() => store.lease(share, 'a').catch(() => false), Boolean);
    expect(await store.lease(share, 'b')).toBe(false);
    expect(await store.renew(share, 'a')).toBe(true);
    await flush();
    expect(await store.renew(share, 'a')).toBe(false);
    expect(await store.finish(share, 'a', covers, now)).toBe(false);
    expect(await store.coverageOf([share])).toEqual([undefined]);
    expect(await store.lease(share, 'b')).toBe(true);
    expect(await store.finish(share, 'b', covers, now)).toBe(true);
    expect(await store.coverageOf([share])).toEqual([covers]);
  });

  describe('whose clock is off', () => {
    const register7HoursSlow = async (shopperId: string): Promise<string> => {
      const key = newKey();
      await registerKey(shopperId, key);
      return key;
    };
    const hearThrice = async (eid: BeaconId): Promise<void> => {
      for (let time = 0; time < 3; time += 1) {
        expect(await outcomeOf(eid)).toBe('unknown');
        await wait(1_050);
      }
    };
    const SLOW_SECONDS = 7 * 3_600;

    it('are found by a wider search, and known from then on, by their old clock too', async () => {
      const key = await register7HoursSlow('ada');
      await hearThrice(advertised(key, -SLOW_SECONDS));
      await shop.get(WiderSearch).look();
      expect(Math.abs(((await rowOf(key))?.clockOffsetSeconds ?? 0) + SLOW_SECONDS)).toBeLessThan(
        WINDOW_SECONDS,
      );
      for (const windows of [-1, 0, 1]) {
        await until(
          () => whoIn(shop, advertised(key, windows * (WINDOW_SECONDS / 2) - SLOW_SECONDS)),
          (who) => who === 'ada',
        );
      }
      expect(await whoIn(shop, advertised(key))).toBe('ada');
      await flush();
      await until(
        () => whoIn(shop, advertised(key, -SLOW_SECONDS)),
        (who) => who === 'ada',
        10_000,
      );
      // The app says the same again at its next start: what was learnt stays.
      await registerKey('ada', key);
      expect((await rowOf(key))?.clockOffsetSeconds).not.toBe(0);
      await registerKey('ada', key, { clockOffsetSeconds: 5 });
      expect((await rowOf(key))?.clockOffsetSeconds).toBe(5);
    });

    it('are not looked for while their shopper does not consent', async () => {
      await consent('bob', false);
      const key = await register7HoursSlow('bob');
      await hearThrice(advertised(key, -SLOW_SECONDS));
      await shop.get(WiderSearch).look();
      expect((await rowOf(key))?.clockOffsetSeconds).toBe(0);
      await consent('bob', true);
    });

    it('as they say themselves are known by that clock', async () => {
      const key = newKey();
      const sinceFirstPower = 3_600 - Math.floor(Date.now() / 1_000);
      const { body } = await registerKey('ada', key, { clockOffsetSeconds: sinceFirstPower });
      expect(body.advertises).toEqual({ rotationExponent: 10, clockOffsetSeconds: sinceFirstPower });
      expect(await outcomeOf(advertised(key, sinceFirstPower))).toBe('accepted');
      expect(await outcomeOf(advertised(key))).toBe('unknown');
    });

    it('because it drifts are followed', async () => {
      const key = newKey();
      await registerKey('ada', key);
      const name = (await rowOf(key))?.name ?? '';
      await shop.database.run(
        `UPDATE rotating_identities SET clock_set_at = now() - interval '100 days' WHERE name = $1`,
        [name],
      );
      const next = advertised(key, WINDOW_SECONDS);
      const untilNext = WINDOW_SECONDS - ((Date.now() / 1_000) % WINDOW_SECONDS);
      expect(await outcomeOf(next)).toBe('accepted');
      await until(
        async () => {
          await shop.get(BeaconClocks).flush();
          return (await rowOf(key))?.clockOffsetSeconds ?? 0;
        },
        (offset) => Math.abs(offset - untilNext) <= 3,
      );
      const [noted] = await shop
        .get(Database)
        .query(
          'SELECT near_store_id, last_heard_at IS NOT NULL AS heard FROM rotating_identities WHERE name = $1',
          [name],
        );
      expect(noted).toEqual({ near_store_id: 's1', heard: true });
    });
  });
});
