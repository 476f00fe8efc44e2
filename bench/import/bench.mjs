// `npm run bench -- import`: rows a second of whole imports by HTTP, beside a bare COPY of the same file into one plain
// logged table, and beside a COPY of the same content, ready made, into empty copies of the very tables that the import
// writes, with their indexes; and the memory of the process that takes ten times the rows.
import { createReadStream, createWriteStream, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { parseArgs } from 'node:util';
import { fork } from 'node:child_process';
import pg from 'pg';
import { from as copyFrom, to as copyTo } from 'pg-copy-streams';
import { cpuSecondsOf } from '../cpu.mjs';
import { files } from './files.mjs';

const dist = path.resolve(import.meta.dirname, '../../dist');
const SECRET = 'bench-secret-of-at-least-thirty-two-characters';

export async function bench(options) {
  const { values } = parseArgs({ args: options, options: { rows: { type: 'string', default: '200000' } } });
  const rows = Number(values.rows);
  const { startEmbedded } = await import(path.join(dist, 'platform/embedded/index.js'));
  const folder = await mkdtemp(path.join(os.tmpdir(), 'aislecue-bench-'));
  const services = await startEmbedded({
    dataFolder: folder,
    need: { postgres: true, redis: true },
    log: () => {},
  });
  try {
    const candidates = [];
    for (const type of ['shoppers', 'products', 'consents', 'purchases']) {
      candidates.push(...(await pair({ services, folder, type, rows })));
    }
    const large = await whole({ services, folder, type: 'purchases', rows: 10 * rows, first: rows });
    candidates.push({ ...large, name: 'aislecue purchases, ten times the rows' });
    console.error(candidates.map((each) => JSON.stringify(each)).join('\n'));
    console.log(JSON.stringify({ machine: machine(), candidates, ratios: ratiosOf(candidates) }));
  } finally {
    await services.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

/** The import last: it makes the tables that the others copy. */
async function pair(given) {
  const ours = await whole(given);
  return [...(await copies(given)), ours];
}

/** By COPY: the file as CSV into a table that has its columns and nothing else; and its content into the real ones. */
async function copies({ services, folder, type, rows }) {
  const file = await written(folder, type, rows);
  const client = new pg.Client({ connectionString: services.databaseUrl });
  await client.connect();
  await client.query(`CREATE TABLE bare (${files[type].bare})`);
  const measured = measure(services.pids.postgres);
  await pipeline(createReadStream(file), client.query(copyFrom('COPY bare FROM STDIN (FORMAT csv, HEADER)')));
  const bare = measured();
  const indexed = await indexedCopy(client, type, folder, services.pids.postgres);
  await client.query('DROP TABLE bare');
  await client.end();
  return [
    { name: `bare COPY ${type}`, ...speed(rows, bare) },
    { name: `indexed COPY ${type}`, ...speed(rows, indexed) },
  ];
}

/** COPY alone: the rows of each table lie ready as text, in the order of their keys. */
async function indexedCopy(client, type, folder, postgres) {
  const total = { seconds: 0, cpuSeconds: 0 };
  for (const [table, { columns, select }] of Object.entries(files[type].tables)) {
    const text = path.join(folder, `${table}.txt`);
    await pipeline(client.query(copyTo(`COPY (${select}) TO STDOUT`)), createWriteStream(text));
    await client.query(`CREATE TABLE indexed (LIKE ${table} INCLUDING ALL)`);
    const measured = measure(postgres);
    await pipeline(createReadStream(text), client.query(copyFrom(`COPY indexed (${columns}) FROM STDIN`)));
    const { seconds, cpuSeconds } = measured();
    total.seconds += seconds;
    total.cpuSeconds += cpuSeconds;
    await client.query('DROP TABLE indexed');
  }
  return total;
}

/** Begins a measurement; calling what it gives ends it. */
function measure(...pids) {
  const beganAt = performance.now();
  const cpuBefore = cpuSecondsOf(...pids);
  return () => ({
    seconds: (performance.now() - beganAt) / 1_000,
    cpuSeconds: cpuSecondsOf(...pids) - cpuBefore,
  });
}

function speed(rows, { seconds, cpuSeconds }) {
  return {
    rows,
    seconds: round(seconds),
    cpuSeconds: round(cpuSeconds),
    rowsPerSecond: Math.round(rows / seconds),
    rowsPerCpuSecond: Math.round(rows / cpuSeconds),
  };
}

/** From the first byte of the request until the import is done: received, checked, staged, recorded, told. */
async function whole({ services, folder, type, rows, first = 0 }) {
  const file = await written(folder, type, rows, first);
  const program = await started(services);
  try {
    const headers = { authorization: `Bearer ${program.key}` };
    const measured = measure(program.child.pid, services.pids.postgres);
    const sent = await fetch(`${program.url}/v1/imports?type=${type}`, {
      method: 'POST',
      headers: { ...headers, 'content-type': 'text/csv' },
      body: Readable.toWeb(createReadStream(file)),
      duplex: 'half',
    });
    const { importId } = await sent.json();
    const staged = measured();
    const done = await ended(`${program.url}/v1/imports/${importId}`, headers);
    const whole = measured();
    if (done.accepted !== rows) throw new Error(`${type}: ${JSON.stringify(done).slice(0, 1_000)}`);
    return {
      name: `aislecue ${type}`,
      ...speed(rows, whole),
      stagedSeconds: round(staged.seconds),
      stagedCpuSeconds: round(staged.cpuSeconds),
      peakRssMegabytes: peakRssOf(program.child.pid),
    };
  } finally {
    program.child.kill('SIGTERM');
    await new Promise((resolve) => program.child.once('exit', resolve));
  }
}

async function ended(url, headers) {
  for (;;) {
    const status = await (await fetch(url, { headers })).json();
    if (status.state === 'done' || status.state === 'failed') return status;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** A process of its own, so that its memory is its own: it records, and hands what it tells to nobody. */
async function started(services) {
  const child = fork(path.join(import.meta.dirname, 'program.mjs'), {
    env: {
      ...process.env,
      AISLECUE_SECRET: SECRET,
      DATABASE_URL: services.databaseUrl,
      REDIS_URL: services.redisUrl,
      ROLE: 'api',
      LOG_LEVEL: 'error',
    },
  });
  const { url, key } = await new Promise((resolve, reject) => {
    child.once('message', resolve);
    child.once('exit', (code) => reject(new Error(`the program ended with ${code}`)));
  });
  return { child, url, key };
}

/** The most it ever had (Linux); undefined elsewhere. */
function peakRssOf(pid) {
  try {
    const [, kilobytes] = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
    return kilobytes === undefined ? undefined : Math.round(Number(kilobytes) / 1_024);
  } catch {
    return undefined;
  }
}

async function written(folder, type, rows, first = 0) {
  const file = path.join(folder, `${type}-${rows}.csv`);
  await pipeline(Readable.from(files[type].text(rows, first)), createWriteStream(file));
  return file;
}

function ratiosOf(candidates) {
  const of = (name) => candidates.find((each) => each.name === name);
  const ratio = (type, peer, figure) =>
    round(of(`aislecue ${type}`)[figure] / of(`${peer} COPY ${type}`)[figure]);
  const types = Object.keys(files).flatMap((type) => [
    [`${type}ToBareCopy`, ratio(type, 'bare', 'rowsPerSecond')],
    [`${type}ToIndexedCopy`, ratio(type, 'indexed', 'rowsPerSecond')],
    [`${type}ToBareCopyByCpu`, ratio(type, 'bare', 'rowsPerCpuSecond')],
    [`${type}ToIndexedCopyByCpu`, ratio(type, 'indexed', 'rowsPerCpuSecond')],
  ]);
  const large = of('aislecue purchases, ten times the rows');
  return {
    ...Object.fromEntries(types),
    rssAtTenTimesTheRows: round(large.peakRssMegabytes / of('aislecue purchases').peakRssMegabytes),
  };
}

function machine() {
  const [cpu] = os.cpus();
  return { cpu: cpu?.model, cores: os.cpus().length, node: process.version, load: round(os.loadavg()[0]) };
}

function round(value) {
  return Math.round(value * 100) / 100;
}
