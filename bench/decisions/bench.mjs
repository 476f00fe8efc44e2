// `npm run bench -- decisions`: decisions a second with everything that one writes, committed durably; in turn by group
// commit, by one transaction each, and with TypeORM; and how long 5,400 waiting visits take.
import { mkdtemp, rm } from 'node:fs/promises';
import { cpus, loadavg, tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { cpuSecondsOf } from '../cpu.mjs';
import { decideWithOrm, makeCounters, openOrm } from './orm.mjs';
import { entryOf, LEDGER, openShop, streams } from './shop.mjs';

const dist = (file) => import(path.resolve(import.meta.dirname, '../../dist', file));
const say = (line) => process.stderr.write(`${line}\n`);

const SECRET = 'bench-secret-of-at-least-thirty-two-characters';
const SHOPPERS = 40_000;
const BATCH = 200;
/** Transactions at once where each decides one change: more do not go faster on two cores. */
const SINGLES_AT_ONCE = 16;
const WAITING_VISITS = 5_400;

export async function bench(options) {
  const { values } = parseArgs({
    args: options,
    options: {
      seconds: { type: 'string', default: '5' },
      rounds: { type: 'string', default: '3' },
      lanes: { type: 'string', default: '2' },
      only: { type: 'string' },
    },
  });
  const [loadAverage] = loadavg();
  const folder = await mkdtemp(path.join(tmpdir(), 'aislecue-bench-'));
  const { startEmbedded } = await dist('platform/embedded/index.js');
  const services = await startEmbedded({
    dataFolder: folder,
    need: { postgres: true, redis: true },
    log: say,
  });
  try {
    const shop = await opened(services, SHOPPERS + Number(values.rounds) * WAITING_VISITS);
    try {
      const figures = await inTurn(shop, values);
      const machine = { cpus: cpus().length, model: cpus()[0].model, node: process.version, loadAverage };
      const [durability] = await shop.database.query(
        `SELECT current_setting('synchronous_commit') AS "synchronousCommit", current_setting('fsync') AS fsync`,
      );
      const { candidates, ratios, drain } = figures;
      process.stdout.write(`${JSON.stringify({ machine, durability, candidates, ratios, drain })}\n`);
    } finally {
      await shop.close();
    }
  } finally {
    await services.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

/** The program in this process, as `api`: nothing decides but what is measured. */
async function opened(services, shoppers) {
  const { boot } = await dist('boot.js');
  const { Clock, Database, Log, RedisConnections, readSettings } = await dist('platform/index.js');
  const { Decisions, OfferSink } = await dist('decisions/index.js');
  const { WarmViews } = await dist('decisions/warm-views.js');
  const env = { AISLECUE_SECRET: SECRET, DATABASE_URL: services.databaseUrl, REDIS_URL: services.redisUrl };
  const settings = readSettings({
    ...env,
    ROLE: 'api',
    LOG_LEVEL: 'error',
    DATABASE_POOL: '20',
    DRAIN_SECONDS: '0',
  });
  const log = new Log('error');
  const { app, url, stop } = await boot({ ...settings, port: 0 }, log);
  const database = app.get(Database);
  // What is measured ends with the commit; bringing offers to phones is `journey`'s.
  app.get(OfferSink, { strict: false }).take = () => {};
  const offerId = await openShop(url, database, shoppers);
  const orm = await openOrm(services.databaseUrl, SINGLES_AT_ONCE);
  return {
    offerId,
    orm,
    database,
    log,
    clock: app.get(Clock),
    redis: app.get(RedisConnections),
    decisions: app.get(Decisions, { strict: false }),
    views: app.get(WarmViews, { strict: false }),
    pids: { program: process.pid, postgres: services.pids.postgres },
    close: async () => {
      await orm.destroy();
      await stop();
    },
  };
}

async function inTurn(shop, { seconds, rounds, lanes, only }) {
  const wanted = only?.split(',');
  const makers = {
    'group-commit': (feed) => many(Number(lanes), feed, BATCH, (changes) => shop.decisions.take(changes)),
    'one-transaction-each': (feed) =>
      many(SINGLES_AT_ONCE, feed, 1, (changes) => shop.decisions.take(changes)),
    typeorm: (feed) =>
      many(SINGLES_AT_ONCE, feed, 1, ([change]) => decideWithOrm(shop.orm, shop.clock, shop.offerId, change)),
  };
  const names = Object.keys(makers).filter((name) => wanted === undefined || wanted.includes(name));
  const runs = [];
  for (let round = 0; round < Number(rounds); round += 1) {
    for (const name of names) {
      await emptied(shop, name);
      runs.push({ name, ...(await measured(shop, makers[name], Number(seconds) * 1_000)) });
      say(JSON.stringify(runs.at(-1)));
    }
  }
  const candidates = names.map((name) => best(runs.filter((run) => run.name === name)));
  const drain =
    wanted === undefined || wanted.includes('drain') ? await drained(shop, Number(rounds)) : undefined;
  if (drain) say(JSON.stringify(drain));
  return { candidates, ratios: ratiosOf(candidates), drain };
}

/** An empty ledger and warm views. */
async function emptied({ database, views, orm, offerId, redis }, name) {
  await database.run(`TRUNCATE ${LEDGER.join(', ')} CASCADE`);
  await redis.request.flushall();
  if (name === 'typeorm') await makeCounters(orm, offerId);
  for (let from = 0; from < SHOPPERS; from += 2_000) {
    await views.of(Array.from({ length: 2_000 }, (_, index) => `shopper-${from + index}`));
  }
  await database.run('CHECKPOINT');
}

async function measured(shop, work, ms) {
  let next = 0;
  const until = performance.now() + ms;
  // Each shopper comes in once: nobody's visit goes on.
  const feed = () => (performance.now() < until && next < SHOPPERS ? entryOf(shop.clock, next++) : undefined);
  const before = cpuOf(shop);
  const beganAt = performance.now();
  await work(feed);
  const seconds = (performance.now() - beganAt) / 1_000;
  const after = cpuOf(shop);
  const [{ offers }] = await shop.database.query(
    `SELECT count(*) AS offers FROM decisions JOIN coupons USING (decision_id) JOIN cap_events USING (decision_id)`,
  );
  const cpu = (name) => round2(((after[name] - before[name]) / offers) * 1_000);
  return {
    decisionsPerSecond: Math.round(offers / seconds),
    offers,
    cpuMsPerDecision: { program: cpu('program'), postgres: cpu('postgres') },
  };
}

/** So many at once, each with its own batches. */
async function many(lanes, feed, size, take) {
  const lane = async () => {
    for (;;) {
      const changes = [];
      while (changes.length < size) {
        const change = feed();
        if (change === undefined) break;
        changes.push(change);
      }
      if (changes.length === 0) return;
      await take(changes);
    }
  };
  await Promise.all(Array.from({ length: lanes }, lane));
}

/** Visits that have waited in the streams, taken by one reader as a worker has it. */
async function drained(shop, rounds) {
  const { StreamReader } = await dist('platform/stream-reader.js');
  const seconds = [];
  for (let round = 0; round < rounds; round += 1) {
    await emptied(shop);
    const pipeline = shop.redis.request.pipeline();
    // Shoppers of whom nothing is in memory yet.
    const first = SHOPPERS + round * WAITING_VISITS;
    for (let shopper = first; shopper < first + WAITING_VISITS; shopper += 1) {
      const change = entryOf(shop.clock, shopper);
      const partition = shop.redis.partitionOf(change.shopperId);
      pipeline.xadd(shop.redis.partitionKey(partition, 'changes'), '*', 'change', JSON.stringify(change));
    }
    await pipeline.exec();
    seconds.push(await readAll(shop, StreamReader));
  }
  return { visits: WAITING_VISITS, seconds: seconds.toSorted((a, b) => a - b) };
}

async function readAll({ redis, log, decisions, clock }, StreamReader) {
  let taken = 0;
  const beganAt = performance.now();
  let finished;
  const done = new Promise((resolve) => (finished = resolve));
  const handle = async (entries) => {
    await decisions.take(entries.map(({ fields }) => JSON.parse(fields.get('change'))));
    taken += entries.length;
    if (taken >= WAITING_VISITS) finished();
  };
  const reader = new StreamReader({
    streams: streams(redis),
    group: 'decisions',
    consumer: clock.newId(),
    redis,
    log,
    handle,
  });
  reader.start();
  await done;
  const seconds = round2((performance.now() - beganAt) / 1_000);
  await reader.stop();
  return seconds;
}

function cpuOf({ pids }) {
  const postgres = cpuSecondsOf(pids.postgres);
  // Postgres is a child of this process.
  return { program: cpuSecondsOf(pids.program) - postgres, postgres };
}

const best = (runs) => runs.reduce((a, b) => (b.decisionsPerSecond > a.decisionsPerSecond ? b : a));
const round2 = (value) => Math.round(value * 100) / 100;

function ratiosOf(candidates) {
  const [ours] = candidates;
  return Object.fromEntries(
    candidates
      .slice(1)
      .map(({ name, decisionsPerSecond }) => [
        `${ours.name}/${name}`,
        round2(ours.decisionsPerSecond / decisionsPerSecond),
      ]),
  );
}
