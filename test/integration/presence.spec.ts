import { randomBytes } from 'node:crypto';
import { Clock, Log, Metrics, RedisConnections } from '../../src/platform/index.js';
import { StreamReader, type StreamEntry } from '../../src/platform/stream-reader.js';
import type { PresenceChange } from '../../src/presence/changes.js';
import { defaultParameters } from '../../src/presence/parameters.js';
import { PresenceService } from '../../src/presence/presence.service.js';
import { changesKey, NOTHING, PresenceStore } from '../../src/presence/presence.store.js';
import { PresenceSweep } from '../../src/presence/presence.sweep.js';
import type { Surroundings } from '../../src/presence/surroundings.js';
import type { Instant, ShopperId, StoreId } from '../../src/shared/index.js';
import type { Sighting } from '../../src/sightings/index.js';
import type { StoreLayout } from '../../src/stores/index.js';
import { until } from '../support/until.js';

const url = process.env.TEST_REDIS_URL ?? '';
const log = new Log('silent');
const storeId = 'market' as StoreId;

const layout: StoreLayout = {
  storeId,
  name: 'Market',
  timeZone: 'Europe/Berlin',
  currency: 'EUR',
  openingHours: [],
  zones: new Map(
    ['coffee', 'cereals'].map((zoneId) => [
      zoneId as never,
      { zoneId: zoneId as never, name: zoneId, kind: 'aisle', categories: [] },
    ]),
  ),
  gateways: new Map([
    ['gw-coffee' as never, { zoneId: 'coffee' as never }],
    ['gw-cereals' as never, { zoneId: 'cereals' as never }],
  ]),
  beacons: new Map(),
};

/** One process of the engine as far as presence goes, with connections of its own and a clock that can be set. */
interface Process {
  redis: RedisConnections;
  metrics: Metrics;
  store: PresenceStore;
  presence: PresenceService;
  sweep: PresenceSweep;
  conflicts(): Promise<number>;
}

let prefix: string;
let processes: Process[];
let now: Instant;
let readers: StreamReader[];

function startProcess(address = url): Process {
  const clock = new Clock();
  clock.now = () => now;
  const redis = new RedisConnections(address, prefix, 4, log);
  const metrics = new Metrics();
  const surroundings = {
    placeOf: (asked: StoreId) =>
      asked === storeId
        ? {
            layout,
            context: { newId: () => clock.newId(), parameters: defaultParameters, dwellSeconds: [10] },
          }
        : undefined,
  } as unknown as Surroundings;
  const store = new PresenceStore(redis, clock);
  const presence = new PresenceService(store, surroundings, clock, metrics, log);
  const started: Process = {
    redis,
    metrics,
    store,
    presence,
    sweep: new PresenceSweep(store, presence, clock, log),
    conflicts: async () => (await metrics.presenceConflicts.get()).values[0]?.value ?? 0,
  };
  processes.push(started);
  return started;
}

function heard(shopper: string, second: number, gateway = 'gw-coffee', rssiDbm = -55): Sighting {
  const observedAt = now + second * 1_000;
  return {
    shopperId: shopper as ShopperId,
    storeId,
    anchor: { kind: 'gateway', gatewayId: gateway as never },
    rssiDbm,
    observedAt,
    receivedAt: observedAt,
    sightingId: `${shopper}/${gateway}/${observedAt}`,
  };
}

async function told({ redis }: Process): Promise<PresenceChange[]> {
  const changes: PresenceChange[] = [];
  for (let partition = 0; partition < redis.partitions; partition += 1) {
    for (const [, fields] of await redis.request.xrange(changesKey(redis, partition), '-', '+')) {
      changes.push(JSON.parse(fields[1] ?? '') as PresenceChange);
    }
  }
  return changes;
}

const kinds = (changes: readonly PresenceChange[]): string[] => changes.map(({ kind }) => kind);

function reader(
  { redis }: Process,
  consumer: string,
  handle: (entries: StreamEntry[]) => Promise<void>,
  more: { idleMs?: number; batchSize?: number } = {},
): StreamReader {
  const streams = Array.from({ length: redis.partitions }, (_, partition) => changesKey(redis, partition));
  const started = new StreamReader({
    streams,
    group: 'decisions',
    consumer,
    redis,
    log,
    handle,
    blockMs: 100,
    ...more,
  });
  readers.push(started);
  started.start();
  return started;
}

beforeEach(async () => {
  prefix = `presence-${randomBytes(4).toString('hex')}`;
  now = 1_790_000_000_000;
  processes = [];
  readers = [];
  const { redis } = startProcess();
  await until(
    () => redis.request.status,
    (status) => status === 'ready',
  );
});

afterEach(async () => {
  await Promise.all(readers.map((each) => each.stop()));
  await Promise.all(processes.map(({ redis }) => redis.close()));
});

async function three(): Promise<[Process, Process, Process]> {
  const all: [Process, Process, Process] = [processes[0]!, startProcess(), startProcess()];
  await Promise.all(
    all.map(({ redis }) =>
      until(
        () => redis.request.status,
        (status) => status === 'ready',
      ),
    ),
  );
  return all;
}

describe('live presence', () => {
  it('begins a visit, finds the zone, and holds both when take resolves', async () => {
    const [{ presence }] = processes as [Process];
    await presence.take([0, 1, 2].map((second) => heard('ada', second)));
    expect(kinds(await told(processes[0]!))).toEqual(['visitStarted', 'zoneEntered']);
    expect(await presence.of('ada' as ShopperId)).toMatchObject({ storeId, startedAt: now });
  });

  it('makes one visit and no entry twice of a shopper whom three processes hear at once', async () => {
    const all = await three();
    for (let second = 0; second < 20; second += 1) {
      await Promise.all(
        all.flatMap(({ presence }, each) => [
          presence.take([heard('ada', second), heard('bob', second)]),
          presence.take([heard('ada', second + each / 10), heard('ada', second, 'gw-cereals', -85)]),
        ]),
      );
    }
    const changes = (await told(all[0])).filter(({ shopperId }) => shopperId === ('ada' as ShopperId));
    expect(kinds(changes)).toEqual(['visitStarted', 'zoneEntered', 'zoneDwelled']);
    expect(new Set(changes.map(({ visitId }) => visitId)).size).toBe(1);
    const conflicts = await Promise.all(all.map((each) => each.conflicts()));
    expect(conflicts.reduce((sum, count) => sum + count, 0)).toBeGreaterThan(0);
  });

  it('writes once what is sent to Redis twice', async () => {
    const { store, redis, presence } = processes[0]!;
    await presence.take([heard('ada', 0)]);
    const from = (await store.load(['ada' as ShopperId])).get('ada' as ShopperId)!;
    const [change] = await told(processes[0]!);
    const sent: (() => Promise<unknown>)[] = [];
    const pipeline = redis.request.pipeline.bind(redis.request);
    // As ioredis does after a lost answer: the same command once more.
    redis.request.pipeline = () => {
      const commands = pipeline();
      const save = commands.savePresence.bind(commands);
      commands.savePresence = (...args) => {
        sent.push(() => redis.request.savePresence(...args));
        return save(...args);
      };
      return commands;
    };
    const write = {
      shopperId: 'ada' as ShopperId,
      from,
      presence: from.presence,
      changes: [change!],
      nextLookAt: now + 9_000,
    };
    const [saved] = await store.save([write], now);
    expect(saved?.written).toBe(true);
    expect(await sent[0]!()).toEqual([2]);
    expect(await told(processes[0]!)).toHaveLength(2);
    expect((await store.save([write], now))[0]).toEqual({ written: false, held: saved?.held });
    expect(await told(processes[0]!)).toHaveLength(2);
  });

  it('does not let a writer that began before the shopper left bring them back', async () => {
    const { store, presence } = processes[0]!;
    await presence.take([heard('ada', 0)]);
    const stale = await presence.of('ada' as ShopperId);
    await presence.forget('ada' as ShopperId);
    const write = { shopperId: 'ada' as ShopperId, presence: stale, changes: [], nextLookAt: now };
    expect((await store.save([{ ...write, from: NOTHING }], now))[0]?.written).toBe(false);
    expect(await presence.of('ada' as ShopperId)).toBeUndefined();
    expect(kinds(await told(processes[0]!))).toEqual(['visitStarted']);
    expect(await store.due(now + 86_400_000, 10)).toEqual([]);
  });

  it('ends the visit of a shopper who fell silent, once, whoever sweeps', async () => {
    const all = await three();
    await all[0].presence.take([0, 1, 2].map((second) => heard('ada', second)));
    now += 70_000;
    await Promise.all(all.map(({ sweep }) => sweep.sweep()));
    expect(kinds(await told(all[0]))).toEqual(['visitStarted', 'zoneEntered', 'zoneExited']);
    now += 300_000;
    await Promise.all(all.map(({ sweep }) => sweep.sweep()));
    const changes = await told(all[0]);
    expect(kinds(changes)).toEqual(['visitStarted', 'zoneEntered', 'zoneExited', 'visitEnded']);
    expect(changes.at(-1)).toMatchObject({ endedAt: now - 368_000 });
    expect(await all[0].sweep.sweep()).toBe(0);
    expect(await all[1].presence.of('ada' as ShopperId)).toBeUndefined();
  });

  it('looks at somebody who goes on being heard when that was due first, and then later', async () => {
    const { presence, store, sweep } = processes[0]!;
    for (let second = 0; second < 90; second += 1) {
      await presence.take([heard('ada', 0)]);
      now += 1_000;
      await sweep.sweep();
      const [held] = [...(await store.load(['ada' as ShopperId])).values()];
      expect(held?.lookAt).toBeGreaterThan(now);
      expect(await store.due(held!.lookAt!, 10)).toEqual(['ada']);
      expect(await store.due(held!.lookAt! - 1, 10)).toEqual([]);
    }
    expect(kinds(await told(processes[0]!))).not.toContain('zoneExited');
  });

  it('takes off the list whoever is due and not there', async () => {
    const { redis, sweep, store } = processes[0]!;
    const partition = redis.partitionOf('ghost');
    await redis.request.zadd(redis.partitionKey(partition, 'due'), now - 1, 'ghost');
    expect(await sweep.sweep()).toBe(1);
    expect(await store.due(now, 10)).toEqual([]);
  });

  it('refuses with 503 while Redis is not there, and says nothing twice afterwards', async () => {
    const lost = startProcess('redis://127.0.0.1:1');
    await expect(lost.presence.take([heard('ada', 0)])).rejects.toMatchObject({ status: 503 });
    const sightings = [0, 1, 2].map((second) => heard('ada', second));
    await processes[0]!.presence.take(sightings);
    await processes[0]!.presence.take(sightings);
    expect(kinds(await told(processes[0]!))).toEqual(['visitStarted', 'zoneEntered']);
  });

  it('leaves no key of a shopper without an end', async () => {
    const { redis, presence } = processes[0]!;
    await presence.take([heard('ada', 0), heard('bob', 0)]);
    await presence.forget('bob' as ShopperId);
    for (const key of await redis.request.keys(`${prefix}:*presence:*`)) {
      expect(await redis.request.pttl(key)).toBeGreaterThan(0);
    }
  });
});

describe('the streams of changes', () => {
  it('reach a reader that was there before them, and are gone once handled', async () => {
    const got: string[] = [];
    reader(processes[0]!, 'one', (entries) => {
      got.push(...entries.map(({ fields }) => fields.get('change') ?? ''));
      return Promise.resolve();
    });
    await processes[0]!.presence.take([heard('ada', 0), heard('bob', 0), heard('cyd', 0)]);
    await until(
      () => got.length,
      (count) => count === 3,
    );
    await until(
      () => told(processes[0]!),
      (left) => left.length === 0,
    );
  });

  it('begin again after FLUSHALL, with the next sightings', async () => {
    const got: PresenceChange[] = [];
    reader(processes[0]!, 'one', (entries) => {
      got.push(...entries.map(({ fields }) => JSON.parse(fields.get('change') ?? '') as PresenceChange));
      return Promise.resolve();
    });
    await processes[0]!.presence.take([heard('ada', 0)]);
    await until(
      () => got.length,
      (count) => count === 1,
    );
    // This file's keys only: other files use the same Redis.
    const { redis, presence } = processes[0]!;
    await redis.request.del(await redis.request.keys(`${prefix}:*`));
    await presence.take([heard('ada', 1)]);
    await until(
      () => got.length,
      (count) => count === 2,
    );
    expect(kinds(got)).toEqual(['visitStarted', 'visitStarted']);
    expect(got[0]?.visitId).not.toBe(got[1]?.visitId);
  });

  it('go to another reader when theirs died with them', async () => {
    const { redis, presence } = processes[0]!;
    for (let partition = 0; partition < redis.partitions; partition += 1) {
      await redis.request.xgroup('CREATE', changesKey(redis, partition), 'decisions', '0', 'MKSTREAM');
    }
    await presence.take([heard('ada', 0)]);
    const stream = changesKey(redis, redis.partitionOf('ada'));
    await redis.request.xreadgroup('GROUP', 'decisions', 'dead', 'STREAMS', stream, '>');
    const got: StreamEntry[] = [];
    const take = (entries: StreamEntry[]): Promise<void> => {
      got.push(...entries);
      return Promise.resolve();
    };
    reader(processes[0]!, 'heir', take, { idleMs: 0 });
    await until(
      () => got.length,
      (count) => count === 1,
    );
    await until(
      () => told(processes[0]!),
      (left) => left.length === 0,
    );
  });

  it('come again to a handler that failed, and the rest passes one that always fails', async () => {
    const { redis, presence } = processes[0]!;
    await presence.take(['ada', 'bob', 'cyd'].map((shopper) => heard(shopper, 0)));
    const done: string[] = [];
    let failures = 0;
    reader(processes[0]!, 'one', (entries) => {
      const shoppers = entries.map(
        ({ fields }) => (JSON.parse(fields.get('change') ?? '') as PresenceChange).shopperId,
      );
      if (shoppers.includes('bob' as ShopperId)) {
        failures += 1;
        return Promise.reject(new Error('poison'));
      }
      done.push(...shoppers);
      return Promise.resolve();
    });
    await until(
      () => done.length,
      (count) => count === 2,
    );
    expect(done.toSorted()).toEqual(['ada', 'cyd']);
    expect(failures).toBeGreaterThanOrEqual(1);
    const [left] = await until(
      () => told(processes[0]!),
      (changes) => changes.length === 1,
    );
    expect(left?.shopperId).toBe('bob');
    const stream = changesKey(redis, redis.partitionOf('bob'));
    expect(await redis.request.xpending(stream, 'decisions')).toMatchObject({ 0: 1 });
  });

  it('set aside what was delivered too often', async () => {
    const { redis, presence } = processes[0]!;
    for (let partition = 0; partition < redis.partitions; partition += 1) {
      await redis.request.xgroup('CREATE', changesKey(redis, partition), 'decisions', '0', 'MKSTREAM');
    }
    await presence.take([heard('ada', 0)]);
    const stream = changesKey(redis, redis.partitionOf('ada'));
    await redis.request.xreadgroup('GROUP', 'decisions', 'dead', 'STREAMS', stream, '>');
    for (let again = 0; again < 7; again += 1) {
      await redis.request.xautoclaim(stream, 'decisions', 'dead', 0, '0-0');
    }
    let handled = 0;
    const count = (): Promise<void> => {
      handled += 1;
      return Promise.resolve();
    };
    reader(processes[0]!, 'heir', count, { idleMs: 0 });
    await until(
      () => told(processes[0]!),
      (left) => left.length === 0,
    );
    expect(handled).toBe(0);
  });
});
