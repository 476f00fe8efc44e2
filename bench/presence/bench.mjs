// Live presence without HTTP: its rules, its writes against a bare compare-and-set, and what a crowd costs.
import { mkdtemp, rm } from 'node:fs/promises';
import { cpus, loadavg, tmpdir } from 'node:os';
import path from 'node:path';
import { Redis } from 'ioredis';
import { cpuSecondsOf } from '../cpu.mjs';
import { measureRules } from './rules.mjs';
import { sightingOf, zoned } from './shop.mjs';

const PARTITIONS = 16;
const CROWDS = [1_000, 10_000, 100_000];
const LEAST_SIGHTINGS = 200_000;
const POST = 20;
const POSTS_AT_ONCE = 16;
const WRITES = 50_000;
const WRITES_AT_ONCE = 250;
const FIRST_MS = 1_700_000_000_000;
const say = (line) => process.stderr.write(`${line}\n`);
const dist = (file) => import(path.resolve(import.meta.dirname, '../../dist', file));

/** The least that compares and sets: the version is the first eight bytes of what is there. */
const COMPARE_AND_SET = `
local held = redis.call('GET', KEYS[1]) or ''
if string.sub(held, 1, 8) ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[2])
return 1
`;

export async function bench() {
  const [loadAverage] = loadavg();
  const folder = await mkdtemp(path.join(tmpdir(), 'aislecue-bench-'));
  const { startEmbedded } = await dist('platform/embedded/index.js');
  const need = { postgres: false, redis: true };
  const services = await startEmbedded({ dataFolder: folder, need, log: say });
  const redis = new Redis(services.redisUrl);
  try {
    const candidates = await measureRules(dist);
    candidates.forEach(tell);
    for (const measure of [rawWrites, ourWrites]) {
      await redis.flushall();
      candidates.push(await measure(services, redis));
      tell(candidates.at(-1));
    }
    for (const gateways of [1, 3]) {
      for (const shoppers of CROWDS) {
        await redis.flushall();
        candidates.push(await crowd({ shoppers, gateways }, services, redis));
        tell(candidates.at(-1));
      }
    }
    const machine = { cpus: cpus().length, model: cpus()[0].model, node: process.version, loadAverage };
    process.stdout.write(`${JSON.stringify({ machine, candidates, ratios: ratiosOf(candidates) })}\n`);
  } finally {
    redis.disconnect();
    await services.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

/** A shopper's state as three zone gateways make it. */
async function someState() {
  const { advance } = await dist('presence/presence.rules.js');
  const { defaultParameters: parameters } = await dist('presence/parameters.js');
  const context = { newId: () => '0190b0b0-0000-7000-8000-000000000000', parameters, dwellSeconds: [] };
  let presence;
  for (let second = 0; second < 20; second += 1) {
    const at = FIRST_MS + second * 1_000;
    const heard = [-55, -72, -80].map((dbm, gateway) => sightingOf('shopper-1', gateway, dbm, at));
    presence = advance(presence, heard, zoned, at, context).presence;
  }
  return presence;
}

async function rawWrites({ pids }, redis) {
  const { encode } = await dist('presence/encoding.js');
  const state = encode(await someState());
  redis.defineCommand('compareAndSet', { numberOfKeys: 1, lua: COMPARE_AND_SET });
  const spent = clockOf(pids.redis);
  for (let written = 0; written < WRITES; written += WRITES_AT_ONCE) {
    const pipeline = redis.pipeline();
    for (let at = 0; at < WRITES_AT_ONCE; at += 1) {
      const value = Buffer.concat([Buffer.alloc(12), state]);
      pipeline.compareAndSet(`raw:${written + at}`, '', value);
    }
    await pipeline.exec();
  }
  return { name: 'raw compare-and-set', ...spent(WRITES, 'writes') };
}

async function ourWrites(services) {
  const { store, close } = await openStore(services);
  const presence = await someState();
  const { NOTHING } = await dist('presence/held.js');
  const spent = clockOf(services.pids.redis);
  for (let written = 0; written < WRITES; written += WRITES_AT_ONCE) {
    const writes = Array.from({ length: WRITES_AT_ONCE }, (_, at) => ({
      shopperId: `shopper-${written + at}`,
      from: NOTHING.version,
      kept: store.keep(NOTHING, presence),
      changes: [],
      nextLookAt: FIRST_MS,
    }));
    await store.save(writes, FIRST_MS);
  }
  const figures = { name: 'presence writes', ...spent(WRITES, 'writes') };
  await close();
  return figures;
}

async function openStore({ redisUrl }) {
  const { RedisConnections } = await dist('platform/redis.js');
  const { Log } = await dist('platform/log.js');
  const { Clock } = await dist('platform/clock.js');
  const { PresenceStore } = await dist('presence/presence.store.js');
  const log = new Log('fatal');
  const clock = new Clock();
  const connections = new RedisConnections(redisUrl, 'bench', PARTITIONS, log);
  await new Promise((resolve) => connections.request.once('ready', resolve));
  const store = new PresenceStore(connections, clock);
  return { store, connections, clock, log, close: () => connections.close() };
}

/**
 * So many shoppers are present, each heard once a second by so many gateways in turn; what one more sighting costs, and what
 * all of them fill.
 */
async function crowd({ shoppers, gateways }, services, redis) {
  const { service, setNow, close } = await openService(services);
  const emptyBytes = await usedMemory(redis);
  // As recognition hands them on: one text a shopper, made when the beacon was first looked up.
  const shopperIds = Array.from({ length: shoppers }, (_, shopper) => `shopper-${shopper}`);
  let heard = 0;
  const take = async (count) => {
    await hear(service, { shopperIds, gateways, from: heard, until: heard + count }, setNow);
    heard += count;
  };
  await take(8 * gateways * shoppers);
  const spent = clockOf(services.pids.redis);
  const measured = Math.max(2 * gateways * shoppers, LEAST_SIGHTINGS);
  await take(measured);
  await service.settle();
  const figures = spent(measured, 'sightings');
  // Readers take the changes away within moments; states are what stays.
  await redis.del(...(await redis.keys('*changes')));
  const grown = (await usedMemory(redis)) - emptyBytes;
  await close();
  return {
    name: `crowd ${shoppers} by ${gateways}`,
    ...figures,
    redisMbPer100000: Number(((grown * 100_000) / shoppers / 1e6).toFixed(1)),
  };
}

/** Live presence as the program wires it, with a clock that is set. */
async function openService(services) {
  const { PresenceService } = await dist('presence/presence.service.js');
  const { PresenceWriter } = await dist('presence/presence-writer.js');
  const { Journal } = await dist('presence/journal/journal.service.js');
  const { JournalStore } = await dist('presence/journal/journal.store.js');
  const { Lifecycle } = await dist('platform/lifecycle.js');
  const { Metrics } = await dist('platform/telemetry.js');
  const { defaultParameters: parameters } = await dist('presence/parameters.js');
  const { store, connections, clock, log, close } = await openStore(services);
  let now = FIRST_MS;
  clock.now = () => now;
  const context = { newId: () => clock.newId(), parameters, dwellSeconds: [], heardStoreUntil: undefined };
  const surroundings = { placeOf: () => ({ layout: zoned, context }) };
  const writer = new PresenceWriter(store, surroundings, clock, new Metrics(), log);
  const journal = new Journal(new JournalStore(connections, clock), clock, log);
  const service = new PresenceService(writer, journal, new Lifecycle(log), log);
  return { service, setNow: (at) => (now = at), close };
}

/** Sightings by their number: whom, by which gateway and when follows from it. */
async function hear(service, { shopperIds, gateways, from, until }, setNow) {
  const shoppers = shopperIds.length;
  let next = from;
  const sender = async () => {
    while (next < until) {
      const first = next;
      next += POST;
      const at = FIRST_MS + Math.floor((first * 1_000) / (gateways * shoppers));
      setNow(at);
      await service.take(
        Array.from({ length: POST }, (_, place) => {
          const [shopper, turn] = [(first + place) % shoppers, Math.floor((first + place) / shoppers)];
          return sightingOf(shopperIds[shopper], turn % 3, [-55, -72, -80][turn % 3], at);
        }),
      );
    }
  };
  await Promise.all(Array.from({ length: POSTS_AT_ONCE }, sender));
}

async function usedMemory(redis) {
  return Number(/used_memory:(\d+)/.exec(await redis.info('memory'))[1]);
}

/** Begins to count; the function it gives says what was spent on so many of something. */
function clockOf(redisPid) {
  const startedAt = process.hrtime.bigint();
  const [own, theirs] = [process.cpuUsage(), cpuSecondsOf(redisPid)];
  return (count, what) => {
    const { user, system } = process.cpuUsage(own);
    const seconds = Number(process.hrtime.bigint() - startedAt) / 1e9;
    const each = (microseconds) => Number((microseconds / count).toFixed(2));
    return {
      [`${what}PerSecond`]: Math.round(count / seconds),
      cpuMicroseconds: each(user + system),
      redisCpuMicroseconds: each((cpuSecondsOf(redisPid) - theirs) * 1e6),
    };
  };
}

function ratiosOf(candidates) {
  const of = (name) => candidates.find((each) => each.name === name);
  const ratio = (a, b) => Number((a / b).toFixed(2));
  const [raw, ours] = [of('raw compare-and-set'), of('presence writes')];
  const manyToFew = (gateways) => {
    const [few, many] = [CROWDS[0], CROWDS.at(-1)].map((shoppers) => of(`crowd ${shoppers} by ${gateways}`));
    return ratio(
      many.cpuMicroseconds + many.redisCpuMicroseconds,
      few.cpuMicroseconds + few.redisCpuMicroseconds,
    );
  };
  return {
    writesToRaw: ratio(ours.writesPerSecond, raw.writesPerSecond),
    redisCpuToRaw: ratio(ours.redisCpuMicroseconds, raw.redisCpuMicroseconds),
    cpuOfManyToFew: { by1: manyToFew(1), by3: manyToFew(3) },
  };
}

function tell({ name, ...figures }) {
  say(`${name.padEnd(28)}${JSON.stringify(figures)}`);
}
