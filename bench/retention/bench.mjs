// `npm run bench -- retention`: what it costs to throw a day of the ledger away while another is written: in batches out
// of one table, as the program does, or with partitions that are dropped; and of visits, in batches.
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { inProcess, load, machineOf } from '../in-process.mjs';
import { cpuSecondsOf } from '../cpu.mjs';
import { BATCH, batches, DAY_MS, partitions, visits } from './ledgers.mjs';

const LEDGERS = [batches, partitions, visits];
const A_COMMIT = 200;
const SHOPPERS = 100_000;
/** Any day does. */
const FIRST_DAY = 20_000;
const LOOKS = 2_000;

export async function bench(options) {
  const { values } = parseArgs({
    args: options,
    options: {
      rows: { type: 'string', default: '100000' },
      kept: { type: 'string', default: '3' },
      days: { type: 'string', default: '7' },
      only: { type: 'string', default: 'batches,partitions,visits' },
    },
  });
  const size = { rows: Number(values.rows), kept: Number(values.kept), days: Number(values.days) };
  const candidates = await inProcess(async (app, database) => {
    await sped(database);
    const { SETTINGS } = await load('platform/index.js');
    const tools = { url: app.get(SETTINGS).databaseUrl, database, size };
    const figures = [];
    const wanted = values.only.split(',');
    for (const ledger of LEDGERS.filter(({ name }) => wanted.includes(name)))
      figures.push(await livedThrough(tools, ledger));
    return figures;
  });
  console.log(JSON.stringify({ machine: machineOf(), size, candidates }));
}

/** Days pass in seconds here: autovacuum looks as much more often, and works without pauses. */
async function sped(database) {
  await database.run(`ALTER SYSTEM SET autovacuum_naptime = '5s'`);
  await database.run('ALTER SYSTEM SET autovacuum_vacuum_cost_delay = 0');
  await database.run('SELECT pg_reload_conf()');
}

async function livedThrough(tools, ledger) {
  const { Database } = await load('platform/index.js');
  const { RetentionRepository } = await load('privacy/retention/retention.repository.js');
  const { KINDS } = await load('privacy/retention/kinds.js');
  const { database, size } = tools;
  const [writer, tidier] = [new Database(tools.url, 1), new Database(tools.url, 1)];
  const retention = new RetentionRepository(tidier);
  const kinds = KINDS.filter(({ table }) => table === ledger.kindsOf);
  const prune = (kind, until) => retention.prune(kind, until, BATCH);
  await ledger.setUp(database);
  const days = [];
  for (let day = 0; day < size.days; day += 1) {
    await ledger.startDay(database, FIRST_DAY + day);
    const until = (FIRST_DAY + day - size.kept + 1) * DAY_MS;
    const whole = await wholeOf(database);
    const [inserting, deleting] = await Promise.all([
      metered(writer, () => written(writer, ledger, FIRST_DAY + day, size.rows)),
      metered(tidier, () => (day < size.kept ? 0 : ledger.endDay(tidier, until, kinds, prune))),
    ]);
    await settled(database);
    const spent = differences(whole, await wholeOf(database));
    const [{ bytes }] = await database.query(ledger.bytes);
    const parts = {
      inserting: inserting.spent,
      deleting: deleting.spent,
      rest: less(spent, inserting, deleting),
    };
    days.push({
      day,
      pruned: deleting.answer,
      ...aRow(parts, size.rows),
      megabytes: Math.round(bytes / 1e6),
    });
    console.error(ledger.name, JSON.stringify(days.at(-1)));
  }
  const looks = await metered(writer, () => lookUp(writer, ledger));
  await Promise.all([writer.close(), tidier.close()]);
  return { name: ledger.name, days, cpuMicrosALook: Math.round((looks.spent.cpu / LOOKS) * 1e6) };
}

async function written(writer, { insert, rowOf }, day, rows) {
  for (let done = 0; done < rows; done += A_COMMIT) {
    const batch = Array.from({ length: A_COMMIT }, (_, n) =>
      rowOf((day + (done + n) / rows) * DAY_MS, SHOPPERS),
    );
    await writer.run(insert, [JSON.stringify(batch)]);
  }
}

/** Waits until no autovacuum is at work; what it took belongs to the day. */
async function settled(database) {
  for (let quiet = 0; quiet < 3;) {
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    const [{ at_work }] = await database.query(
      `SELECT count(*) AS at_work FROM pg_stat_activity WHERE backend_type = 'autovacuum worker'`,
    );
    quiet = at_work === 0 ? quiet + 1 : 0;
  }
}

/** CPU seconds and bytes of WAL of the one connection that the work goes through. */
async function metered(connection, work) {
  const read = async () => {
    const [{ pid, wal }] = await connection.query(
      'SELECT pg_backend_pid() AS pid, (SELECT wal_bytes FROM pg_stat_get_backend_wal(pg_backend_pid())) AS wal',
    );
    return { cpu: cpuSecondsOf(pid), wal };
  };
  const before = await read();
  const answer = await work();
  // A backend tells what it wrote at the end of a transaction, once a second at most.
  await new Promise((resolve) => setTimeout(resolve, 1_500));
  await connection.query('SELECT 1');
  return { answer, spent: differences(before, await read()) };
}

/** The same of Postgres as a whole. */
async function wholeOf(database) {
  const [{ pid, wal }] = await database.query(
    `SELECT pg_backend_pid() AS pid, pg_current_wal_lsn() - '0/0'::pg_lsn AS wal`,
  );
  const postmaster = Number(/PPid:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]);
  return { cpu: cpuSecondsOf(postmaster), wal };
}

const differences = (before, after) => ({ cpu: after.cpu - before.cpu, wal: after.wal - before.wal });

function less(spent, ...parts) {
  const sum = (of) => parts.reduce((total, part) => total + part.spent[of], 0);
  return { cpu: spent.cpu - sum('cpu'), wal: spent.wal - sum('wal') };
}

/** Microseconds and bytes for each row that was written. */
function aRow(parts, rows) {
  const each = (of, digits) =>
    Object.fromEntries(
      Object.entries(parts).map(([who, spent]) => [who, Number((spent[of] / rows).toFixed(digits))]),
    );
  const cpu = Object.entries(each('cpu', 8)).map(([who, seconds]) => [
    who,
    Number((seconds * 1e6).toFixed(1)),
  ]);
  return { cpuMicros: Object.fromEntries(cpu), walBytes: each('wal', 0) };
}

async function lookUp(writer, { look }) {
  for (let done = 0; done < LOOKS; done += 1) await writer.query(look, [`shopper-${done}`]);
}
