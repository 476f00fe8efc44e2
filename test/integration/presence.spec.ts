import { randomBytes } from 'node:crypto';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { Clock, Lifecycle, Log, Metrics, RedisConnections } from '../../src/platform/index.js';
import { StreamReader, type StreamEntry } from '../../src/platform/stream-reader.js';
import type { PresenceChange } from '../../src/presence/changes.js';
import { defaultParameters } from '../../src/presence/parameters.js';
import { MOST_WAITING, PresenceService } from '../../src/presence/presence.service.js';
import { NOTHING } from '../../src/presence/held.js';
import { JournalRecovery } from '../../src/presence/journal/journal-recovery.js';
import { Journal } from '../../src/presence/journal/journal.service.js';
import { JournalStore } from '../../src/presence/journal/journal.store.js';
import { PresenceWriter } from '../../src/presence/presence-writer.js';
import { changesKey, PresenceStore } from '../../src/presence/presence.store.js';
import { PresenceSweep } from '../../src/presence/presence.sweep.js';
import type { Surroundings } from '../../src/presence/surroundings.js';
import { seeded, type Instant, type ShopperId, type StoreId } from '../../src/shared/index.js';
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
  pages: JournalStore;
  recovery: JournalRecovery;
  conflicts(): Promise<number>;
}

let prefix: string;
let processes: Process[];
let now: Instant;
let readers: StreamReader[];
/** Whether nobody can be worked in, as by a defect of ours. */
let isCursed: boolean;

function startProcess(address = url): Process {
  const clock = new Clock();
  clock.now = () => now;
  const redis = new RedisConnections(address, prefix, 4, log);
  const metrics = new Metrics();
  const surroundings = {
    placeOf: (asked: StoreId) => {
      if (isCursed) throw new TypeError('a defect');
      return asked === storeId
        ? {
            layout,
            context: { newId: () => clock.newId(), parameters: defaultParameters, dwellSeconds: [10] },
          }
        : undefined;
    },
  } as unknown as Surroundings;
  const store = new PresenceStore(redis, clock);
  const writer = new PresenceWriter(store, surroundings, clock, metrics, log);
  const pages = new JournalStore(redis, clock);
  const presence = new PresenceService(writer, new Journal(pages, clock, log), new Lifecycle(log), log);
  const recovery = new JournalRecovery(pages, presence, clock, log);
  const started: Process = {
    redis,
    metrics,
    store,
    presence,
    sweep: new PresenceSweep(store, presence, recovery, clock, log),
    pages,
    recovery,
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

/** All who are due at `at`, as a sweep finds them. */
async function due({ store }: Process, at: Instant): Promise<ShopperId[]> {
  const found: ShopperId[] = [];
  for (const partition of store.partitions) {
    let cursor: string | undefined;
    do {
      const part = await store.due(partition, at, cursor);
      found.push(...part.shopperIds);
      cursor = part.cursor;
    } while (cursor !== undefined);
  }
  return found;
}

/** How many shoppers something is held of, be it that they are gone. */
async function records({ redis }: Process): Promise<number> {
  let count = 0;
  for (let partition = 0; partition < redis.partitions; partition += 1) {
    count += await redis.request.hlen(redis.partitionKey(partition, 'presence'));
  }
  return count;
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
  isCursed = false;
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

/** Check 7 of docs/security.md. */
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
      const save = commands.savePresenceBuffer.bind(commands);
      commands.savePresenceBuffer = (...args) => {
        sent.push(() => redis.request.savePresenceBuffer(...args));
        return save(...args);
      };
      return commands;
    };
    const write = {
      shopperId: 'ada' as ShopperId,
      from: from.version,
      kept: store.keep(from, from.presence),
      changes: [change!],
      nextLookAt: now + 9_000,
    };
    expect(await store.save([write], now)).toEqual([undefined]);
    expect(await sent[0]!()).toEqual([2]);
    expect(await told(processes[0]!)).toHaveLength(2);
    const again = { ...write, kept: store.keep(from, from.presence) };
    expect(await store.save([again], now)).toEqual([{ ...write.kept, presence: from.presence }]);
    expect(await told(processes[0]!)).toHaveLength(2);
  });

  it('does not let a writer that began before the shopper left bring them back', async () => {
    const { store, presence } = processes[0]!;
    await presence.take([heard('ada', 0)]);
    const stale = await presence.of('ada' as ShopperId);
    await presence.forget('ada' as ShopperId);
    const kept = store.keep(NOTHING, stale);
    const write = { shopperId: 'ada' as ShopperId, from: '', kept, changes: [], nextLookAt: now };
    expect(await store.save([write], now)).toEqual([expect.objectContaining({ presence: undefined })]);
    expect(await presence.of('ada' as ShopperId)).toBeUndefined();
    expect(kinds(await told(processes[0]!))).toEqual(['visitStarted']);
  });

  it('removes what is left of somebody who is gone, two minutes later', async () => {
    const { presence, sweep } = processes[0]!;
    await presence.take([heard('ada', 0)]);
    await presence.forget('ada' as ShopperId);
    now += 119_000;
    expect(await sweep.sweep()).toBe(0);
    expect(await records(processes[0]!)).toBe(1);
    now += 1_000;
    expect(await sweep.sweep()).toBe(1);
    expect(await records(processes[0]!)).toBe(0);
    await presence.take([heard('ada', 0)]);
    expect(kinds(await told(processes[0]!))).toEqual(['visitStarted', 'visitStarted']);
  });

  it('forgets a shopper whom another process brought back meanwhile', async () => {
    const [one, other] = await three();
    await one.presence.take([heard('ada', 0)]);
    await one.presence.forget('ada' as ShopperId);
    await other.presence.take([heard('ada', 1)]);
    await one.presence.forget('ada' as ShopperId);
    expect(await other.presence.of('ada' as ShopperId)).toBeUndefined();
  });

  it('ends the visit of a shopper who fell silent, once, whoever sweeps', async () => {
    const all = await three();
    await all[0].presence.take([0, 1, 2].map((second) => heard('ada', second)));
    now += 110_000;
    await Promise.all(all.map(({ sweep }) => sweep.sweep()));
    expect(kinds(await told(all[0]))).toEqual(['visitStarted', 'zoneEntered', 'zoneExited']);
    now += 300_000;
    await Promise.all(all.map(({ sweep }) => sweep.sweep()));
    const changes = await told(all[0]);
    expect(kinds(changes)).toEqual(['visitStarted', 'zoneEntered', 'zoneExited', 'visitEnded']);
    expect(changes.at(-1)).toMatchObject({ endedAt: now - 408_000 });
    expect(await all[0].sweep.sweep()).toBe(0);
    expect(await all[1].presence.of('ada' as ShopperId)).toBeUndefined();
  });

  it('does not look at somebody who goes on being heard', async () => {
    const { presence, sweep } = processes[0]!;
    for (let second = 0; second < 90; second += 1) {
      await presence.take([heard('ada', 0)]);
      now += 1_000;
      expect(await sweep.sweep()).toBe(0);
    }
    expect(kinds(await told(processes[0]!))).not.toContain('zoneExited');
  });

  it('finds all who are due among a great many, and has one worker look', async () => {
    const [one, other] = await three();
    const crowd = Array.from({ length: 5_000 }, (_, each) => `shopper-${each}`);
    await one.presence.take(crowd.map((shopper) => heard(shopper, 0)));
    now += 290_000;
    const heardAgain = crowd.filter((_, each) => each % 2 === 0);
    await one.presence.take(heardAgain.map((shopper) => heard(shopper, 0)));
    now += 10_000;
    const silent = crowd.filter((_, each) => each % 2 === 1);
    const found = new Set<string>(await due(one, now));
    expect(found.size).toBe(silent.length);
    expect(silent.every((shopper) => found.has(shopper))).toBe(true);
    expect(await one.store.claim(5_000)).toEqual([0, 1, 2, 3]);
    expect(await other.store.claim(5_000)).toEqual([]);
  });

  it('removes what it cannot read, and one of a store that is gone after a day', async () => {
    const { redis, store, presence, sweep } = processes[0]!;
    await presence.take([heard('ada', 0)]);
    const [held] = [...(await store.load(['ada' as ShopperId])).values()];
    const lost = { ...held!.presence!, storeId: 'closed' as StoreId };
    const write = {
      shopperId: 'ada' as ShopperId,
      from: held!.version,
      kept: store.keep(held!, lost),
      changes: [],
      nextLookAt: now,
    };
    await store.save([write], now);
    const unreadable = Buffer.from('version.\0\0\0\0of another build', 'latin1');
    await redis.request.hset(redis.partitionKey(redis.partitionOf('bob'), 'presence'), 'bob', unreadable);
    await sweep.sweep();
    expect(await records(processes[0]!)).toBe(1);
    expect(await presence.of('ada' as ShopperId)).toMatchObject({ storeId: 'closed' });
    now += 86_401_000;
    await sweep.sweep();
    now += 121_000;
    await sweep.sweep();
    expect(await records(processes[0]!)).toBe(0);
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
    const keys = await redis.request.keys(`${prefix}:*presence`);
    expect(keys.length).toBeGreaterThan(0);
    for (const key of keys) expect(await redis.request.pttl(key)).toBeGreaterThan(0);
  });
});

/** A way to Redis that can be stopped up, with everything on it kept. */
async function startProxy(): Promise<{ url: string; stopUp(): void; letThrough(): void; close(): void }> {
  const target = new URL(url);
  const open: Socket[] = [];
  const server = createServer((near) => {
    const far = connect(Number(target.port), target.hostname);
    for (const socket of [near, far]) socket.on('error', () => undefined);
    near.pipe(far).pipe(near);
    open.push(near, far);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `redis://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stopUp: () => open.forEach((socket) => socket.unpipe().pause()),
    letThrough: () =>
      open.forEach((socket, index) => socket.pipe(open[index % 2 === 0 ? index + 1 : index - 1]!)),
    close: () => {
      open.forEach((socket) => socket.destroy());
      server.close();
    },
  };
}

describe('more than can be written', () => {
  it('is refused with 503 beyond what may wait, and taken again at once when it has been written', async () => {
    const proxy = await startProxy();
    const { redis, presence } = startProcess(proxy.url);
    await until(
      () => redis.request.status,
      (status) => status === 'ready',
    );
    await presence.take([heard('ada', 0)]);
    proxy.stopUp();
    const part = MOST_WAITING / 5;
    const many = Array.from({ length: part }, (_, each) => heard(`shopper-${each % 100}`, 0));
    const waiting = [1, 2, 3, 4, 5].map(() => presence.take(many));
    const settled = Promise.all(waiting);
    await expect(presence.take([heard('ada', 1)])).rejects.toMatchObject({
      status: 503,
      extras: { retryAfterSeconds: 1 },
    });
    proxy.letThrough();
    await settled;
    await presence.take([heard('ada', 1)]);
    expect(await presence.of('shopper-1' as ShopperId)).toBeDefined();
    proxy.close();
  });

  it('is refused as long as Redis says nothing, and is not kept', async () => {
    const proxy = await startProxy();
    const { redis, presence } = startProcess(proxy.url);
    await until(
      () => redis.request.status,
      (status) => status === 'ready',
    );
    proxy.stopUp();
    const many = Array.from({ length: MOST_WAITING }, () => heard('ada', 0));
    await expect(presence.take(many)).rejects.toMatchObject({ status: 503 });
    proxy.letThrough();
    await presence.take(many.slice(0, 1));
    expect(await presence.of('ada' as ShopperId)).toBeDefined();
    proxy.close();
  });
});

describe('what can wait', () => {
  const crowd = Array.from({ length: 60 }, (_, each) => `shopper-${each}`);
  const SOMEBODY = 'shopper-7' as ShopperId;

  /** All of them stand in one zone, and the process has them to itself for long enough to trust its memory. */
  async function stand({ presence }: Process): Promise<void> {
    for (let second = 0; second < 12; second += 1) {
      await presence.take(crowd.map((shopper) => heard(shopper, 0)));
      now += 1_000;
    }
    now -= 600;
  }

  const writes = async ({ metrics }: Process): Promise<number> =>
    (await metrics.presenceWrites.get()).values[0]?.value ?? 0;
  const pages = ({ pages: store }: Process): Promise<string[]> => store.begunBefore(now + 1);
  const lastHeard = async ({ presence }: Process): Promise<Instant | undefined> =>
    (await presence.of(SOMEBODY))?.lastHeardAt;

  it('is in the journal at once and in the states after a second, one of them for several hearings', async () => {
    const [process] = processes as [Process];
    await stand(process);
    const written = await writes(process);
    const heardBefore = await lastHeard(process);
    for (const gateway of ['gw-cereals', 'gw-coffee', 'gw-cereals']) {
      await process.presence.take(crowd.map((shopper) => heard(shopper, 0, gateway, -70)));
      now += 200;
    }
    expect(await writes(process)).toBe(written);
    expect(await lastHeard(process)).toBe(heardBefore);
    expect(await pages(process)).toHaveLength(1);
    const heardAt = now - 200;
    now += 1_000;
    await until(
      () => lastHeard(process),
      (at) => at === heardAt,
    );
    expect(await writes(process)).toBe(written + crowd.length);
    await until(
      () => pages(process),
      (left) => left.length === 0,
    );
  });

  it('is worked in with what cannot, and when the process stops', async () => {
    const [process] = processes as [Process];
    await stand(process);
    await process.presence.take(crowd.map((shopper) => heard(shopper, 0)));
    const written = await writes(process);
    await process.presence.look([SOMEBODY]);
    expect(await lastHeard(process)).toBe(now);
    expect(await writes(process)).toBe(written + 1);
    await process.presence.settle();
    expect(await writes(process)).toBe(written + crowd.length);
    expect(await pages(process)).toEqual([]);
  });

  it('is worked in by another process when its own is gone', async () => {
    const [one, other] = await three();
    await stand(one);
    await one.presence.take(crowd.map((shopper) => heard(shopper, 0)));
    const heardAt = now;
    one.redis.request.disconnect();
    expect(await other.recovery.recover()).toBe(0);
    now += 16_000;
    expect(await other.recovery.recover()).toBe(1);
    expect(await lastHeard(other)).toBe(heardAt);
    expect(await other.recovery.recover()).toBe(0);
    expect(kinds(await told(other)).filter((kind) => kind === 'visitStarted')).toHaveLength(crowd.length);
  });

  it('does not bring back who was forgotten meanwhile', async () => {
    const [one, other] = await three();
    await stand(one);
    await one.presence.take(crowd.map((shopper) => heard(shopper, 0)));
    await other.presence.forget(SOMEBODY);
    await one.presence.settle();
    expect(await one.presence.of(SOMEBODY)).toBeUndefined();
    expect(await one.presence.of('shopper-8' as ShopperId)).toMatchObject({ lastHeardAt: now });
  });

  it('is let go where a defect keeps it from being worked in, and holds up neither its page nor what comes', async () => {
    const [process] = processes as [Process];
    await stand(process);
    const heardBefore = await lastHeard(process);
    await process.presence.take(crowd.map((shopper) => heard(shopper, 0)));
    isCursed = true;
    now += 1_000;
    await until(
      () => pages(process),
      (left) => left.length === 0,
    );
    isCursed = false;
    expect(await lastHeard(process)).toBe(heardBefore);
    await process.presence.take([heard(SOMEBODY, 0)]);
    expect(await lastHeard(process)).toBe(now);
  });

  it('keeps nobody waiting where a defect keeps another process from working it in', async () => {
    const [one, other] = await three();
    await stand(one);
    await one.presence.take(crowd.map((shopper) => heard(shopper, 0)));
    one.redis.request.disconnect();
    now += 16_000;
    isCursed = true;
    expect(await other.recovery.recover()).toBe(1);
    isCursed = false;
    expect(await other.recovery.recover()).toBe(0);
  });

  it('is written at once where few are heard', async () => {
    const [process] = processes as [Process];
    await stand(process);
    await process.presence.take([heard(SOMEBODY, 0)]);
    expect(await lastHeard(process)).toBe(now);
  });
});

describe('several processes that hear the same shoppers', () => {
  // A second of the shop in this many milliseconds of the test.
  const SECOND_MS = 120;

  /**
   * For so many seconds each process takes once a second what its gateway heard, at its own moment of the second.
   * @returns the share of writes that were lost to another process
   */
  async function hear(
    all: readonly Process[],
    seconds: number,
    momentOf: (process: number) => number,
    heardIn: (process: number) => Iterable<string>,
  ): Promise<number> {
    const begin = performance.now();
    await Promise.all(
      all.map(async ({ presence }, process) => {
        for (let second = 0; second < seconds; second += 1) {
          const at = begin + (second + momentOf(process)) * SECOND_MS;
          await pause(Math.max(0, at - performance.now()));
          const moment = second + momentOf(process);
          await presence.take([...heardIn(process)].map((shopper) => heard(shopper, moment)));
        }
      }),
    );
    const count = async (name: 'presenceWrites' | 'presenceConflicts'): Promise<number> => {
      const each = await Promise.all(all.map(({ metrics }) => metrics[name].get()));
      return each.reduce((sum, { values }) => sum + (values[0]?.value ?? 0), 0);
    };
    return (await count('presenceConflicts')) / (await count('presenceWrites'));
  }

  const crowd = Array.from({ length: 50 }, (_, each) => `shopper-${each}`);
  const visitsOf = (changes: readonly PresenceChange[]): string[] =>
    changes.filter(({ kind }) => kind === 'visitStarted').map(({ shopperId }) => shopperId);

  it('seldom lose a race, and make one visit of each', async () => {
    const all = await three();
    const roll = seeded('three processes');
    const lost = await hear(
      all,
      60,
      (process) => process / 3,
      () => ['ada', ...crowd.filter(() => roll() < 0.3)],
    );
    expect(visitsOf(await told(all[0])).toSorted()).toEqual(['ada', ...crowd].toSorted());
    expect(lost).toBeLessThan(0.05);
  });

  it('step aside when their gateways report at the same moment', async () => {
    const all = await three();
    const lost = await hear(
      all,
      60,
      () => 0,
      () => ['ada'],
    );
    expect(visitsOf(await told(all[0]))).toEqual(['ada']);
    expect(lost).toBeLessThan(0.15);
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
