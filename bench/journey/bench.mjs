// From a gateway's post to the offer on the shopper's socket, in turn with a floor, or to the push service's acceptance.
// See docs/benchmarks.md.
import { fork } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { cpus, loadavg, tmpdir } from 'node:os';
import path from 'node:path';
import { randomBytes } from 'node:crypto';
import { Redis } from 'ioredis';
import pg from 'pg';
import { cpuSecondsOf } from '../cpu.mjs';
import { cpuFigures, judge, quantile, ratiosOf } from './figures.mjs';
import { readOptions } from './options.mjs';
import { SECONDS_A_ZONE, shoppersFor } from './plan.mjs';
import { startProgram } from './programs.mjs';
import { registerPhones, setUp } from './shop.mjs';

const WARM_UP_SECONDS = 2 * SECONDS_A_ZONE;
/** The load runs this long before its entries count, so that queues are as full as they get. */
const RUN_IN_SECONDS = SECONDS_A_ZONE;
const DRAIN_MS = 10_000;
/** More than a run fills. */
const LOG_FILES = 24;
const nowMs = () => Number(process.hrtime.bigint()) / 1e6;
const say = (line) => process.stderr.write(`${line}\n`);
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** Runs every candidate at every rate, in turn; prints a table on standard error and JSON last on standard output. */
export async function bench(args) {
  const options = readOptions(args);
  const [loadAverage] = loadavg();
  const folder = await mkdtemp(path.join(tmpdir(), 'aislecue-bench-'));
  const { startEmbedded } = await import('../../dist/platform/embedded/index.js');
  const services = await startEmbedded({
    dataFolder: folder,
    need: { postgres: true, redis: true },
    log: say,
  });
  const stand = { ...services, options, folder, secret: randomBytes(32).toString('base64') };
  const generators = [startGenerator('gateways.mjs'), startGenerator('phones.mjs')];
  const interrupted = new Promise((_, reject) => {
    for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => reject(new Error(signal)));
  });
  try {
    const candidates = await Promise.race([measureAll(stand, ...generators), interrupted]);
    const { model } = cpus()[0];
    const machine = { cpus: cpus().length, model, node: process.version, loadAverage };
    process.stdout.write(
      `${JSON.stringify({ machine, phones: options.phones, candidates, ratios: ratiosOf(candidates) })}\n`,
    );
  } finally {
    for (const generator of generators) generator.child.kill();
    await stand.program?.stop();
    await services.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

async function measureAll(stand, gateways, phones) {
  const database = new pg.Client({ connectionString: stand.databaseUrl });
  await database.connect();
  try {
    if (stand.options.phones !== 'open') {
      stand.settings = await phones.ask('pushService', { folder: stand.folder });
    }
    await openShop(stand, database);
    const candidates = [];
    for (const rate of stand.options.rates) {
      for (let round = 1; round <= stand.options.rounds; round += 1) {
        for (const name of stand.options.only) {
          await cleanUp(stand, database);
          const figures = await measure(name, rate, stand, { database, gateways, phones });
          candidates.push(figures);
          tell(figures);
        }
      }
    }
    return candidates;
  } finally {
    await database.end();
  }
}

async function openShop(stand, database) {
  stand.program = await startProgram('aislecue', stand);
  const shoppers = shoppersFor(Math.max(...stand.options.rates));
  const url = `http://127.0.0.1:${stand.program.port}`;
  const { keys, tokens } = await setUp({ url, database, shoppers, reward: stand.options.reward, say });
  stand.keys = keys;
  stand.tokensFile = path.join(stand.folder, 'tokens.json');
  await writeFile(stand.tokensFile, JSON.stringify(tokens));
  if (stand.options.phones !== 'open') await registerPhones(url, tokens);
  await stand.program.stop();
}

/**
 * Every run begins with an empty Redis and without visits, so that none pays for those before it, and with a database that
 * has run for a while: Postgres makes its log in files of 16 MB, uses them again after a checkpoint, and while it makes one no
 * transaction commits for 50 to 100 ms.
 */
async function cleanUp({ redisUrl }, database) {
  await database.query(
    'TRUNCATE visits, stays, decisions, deliveries, delivery_events, cap_events, coupons, outbox, pushes CASCADE',
  );
  for (let file = 0; file < LOG_FILES; file += 1) {
    await database.query(`SELECT pg_logical_emit_message(false, 'bench', repeat('.', 16 * 1024 * 1024))`);
  }
  await database.query('VACUUM ANALYZE');
  await database.query('CHECKPOINT');
  const redis = new Redis(redisUrl);
  await redis.flushall();
  redis.disconnect();
}

async function measure(name, rate, stand, { database, gateways, phones }) {
  const shoppers = shoppersFor(rate);
  const profile = stand.options.profile && path.resolve(stand.options.profile);
  const program = await startProgram(name, { ...stand, profile });
  stand.program = program;
  const url = `http://127.0.0.1:${program.port}`;
  if (stand.options.phones !== 'pocket') {
    const isSilent = stand.options.phones === 'silent';
    await phones.ask('open', { url, tokensFile: stand.tokensFile, count: shoppers, isSilent });
  }
  gateways.child.send({ kind: 'target', port: program.port, keys: stand.keys });

  const warmUp = await gateways.ask('walk', { shoppers, firstSecond: 0, seconds: WARM_UP_SECONDS });
  await drained(phones, warmUp.entries.length);
  await phones.ask('take');
  if (name !== 'floor') await database.query('TRUNCATE decisions');

  const seconds = RUN_IN_SECONDS + stand.options.seconds;
  const clocks = () =>
    new Map([
      ...Array.from(program.pids, ([part, pid]) => [part, cpuSecondsOf(pid)]),
      ['redis', cpuSecondsOf(stand.pids.redis)],
      ['postgres', cpuSecondsOf(stand.pids.postgres)],
      ['generator', cpuSecondsOf(gateways.child.pid) + cpuSecondsOf(phones.child.pid)],
    ]);
  const before = clocks();
  const from = nowMs() + RUN_IN_SECONDS * 1_000;
  const load = await gateways.ask('walk', { shoppers, firstSecond: WARM_UP_SECONDS, seconds });
  await drained(phones, load.entries.length);
  const after = clocks();

  const arrivals = await phones.ask('take');
  const stages = name === 'floor' ? {} : await stagesOf(database);
  await phones.ask('close');
  await program.stop();
  load.lateMs.sort((a, b) => a - b);
  return {
    name,
    rate,
    ...judge(load.entries, arrivals, from),
    stagesMs: stages,
    cpuSecondsPer1000Sightings: cpuFigures(before, after, load.sightings),
    sightings: load.sightings,
    answers: load.answers,
    generatorLateP99Ms: Math.round(quantile(load.lateMs, 0.99)),
  };
}

/** Waits until as many offers have arrived as entries were made, or nothing has come for a while. */
async function drained(phones, expected) {
  const deadline = nowMs() + DRAIN_MS;
  let seen = await phones.ask('count');
  for (let quietSince = nowMs(); seen < expected && nowMs() < deadline && nowMs() - quietSince < 2_000;) {
    await sleep(50);
    const count = await phones.ask('count');
    if (count > seen) quietSince = nowMs();
    seen = count;
  }
  // What the phones acknowledged is still being written down.
  await sleep(300);
}

/** From receipt, as the ledger and the deliveries have it: p50 and p99 of each stage, ms. */
async function stagesOf(database) {
  const { rows } = await database.query(
    `WITH stages AS (
       SELECT key, value::float8 FROM decisions, jsonb_each_text(latency)
       UNION ALL
       SELECT 'emitted', (latency->>'decided')::float8 + 1000 * extract(epoch FROM emitted_at - created_at)
       FROM decisions JOIN deliveries USING (decision_id) WHERE emitted_at IS NOT NULL
       UNION ALL
       SELECT 'pushed', (latency->>'decided')::float8 + 1000 * extract(epoch FROM pushed_at - created_at)
       FROM decisions JOIN deliveries USING (decision_id) WHERE pushed_at IS NOT NULL
     )
     SELECT key, percentile_disc(ARRAY[0.5, 0.99]) WITHIN GROUP (ORDER BY value) AS quantiles
     FROM stages GROUP BY key ORDER BY 2`,
  );
  return Object.fromEntries(rows.map(({ key, quantiles: [p50, p99] }) => [key, { p50, p99 }]));
}

function startGenerator(script) {
  const child = fork(path.join(import.meta.dirname, script), { stdio: ['ignore', 2, 2, 'ipc'] });
  let settle = () => undefined;
  child.on('message', (message) => settle(message));
  child.on('exit', () => settle({ failure: `${script} ended` }));
  return {
    child,
    async ask(kind, rest = {}) {
      const answered = new Promise((resolve) => (settle = resolve));
      child.send({ kind, ...rest });
      const { failure, answer } = await answered;
      if (failure !== undefined) throw new Error(failure);
      return answer;
    },
  };
}

function tell({ name, rate, p50Ms, p95Ms, p99Ms, offersArrived, offersExpected, ...rest }) {
  const { generator, ...parts } = rest.cpuSecondsPer1000Sightings;
  const cpu = Object.entries(parts).map(([part, seconds]) => `${part} ${seconds.toFixed(4)}`);
  say(
    [
      `${name.padEnd(15)}${String(rate).padStart(5)}/s`,
      `p50 ${p50Ms}  p95 ${p95Ms}  p99 ${p99Ms} ms`,
      `offers ${offersArrived}/${offersExpected}`,
      `CPU s per 1,000 sightings: ${cpu.join(', ')} (generator ${generator.toFixed(4)})`,
      `posts ${JSON.stringify(rest.answers)}, generator late p99 ${rest.generatorLateP99Ms} ms`,
      `stages p50/p99 ${Object.entries(rest.stagesMs)
        .map(([stage, { p50, p99 }]) => `${stage} ${p50}/${p99}`)
        .join(', ')}`,
    ].join(' | '),
  );
}
