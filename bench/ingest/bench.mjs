// Through the door into live presence: as many posts as the program takes, against a bare door. See docs/benchmarks.md.
import { fork } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { cpus, loadavg, tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import pg from 'pg';
import { cpuSecondsOf } from '../cpu.mjs';
import { cpuFigures, quantile } from '../journey/figures.mjs';
import { startProgram } from '../journey/programs.mjs';
import { setUpPresence } from '../journey/shop.mjs';

const WARM_UP_SECONDS = 3;
const OPENING_SECONDS = 8;
const CONNECTIONS = 64;
/** Of 100 sightings each: more than may wait (`MOST_WAITING`). */
const OVERLOADING_CONNECTIONS = 700;
const OVERLOAD_SECONDS = 8;
const SIZES = [20, 100];
const say = (line) => process.stderr.write(`${line}\n`);

/** Measures each door with each size of post; prints a table on standard error and JSON last on standard output. */
export async function bench(args) {
  const options = readOptions(args);
  const [loadAverage] = loadavg();
  const folder = await mkdtemp(path.join(tmpdir(), 'aislecue-bench-'));
  const { startEmbedded } = await import('../../dist/platform/embedded/index.js');
  const need = { postgres: true, redis: true };
  const services = await startEmbedded({ dataFolder: folder, need, log: say });
  const child = fork(path.join(import.meta.dirname, 'generator.mjs'), { stdio: ['ignore', 2, 2, 'ipc'] });
  const stand = { ...services, options, child, secret: randomBytes(32).toString('base64') };
  const interrupted = new Promise((_, reject) => {
    for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => reject(new Error(signal)));
  });
  try {
    const candidates = await Promise.race([measureAll(stand), interrupted]);
    const machine = { cpus: cpus().length, model: cpus()[0].model, node: process.version, loadAverage };
    process.stdout.write(`${JSON.stringify({ machine, candidates, ratios: ratiosOf(candidates) })}\n`);
  } finally {
    child.kill();
    await stand.program?.stop();
    await services.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

function readOptions(args) {
  const { values } = parseArgs({
    args,
    options: {
      seconds: { type: 'string', default: '8' },
      shoppers: { type: 'string', default: '10000' },
      only: { type: 'string', default: 'http-floor,native,minew,overload' },
      profile: { type: 'string' },
    },
  });
  return {
    seconds: Number(values.seconds),
    shoppers: Number(values.shoppers),
    only: values.only.split(','),
    /** A folder for CPU profiles of the program; a profiled run's figures are no figures. */
    profile: values.profile && path.resolve(values.profile),
  };
}

async function measureAll(stand) {
  const { only } = stand.options;
  const candidates = [];
  if (only.includes('http-floor')) {
    stand.program = await startProgram('http-floor', stand);
    stand.keys = Array(100).fill('none');
    for (const format of ['native', 'minew']) {
      if (!only.includes(format)) continue;
      for (const sightings of SIZES) {
        candidates.push(await measure('http-floor', { format, sightings }, stand));
      }
    }
    await stand.program.stop();
  }
  stand.program = await startProgram('aislecue', { ...stand, profile: stand.options.profile });
  await openShop(stand);
  for (const format of ['native', 'minew']) {
    if (!only.includes(format)) continue;
    for (const sightings of SIZES) candidates.push(await measure('aislecue', { format, sightings }, stand));
  }
  if (only.includes('overload')) candidates.push(...(await overload(stand)));
  return candidates;
}

async function openShop(stand) {
  const database = new pg.Client({ connectionString: stand.databaseUrl });
  await database.connect();
  const url = `http://127.0.0.1:${stand.program.port}`;
  stand.keys = await setUpPresence({ url, database, shoppers: stand.options.shoppers });
  await database.end();
  // Everybody's visit begins and is written down once.
  await post(stand, { format: 'native', sightings: 20, seconds: OPENING_SECONDS });
}

async function post(stand, order) {
  const { keys, options, child, program } = stand;
  child.send({ port: program.port, keys, shoppers: options.shoppers, connections: CONNECTIONS, ...order });
  const [{ answer }] = await once(child, 'message');
  answer.latenciesMs.sort((a, b) => a - b);
  return answer;
}

function clocksOf({ program, pids, child }) {
  return new Map([
    ...Array.from(program.pids, ([part, pid]) => [part, cpuSecondsOf(pid)]),
    ['redis', cpuSecondsOf(pids.redis)],
    ['postgres', cpuSecondsOf(pids.postgres)],
    ['generator', cpuSecondsOf(child.pid)],
  ]);
}

async function measure(name, { format, sightings }, stand) {
  await post(stand, { format, sightings, seconds: WARM_UP_SECONDS });
  const before = clocksOf(stand);
  const load = await post(stand, { format, sightings, seconds: stand.options.seconds });
  const after = clocksOf(stand);
  const posts = load.answers['202'] ?? 0;
  const programSeconds = after.get('all') - before.get('all');
  const figures = {
    name: `${name} ${format} ${sightings}`,
    postsPerSecond: Math.round((posts * 1_000) / load.tookMs),
    sightingsPerSecond: Math.round((posts * sightings * 1_000) / load.tookMs),
    p50Ms: round(quantile(load.latenciesMs, 0.5)),
    p99Ms: round(quantile(load.latenciesMs, 0.99)),
    /** What one process would take were a whole core its own. */
    sightingsPerCpuSecond: Math.round((posts * sightings) / programSeconds),
    /** Share of one core that the program had. */
    programCores: round((programSeconds * 1_000) / load.tookMs),
    cpuSecondsPer1000Sightings: cpuFigures(before, after, posts * sightings),
    answers: load.answers,
  };
  tell(figures);
  return figures;
}

/** More than the program takes, then hardly anything at once: what it answers, how large it grows, whether it is well again. */
async function overload(stand) {
  const pid = stand.program.pids.get('all');
  const calmMb = megabytesOf(pid);
  let mostMb = 0;
  const watch = setInterval(() => (mostMb = Math.max(mostMb, megabytesOf(pid))), 100);
  const order = { format: 'native', sightings: 100 };
  const heavy = await post(stand, {
    ...order,
    connections: OVERLOADING_CONNECTIONS,
    seconds: OVERLOAD_SECONDS,
  });
  const light = await post(stand, { format: 'native', sightings: 20, connections: 2, seconds: 2 });
  clearInterval(watch);
  const told = ({ answers, refusedWithoutRetryAfter, latenciesMs, tookMs }, sightings) => ({
    answers,
    refusedWithoutRetryAfter,
    sightingsPerSecond: Math.round(((answers['202'] ?? 0) * sightings * 1_000) / tookMs),
    p50Ms: round(quantile(latenciesMs, 0.5)),
    p99Ms: round(quantile(latenciesMs, 0.99)),
  });
  const during = { name: 'overload', ...told(heavy, 100), calmMb, mostMb };
  const afterwards = { name: 'after overload', ...told(light, 20), memoryMb: megabytesOf(pid) };
  say(JSON.stringify(during));
  say(JSON.stringify(afterwards));
  return [during, afterwards];
}

function megabytesOf(pid) {
  const kilobytes = /^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return Math.round(Number(kilobytes) / 1_024);
}

/** Posts of ours against the floor's, by wall time and by the program's own CPU time. */
function ratiosOf(candidates) {
  const ratios = {};
  for (const floor of candidates.filter(({ name }) => name.startsWith('http-floor'))) {
    const door = floor.name.slice('http-floor '.length);
    const ours = candidates.find(({ name }) => name === `aislecue ${door}`);
    if (ours === undefined) continue;
    ratios[door] = {
      posts: round(ours.postsPerSecond / floor.postsPerSecond),
      postsPerCpuSecond: round(ours.sightingsPerCpuSecond / floor.sightingsPerCpuSecond),
    };
  }
  return ratios;
}

function round(value) {
  return value === undefined ? null : Number(value.toFixed(2));
}

function tell({ name, postsPerSecond, sightingsPerSecond, p50Ms, p99Ms, ...rest }) {
  say(
    `${name.padEnd(24)}${String(postsPerSecond).padStart(7)} posts/s ${String(sightingsPerSecond).padStart(8)} sightings/s` +
      `  p50 ${p50Ms}  p99 ${p99Ms} ms  ${rest.sightingsPerCpuSecond} a CPU second of the program (${rest.programCores} cores)` +
      `  CPU s per 1,000: ${JSON.stringify(rest.cpuSecondsPer1000Sightings)}  ${JSON.stringify(rest.answers)}`,
  );
}
