import { Bus, Clock, Database, Log, RedisConnections } from '../../src/platform/index.js';
import type { BeaconId, ShopperId } from '../../src/shared/index.js';
import { CarriedBeacons } from '../../src/shoppers/index.js';
import { CarriersRepository } from '../../src/shoppers/carried/carriers.repository.js';
import { CarriersStore } from '../../src/shoppers/carried/carriers.store.js';
import { startShop, type Shop } from '../support/shop.js';
import { until } from '../support/until.js';

const beacon = (n: number): BeaconId => `mac:${n.toString(16).padStart(12, '0')}` as BeaconId;

/** Time that a test moves on by itself. */
class SetClock extends Clock {
  ahead = 0;
  override now(): number {
    return super.now() + this.ahead;
  }
}

/** Another process's way from beacons to shoppers, on the same Postgres and Redis. */
function anotherProcess(shop: Shop, redis: RedisConnections, hears: boolean) {
  const log = new Log('silent');
  const clock = new SetClock();
  const bus = new Bus(redis, clock, log);
  if (hears) bus.onModuleInit();
  const asked: BeaconId[][] = [];
  const repository = new CarriersRepository(shop.get(Database));
  const carriersOf = repository.carriersOf.bind(repository);
  repository.carriersOf = (ids) => {
    asked.push([...ids]);
    return carriersOf(ids);
  };
  const carried = new CarriedBeacons(repository, new CarriersStore(redis), bus, clock, log);
  const who = async (id: BeaconId): Promise<ShopperId | undefined> => (await carried.shopperOf([id])).get(id);
  return { carried, who, clock, asked };
}

describe('carried beacons', () => {
  let shop: Shop;
  const opened: RedisConnections[] = [];
  const connections = (url = process.env['TEST_REDIS_URL'] ?? ''): RedisConnections => {
    const redis = new RedisConnections(url, shop.redis.prefix, 16, new Log('silent'));
    opened.push(redis);
    return redis;
  };
  const ready = (redis: RedisConnections) =>
    until(
      () => redis.request.status,
      (status) => status === 'ready',
    );
  const carry = (shopperId: string, ...carries: BeaconId[]) =>
    shop.call('PUT', `/v1/shoppers/${shopperId}`, { as: shop.serviceKey, body: { carries } });

  beforeAll(async () => {
    shop = await startShop({ ROLE: 'api' });
  });
  afterAll(async () => {
    await Promise.all(opened.map((redis) => redis.close()));
    await shop.stop();
  });

  it('lead to their shoppers, and strangers to nobody', async () => {
    await carry('ada', beacon(1), beacon(2));
    await carry('bob', beacon(3));
    const found = await shop.get(CarriedBeacons).shopperOf([beacon(1), beacon(2), beacon(3), beacon(99)]);
    expect(found).toEqual(
      new Map([
        [beacon(1), 'ada'],
        [beacon(2), 'ada'],
        [beacon(3), 'bob'],
      ]),
    );
  });

  it('are answered by memory, then Redis: Postgres is asked once a beacon', async () => {
    const redis = connections();
    await ready(redis);
    const first = anotherProcess(shop, redis, false);
    await shop.database.run("INSERT INTO carried_beacons VALUES ($1, 'ada', 'profile')", [beacon(10)]);
    expect(await first.who(beacon(10))).toBe('ada');
    expect(await first.who(beacon(10))).toBe('ada');
    expect(await first.who(beacon(98))).toBeUndefined();
    const second = anotherProcess(shop, redis, false);
    const inRedis = () => second.who(beacon(10));
    await until(async () => {
      const key = redis.key('stranger:' + beacon(98));
      return redis.request.exists(key);
    }, Boolean);
    expect(await inRedis()).toBe('ada');
    expect(await second.who(beacon(98))).toBeUndefined();
    expect(first.asked).toEqual([[beacon(10)], [beacon(98)]]);
    expect(second.asked).toEqual([]);
  });

  it('are dropped in every process when they change hands', async () => {
    const redis = connections();
    await ready(redis);
    const other = anotherProcess(shop, redis, true);
    await carry('ada', beacon(20));
    expect(await other.who(beacon(20))).toBe('ada');
    expect(await other.who(beacon(21))).toBeUndefined();
    await carry('ada', beacon(21));
    await carry('bob', beacon(20));
    await until(
      async () => [await other.who(beacon(20)), await other.who(beacon(21))].join(),
      (both) => both === 'bob,ada',
    );
    expect(await shop.get(CarriedBeacons).shopperOf([beacon(20)])).toEqual(new Map([[beacon(20), 'bob']]));
  });

  it('count within 5 s also in a process that missed the hint', async () => {
    const redis = connections();
    await ready(redis);
    const deaf = anotherProcess(shop, redis, false);
    await carry('ada', beacon(30));
    expect(await deaf.who(beacon(30))).toBe('ada');
    await carry('ada');
    deaf.clock.ahead = 5_000;
    expect(await deaf.who(beacon(30))).toBeUndefined();
  });

  it('are not written back to Redis by one who read before the change', async () => {
    const redis = connections();
    await ready(redis);
    await carry('ada', beacon(40));
    const store = new CarriersStore(redis);
    await carry('bob');
    await carry('ada');
    await carry('bob', beacon(40));
    await store.fill(new Map([[beacon(40), 'ada' as ShopperId]]), Date.now());
    const fresh = anotherProcess(shop, redis, false);
    expect(await fresh.who(beacon(40))).toBe('bob');
    // Also once Postgres alone is no longer asked.
    fresh.clock.ahead = 11_000;
    expect(await fresh.who(beacon(40))).toBe('bob');
  });

  it('are held before the commit, so that a process killed after it leaves nothing false behind', async () => {
    const redis = connections();
    await ready(redis);
    const dying = anotherProcess(shop, redis, false);
    const other = anotherProcess(shop, redis, false);
    await carry('ada', beacon(50));
    await shop.database.transaction(async (tx) => {
      await tx.run("SELECT FROM shoppers WHERE shopper_id = 'ada' FOR NO KEY UPDATE");
      await dying.carried.assign(tx, [{ shopperId: 'ada' as ShopperId, source: 'profile', beaconIds: [] }]);
      expect(await other.who(beacon(50))).toBe('ada');
    });
    // No announcement: the process is gone.
    other.clock.ahead = 5_000;
    expect(await other.who(beacon(50))).toBeUndefined();
  });

  it('are found in Postgres when Redis is away, and may change', async () => {
    const away = connections('redis://127.0.0.1:1');
    const alone = anotherProcess(shop, away, false);
    await carry('ada', beacon(60));
    expect(await alone.who(beacon(60))).toBe('ada');
    const { changed } = await shop.database.transaction((tx) =>
      alone.carried.assign(tx, [
        { shopperId: 'ada' as ShopperId, source: 'profile', beaconIds: [beacon(61)] },
      ]),
    );
    await alone.carried.announce(changed);
    expect(changed).toEqual([beacon(60), beacon(61)]);
    expect(await alone.who(beacon(60))).toBeUndefined();
    expect(await alone.who(beacon(61))).toBe('ada');
    await alone.carried.onApplicationShutdown();
  });
});
