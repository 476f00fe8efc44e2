import path from 'node:path';
import { startEmbedded } from './platform/embedded/index.js';
import type { ConnectedSettings, Log, Settings } from './platform/index.js';

/** Settings with both addresses known, and how to stop what had to be started for it. */
export interface Connected {
  settings: ConnectedSettings;
  stop(): Promise<void>;
}

/** Starts private instances of Postgres and Redis under the data folder, for those that no address was given. */
export async function connected(settings: Settings, log: Log): Promise<Connected> {
  const { databaseUrl, redisUrl } = settings;
  if (databaseUrl !== undefined && redisUrl !== undefined) {
    return { settings: { ...settings, databaseUrl, redisUrl }, stop: () => Promise.resolve() };
  }
  const embedded = await startEmbedded({
    dataFolder: path.resolve(settings.dataFolder),
    need: { postgres: databaseUrl === undefined, redis: redisUrl === undefined },
    log: (line) => log.info({ event: 'embedded', line }),
  });
  return {
    settings: {
      ...settings,
      databaseUrl: databaseUrl ?? embedded.databaseUrl ?? '',
      redisUrl: redisUrl ?? embedded.redisUrl ?? '',
    },
    stop: () => embedded.stop(),
  };
}
