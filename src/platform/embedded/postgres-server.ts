import { existsSync, readdirSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { openPostgresHome } from './postgres-home.js';
import type { PostgresHome } from './postgres-home.js';
import { endProcess, freePort, inspectProcess, isAlive, launch, markOf, until } from './processes.js';
import type { ProcessMark } from './processes.js';
import { commandAs } from './run-as.js';
import type { ServiceMemory } from './service-memory.js';
import { watchEnd } from './running-service.js';
import type { RunningService } from './running-service.js';

const name = 'aislecue';
/** Long enough to replay the 2 GB of log that max_wal_size allows. */
const recoveryMs = 120_000;

const settings: Record<string, string> = {
  listen_addresses: '127.0.0.1',
  // A socket's path may have 107 bytes at most, and data folders lie deep.
  unix_socket_directories: '',
  fsync: 'on',
  synchronous_commit: 'on',
  shared_buffers: '256MB',
  max_connections: '200',
  max_wal_size: '2GB',
  checkpoint_timeout: '15min',
  jit: 'off',
  timezone: 'UTC',
  log_timezone: 'UTC',
  logging_collector: 'off',
};

/**
 * Starts the Postgres of a data folder, or adopts the one a killed launcher left running.
 * @throws an Error that names the log file and its last lines.
 */
export async function startPostgres(
  dataFolder: string,
  memory: ServiceMemory,
  log: (line: string) => void,
): Promise<RunningService> {
  const logFile = join(dataFolder, 'postgres.log');
  const home = await openPostgresHome(dataFolder, log);
  const adopted = await adopt(home, memory);
  if (adopted) {
    log(`Postgres still runs on 127.0.0.1:${adopted.port} (process ${adopted.process.pid}); using it.`);
    return asService(home, adopted.process, adopted.port);
  }
  await endOrphans(home.data);
  excuseStaleLock(home.data);
  return startAnew(home, memory, logFile, log);
}

async function startAnew(
  home: PostgresHome,
  memory: ServiceMemory,
  logFile: string,
  log: (line: string) => void,
): Promise<RunningService> {
  const options = Object.entries(settings).flatMap(([key, value]) => ['-c', `${key}=${value}`]);
  for (let attempt = 1; ; attempt++) {
    const port = await freePort(memory.recall('postgres')?.port);
    const args = ['-D', home.data, '-p', String(port), ...options];
    const command = commandAs(home.runAs, join(home.binaries.folder, 'postgres'), args);
    const server = await launch(command, home.data, logFile);
    memory.remember('postgres', { port, process: server.mark });
    const ready = await waitReady(home, port, server.mark);
    if (ready === 'ready') {
      log(`Postgres ${home.binaries.major} runs on 127.0.0.1:${port} (process ${server.mark.pid}).`);
      return watchEnd(asService(home, server.mark, port), server, 'Postgres', logFile, log);
    }
    const lines = server.lastLines();
    await stop(server.mark);
    // Somebody else may have taken the port since it was seen free.
    if (attempt < 3 && lines.includes('ddress already in use')) continue;
    throw new Error(`Postgres does not start: ${ready}. ${logFile} says:\n${lines}`);
  }
}

/** Where a Postgres of ours answers. */
export function postgresUrl(password: string, port: number): string {
  return `postgres://${name}:${password}@127.0.0.1:${port}/${name}`;
}

function asService(home: PostgresHome, process: ProcessMark, port: number): RunningService {
  return {
    url: postgresUrl(home.password, port),
    pid: process.pid,
    isAlive: () => isAlive(process),
    stop: () => stop(process),
  };
}

/** Fast shutdown; at once, with recovery at the next start, if that takes longer than 10 s. */
function stop(process: ProcessMark): Promise<void> {
  return endProcess(process, [
    ['SIGINT', 10_000],
    ['SIGQUIT', 10_000],
    ['SIGKILL', 5_000],
  ]);
}

async function adopt(
  home: PostgresHome,
  memory: ServiceMemory,
): Promise<{ process: ProcessMark; port: number } | undefined> {
  const found = findRunning(home.data, memory);
  if (!found) return undefined;
  if ((await waitReady(home, found.port, found.process)) === 'ready') {
    memory.remember('postgres', found);
    return found;
  }
  await stop(found.process);
  return undefined;
}

/** The living server process of this data, by its own note or by ours. */
function findRunning(
  data: string,
  memory: ServiceMemory,
): { process: ProcessMark; port: number } | undefined {
  const note = readNote(data);
  const remembered = memory.recall('postgres');
  const [pid, , , port] = note ?? [];
  const candidates = [
    { pid: Number(pid), port: Number(port) },
    { pid: remembered?.process?.pid ?? 0, port: remembered?.port ?? 0 },
  ];
  for (const candidate of candidates) {
    if (!(candidate.pid > 0)) continue;
    const isOurs = inspectProcess(candidate.pid)?.command.includes(`postgres -D ${data} `);
    const process = markOf(candidate.pid);
    // A server that has just begun has not noted its port yet; it has the one we gave it.
    if (isOurs && process) return { process, port: candidate.port || (remembered?.port ?? 0) };
  }
  return undefined;
}

function readNote(data: string): string[] | undefined {
  const file = join(data, 'postmaster.pid');
  return existsSync(file) ? readFileSync(file, 'utf8').split('\n') : undefined;
}

/**
 * Lets Postgres start over the lock file of a server that is gone though its number lives on in another process.
 * The file stays, as it names the shared memory by which Postgres finds out whether old children still write; our
 * own number makes it pass, since Postgres takes its parent's for the trace of an earlier life.
 */
function excuseStaleLock(data: string): void {
  const note = readNote(data);
  if (note) writeFileSync(join(data, 'postmaster.pid'), [String(process.pid), ...note.slice(1)].join('\n'));
}

/** Ends children that outlived their killed server, busy in a long query; Linux only, elsewhere Postgres says so. */
async function endOrphans(data: string): Promise<void> {
  if (!existsSync('/proc')) return;
  const pids = readdirSync('/proc').filter((entry) => /^\d+$/.test(entry) && worksIn(entry, data));
  const marks = pids.map((pid) => markOf(Number(pid))).filter((mark) => mark !== undefined);
  await Promise.all(marks.map((mark) => endProcess(mark, [['SIGKILL', 5_000]])));
}

function worksIn(pid: string, data: string): boolean {
  try {
    const isPostgres = readFileSync(`/proc/${pid}/comm`, 'utf8').trim() === 'postgres';
    return isPostgres && readlinkSync(`/proc/${pid}/cwd`) === data;
  } catch {
    return false;
  }
}

/** Waits until the server answers as ours. @returns `ready`, or why not. */
async function waitReady(home: PostgresHome, port: number, process: ProcessMark): Promise<string> {
  let why = 'it does not answer';
  const settled = await until(recoveryMs, async () => {
    const answer = await greet(home, port);
    if (answer === 'ready' || answer === 'it is not ours') return answer;
    why = answer;
    return isAlive(process) ? undefined : 'it has ended';
  });
  return settled ?? why;
}

/** Connects once, and makes our database if the server has none yet. */
async function greet(home: PostgresHome, port: number): Promise<string> {
  try {
    const [shown] = await query<{ data_directory: string }>(home, port, name, 'show data_directory');
    return shown?.data_directory === home.data ? 'ready' : 'it is not ours';
  } catch (error) {
    const code = (error as { code?: string }).code;
    if (code === '28P01' || code === '28000') return 'it is not ours';
    if (code !== '3D000') return error instanceof Error ? error.message : String(error);
  }
  await query(home, port, 'postgres', `create database ${name}`).catch(() => undefined);
  return 'its database is not there yet';
}

async function query<Row extends pg.QueryResultRow>(
  home: PostgresHome,
  port: number,
  database: string,
  text: string,
): Promise<Row[]> {
  const client = new pg.Client({
    host: '127.0.0.1',
    port,
    user: name,
    password: home.password,
    database,
    connectionTimeoutMillis: 3_000,
    query_timeout: 10_000,
  });
  // A server shutting down may cut the line while nobody waits for an answer.
  client.on('error', () => undefined);
  try {
    await client.connect();
    return (await client.query<Row>(text)).rows;
  } finally {
    await client.end().catch(() => undefined);
  }
}
