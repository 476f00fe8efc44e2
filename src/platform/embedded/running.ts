import { realpathSync } from 'node:fs';
import { launcherOf } from './launcher-lock.js';
import { knownPassword } from './postgres-home.js';
import { postgresUrl } from './postgres-server.js';
import { isAlive } from './processes.js';
import { redisUrl } from './redis-server.js';
import { ServiceMemory } from './service-memory.js';

/** Services that another launcher of this folder has started and will stop. */
export interface FoundServices {
  databaseUrl?: string;
  redisUrl?: string;
}

/**
 * Where the services of a data folder answer while the launcher that started them lives: for a second program that
 * works beside it, such as the command line beside a demo. Undefined when nobody holds the folder; start your own then.
 */
export function findRunning(dataFolder: string): FoundServices | undefined {
  const folder = trueName(dataFolder);
  if (folder === undefined || launcherOf(folder) === undefined) return undefined;
  const memory = new ServiceMemory(folder);
  const portOf = (name: 'postgres' | 'redis'): number | undefined => {
    const known = memory.recall(name);
    return known?.process !== undefined && isAlive(known.process) ? known.port : undefined;
  };
  const [postgresPort, redisPort] = [portOf('postgres'), portOf('redis')];
  return {
    ...(postgresPort !== undefined && { databaseUrl: postgresUrl(knownPassword(folder), postgresPort) }),
    ...(redisPort !== undefined && { redisUrl: redisUrl(redisPort) }),
  };
}

function trueName(folder: string): string | undefined {
  try {
    return realpathSync(folder);
  } catch {
    return undefined;
  }
}
