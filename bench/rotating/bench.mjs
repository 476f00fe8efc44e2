// `npm run bench -- rotating`: what it costs to keep the table of ephemeral identifiers written, and to search.
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';

const dist = path.resolve(import.meta.dirname, '../../dist');
const load = (file) => import(path.join(dist, file));

const SECRET = 'bench-secret-of-at-least-thirty-two-characters';
const EXPONENT = 10;
const ROWS_AT_ONCE = 5_000;
const KEYS_SEARCHED = 1_000;

export async function bench(options) {
  const { values } = parseArgs({ args: options, options: { keys: { type: 'string', default: '200000' } } });
  const keys = Number(values.keys);
  const { startEmbedded } = await load('platform/embedded/index.js');
  const folder = await mkdtemp(path.join(os.tmpdir(), 'aislecue-bench-'));
  const services = await startEmbedded({
    dataFolder: folder,
    need: { postgres: true, redis: true },
    log: () => {},
  });
  try {
    const candidates = [...(await rounds(services, keys)), await search()];
    console.error(candidates.map((each) => JSON.stringify(each)).join('\n'));
    const [cpu] = os.cpus();
    const machine = {
      cpu: cpu?.model,
      cores: os.cpus().length,
      node: process.version,
      load: os.loadavg()[0],
    };
    console.log(JSON.stringify({ machine, candidates }));
  } finally {
    await services.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

/** A round from nothing, as after FLUSHALL, and the two that follow, each a window later. */
async function rounds(services, keys) {
  const { boot } = await load('boot.js');
  const { Clock, Database, Log, RedisConnections, readSettings } = await load('platform/index.js');
  const { EidTableStore } = await load('shoppers/rotating/eid-table.store.js');
  const { IdentitiesRepository } = await load('shoppers/rotating/identities.repository.js');
  const { TableRound } = await load('shoppers/rotating/table-round.js');
  const env = { AISLECUE_SECRET: SECRET, DATABASE_URL: services.databaseUrl, REDIS_URL: services.redisUrl };
  const settings = { ...readSettings({ ...env, ROLE: 'api', LOG_LEVEL: 'error' }), port: 0 };
  const log = new Log('error');
  const { app, stop } = await boot(settings, log);
  const redis = app.get(RedisConnections).request;
  await register(app.get(Database), keys, settings.secret);
  const clock = new Clock();
  const begun = Date.now();
  let aheadMs = 0;
  clock.now = () => Date.now() + aheadMs;
  const store = app.get(EidTableStore);
  const figures = [];
  for (const name of ['from nothing', 'a window later', 'two windows later']) {
    const round = new TableRound(app.get(IdentitiesRepository), store, clock, log);
    const before = await measure(redis);
    round.start();
    await allCovered(store, clock);
    await round.stop();
    figures.push({ name, keys, ...difference(before, await measure(redis)) });
    aheadMs += 2 ** EXPONENT * 1_000 - (Date.now() - begun);
  }
  await stop();
  return figures;
}

async function register(database, keys, secret) {
  const { Sealing } = await load('platform/index.js');
  const { nameOf } = await load('shoppers/rotating/table.rules.js');
  const sealing = new Sealing(secret, 'rotating identities');
  for (let done = 0; done < keys; done += ROWS_AT_ONCE) {
    const made = Array.from({ length: ROWS_AT_ONCE }, () => randomBytes(16));
    const names = made.map((key) => nameOf(Buffer.from(sealing.mark(key), 'hex').subarray(0, 16)));
    await database.run(
      `INSERT INTO carried_beacons SELECT name, 'shopper-' || name, 'device:phone' FROM unnest($1::text[]) AS name`,
      [names],
    );
    await database.run(
      `INSERT INTO rotating_identities (name, sealed_key, rotation_exponent, changed_at)
       SELECT name, sealed, $3, now() - interval '1 day' FROM unnest($1::text[], $2::bytea[]) AS each (name, sealed)`,
      [names, made.map((key) => sealing.seal(key.toString('hex'))), EXPONENT],
    );
  }
  await database.run('ANALYZE rotating_identities');
}

async function allCovered(store, clock) {
  const { SHARES } = await load('shoppers/rotating/table.rules.js');
  const shares = Array.from({ length: SHARES }, (_, number) => ({ rotationExponent: EXPONENT, number }));
  for (;;) {
    const covered = await store.coverageOf(shares).catch(() => [undefined]);
    if (covered.every((each) => each !== undefined && each.dueAt > clock.now())) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

async function measure(redis) {
  const info = await redis.info();
  const figure = (name) => Number(new RegExp(`^${name}:([\\d.]+)`, 'm').exec(info)?.[1]);
  const { user, system } = process.cpuUsage();
  return {
    at: Date.now(),
    workerCpu: (user + system) / 1e6,
    redisCpu: figure('used_cpu_user') + figure('used_cpu_sys'),
    redisBytes: figure('used_memory'),
    entries: await redis.dbsize(),
  };
}

function difference(before, after) {
  const round = (value) => Math.round(value * 100) / 100;
  return {
    seconds: round((after.at - before.at) / 1_000),
    workerCpuSeconds: round(after.workerCpu - before.workerCpu),
    redisCpuSeconds: round(after.redisCpu - before.redisCpu),
    entriesAdded: after.entries - before.entries,
    redisMegabytesAdded: round((after.redisBytes - before.redisBytes) / 1e6),
  };
}

/** One look of the wider search that finds nothing. */
async function search() {
  const { searchKey, sought } = await load('shoppers/rotating/search.rules.js');
  const eids = sought(Array.from({ length: 64 }, () => `eid:${randomBytes(8).toString('hex')}`));
  const keys = Array.from({ length: KEYS_SEARCHED }, () => randomBytes(16));
  const look = () => {
    const start = process.cpuUsage();
    for (const key of keys) {
      searchKey({ key, rotationExponent: EXPONENT }, eids, { now: Date.now(), clockOffsetSeconds: 0 });
    }
    const { user, system } = process.cpuUsage(start);
    return (user + system) / 1e3;
  };
  look();
  return {
    name: 'wider search, one look',
    keys: KEYS_SEARCHED,
    workerCpuMilliseconds: Math.round(look() * 10) / 10,
  };
}
