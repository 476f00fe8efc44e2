import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { endProcess, freePort, isAlive, launch, markOf, until } from './processes.js';
import type { ProcessMark } from './processes.js';
import { findOrInstallRedis } from './redis-install.js';
import { watchEnd } from './running-service.js';
import type { RunningService } from './running-service.js';
import type { ServiceMemory } from './service-memory.js';

/** Long enough to load an append-only file of some gigabytes. */
const loadingMs = 120_000;
/** A server that answers nothing at all for this long hangs. */
const silentMs = 10_000;

const settings: Record<string, string> = {
  bind: '127.0.0.1',
  appendonly: 'yes',
  appendfsync: 'everysec',
  'aof-load-truncated': 'yes',
  'maxmemory-policy': 'noeviction',
  save: '',
  daemonize: 'no',
};

/**
 * Starts the Redis of a data folder, or adopts the one a killed launcher left running.
 * @throws an Error that names the log file and its last lines, or the command that installs Redis.
 */
export async function startRedis(
  dataFolder: string,
  memory: ServiceMemory,
  log: (line: string) => void,
): Promise<RunningService> {
  const folder = join(dataFolder, 'redis');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const adopted = await adopt(folder, memory);
  if (adopted) {
    log(`Redis still runs on 127.0.0.1:${adopted.port} (process ${adopted.process.pid}); using it.`);
    return asService(adopted.process, adopted.port);
  }
  return startAnew(folder, join(dataFolder, 'redis.log'), memory, log);
}

async function startAnew(
  folder: string,
  logFile: string,
  memory: ServiceMemory,
  log: (line: string) => void,
): Promise<RunningService> {
  const { program, libraryPath } = await findOrInstallRedis(join(folder, '..', 'redis-dist'), log);
  const options = Object.entries(settings).flatMap(([key, value]) => [`--${key}`, value]);
  const env = libraryPath === undefined ? process.env : { ...process.env, LD_LIBRARY_PATH: libraryPath };
  for (let attempt = 1; ; attempt++) {
    const port = await freePort(memory.recall('redis')?.port);
    const args = [...options, '--dir', folder, '--port', String(port)];
    const server = await launch({ program, args, env }, folder, logFile);
    memory.remember('redis', { port, process: server.mark });
    if (await waitReady(folder, port, server.mark, loadingMs)) {
      log(`Redis runs on 127.0.0.1:${port} (process ${server.mark.pid}).`);
      return watchEnd(asService(server.mark, port), server, 'Redis', logFile, log);
    }
    const lines = server.lastLines();
    await stop(server.mark);
    // Somebody else may have taken the port since it was seen free.
    if (attempt < 3 && lines.includes('ddress already in use')) continue;
    throw new Error(`Redis does not start. ${logFile} says:\n${lines}`);
  }
}

/** Where a Redis of ours answers. */
export function redisUrl(port: number): string {
  return `redis://127.0.0.1:${port}`;
}

function asService(process: ProcessMark, port: number): RunningService {
  return {
    url: redisUrl(port),
    pid: process.pid,
    isAlive: () => isAlive(process),
    stop: () => stop(process),
  };
}

/** On SIGTERM Redis writes its append-only file out and ends. */
function stop(process: ProcessMark): Promise<void> {
  return endProcess(process, [
    ['SIGTERM', 10_000],
    ['SIGKILL', 5_000],
  ]);
}

/** Two servers on one append-only file would spoil it, so a remembered one that hangs is ended first. */
async function adopt(
  folder: string,
  memory: ServiceMemory,
): Promise<{ process: ProcessMark; port: number } | undefined> {
  const remembered = memory.recall('redis');
  if (!remembered) return undefined;
  const { port } = remembered;
  const known = remembered.process && isAlive(remembered.process) ? remembered.process : undefined;
  const answer = await until(known ? silentMs : 0, async () => {
    return (await greet(port)) ?? (known && !isAlive(known) ? 'gone' : undefined);
  });
  const isOurs = answer !== undefined && answer !== 'gone' && answer.folder === folder;
  const process = isOurs ? markOf(answer.pid) : undefined;
  if (process && (await waitReady(folder, port, process, loadingMs))) {
    memory.remember('redis', { port, process });
    return { process, port };
  }
  const old = process ?? known;
  if (old) await stop(old);
  return undefined;
}

async function waitReady(
  folder: string,
  port: number,
  process: ProcessMark,
  timeoutMs: number,
): Promise<boolean> {
  const outcome = await until(timeoutMs, async () => {
    const answer = await greet(port);
    if (answer && !answer.loading) return answer.folder === folder && answer.pid === process.pid;
    return isAlive(process) ? undefined : false;
  });
  return outcome ?? false;
}

/** Whose Redis answers there, if one does. */
async function greet(port: number): Promise<{ folder: string; pid: number; loading: boolean } | undefined> {
  const redis = new Redis({
    host: '127.0.0.1',
    port,
    lazyConnect: true,
    enableReadyCheck: false,
    connectTimeout: 2_000,
    commandTimeout: 2_000,
    maxRetriesPerRequest: 0,
    retryStrategy: () => null,
  });
  redis.on('error', () => undefined);
  try {
    await redis.connect();
    const info = await redis.info();
    const [, folder] = (await redis.config('GET', 'dir')) as [string, string];
    const pid = Number(/^process_id:(\d+)/m.exec(info)?.[1]);
    return { folder, pid, loading: /^loading:1/m.test(info) };
  } catch {
    return undefined;
  } finally {
    redis.disconnect();
  }
}
