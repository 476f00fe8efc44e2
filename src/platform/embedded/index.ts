import { accessSync, constants, mkdirSync, realpathSync } from 'node:fs';
import { lockFolder } from './launcher-lock.js';
import { startPostgres } from './postgres-server.js';
import { startRedis } from './redis-server.js';
import type { RunningService } from './running-service.js';
import { ServiceMemory } from './service-memory.js';
import { supervised } from './supervised.js';

export { findRunning } from './running.js';

interface EmbeddedOptions {
  /** Holds all state of the services; made if absent. One launcher at a time. */
  dataFolder: string;
  need: { postgres: boolean; redis: boolean };
  /** Takes one sentence about what is going on. */
  log: (line: string) => void;
}

interface EmbeddedServices {
  databaseUrl?: string;
  redisUrl?: string;
  pids: { postgres?: number; redis?: number };
  /** Ends the services with everything on disk; may be called again. */
  stop(): Promise<void>;
}

/**
 * Starts a private Postgres and Redis on free ports of 127.0.0.1 with their data in one folder, or adopts those a
 * killed launcher left running there.
 * @throws an Error saying what is wrong and what to do, with the last lines of the log; nothing is left running.
 */
export async function startEmbedded({ dataFolder, need, log }: EmbeddedOptions): Promise<EmbeddedServices> {
  const folder = openFolder(dataFolder);
  const unlock = lockFolder(folder);
  const memory = new ServiceMemory(folder);
  const [postgres, redis] = await Promise.allSettled([
    need.postgres ? supervised(() => startPostgres(folder, memory, log), 'Postgres', log) : undefined,
    need.redis ? supervised(() => startRedis(folder, memory, log), 'Redis', log) : undefined,
  ]);
  const running = [postgres, redis].flatMap((start) =>
    start.status === 'fulfilled' ? (start.value ?? []) : [],
  );
  const failed = [postgres, redis].find((start) => start.status === 'rejected');
  if (failed) {
    await stopAll(running, unlock);
    throw failed.reason;
  }
  return describe(
    postgres.status === 'fulfilled' ? postgres.value : undefined,
    redis.status === 'fulfilled' ? redis.value : undefined,
    () => stopAll(running, unlock),
  );
}

/** The folder by its true name, which is how the servers report it. */
function openFolder(dataFolder: string): string {
  try {
    mkdirSync(dataFolder, { recursive: true });
    accessSync(dataFolder, constants.W_OK);
    return realpathSync(dataFolder);
  } catch (error) {
    throw new Error(`The data folder ${dataFolder} cannot be written to by this user.`, { cause: error });
  }
}

function describe(
  postgres: RunningService | undefined,
  redis: RunningService | undefined,
  stop: () => Promise<void>,
): EmbeddedServices {
  let stopped: Promise<void> | undefined;
  return {
    ...(postgres && { databaseUrl: postgres.url }),
    ...(redis && { redisUrl: redis.url }),
    pids: { ...(postgres && { postgres: postgres.pid }), ...(redis && { redis: redis.pid }) },
    stop: () => (stopped ??= stop()),
  };
}

/** Gives the folder back even if a service would not end; the next start deals with that one. */
async function stopAll(running: RunningService[], unlock: () => void): Promise<void> {
  const ends = await Promise.allSettled(running.map((service) => service.stop()));
  unlock();
  const failed = ends.find((end) => end.status === 'rejected');
  if (failed) throw failed.reason;
}
