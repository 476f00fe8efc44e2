import { randomBytes } from 'node:crypto';
import path from 'node:path';
import type { INestApplicationContext } from '@nestjs/common';
import { openRooms } from '../boot.js';
import { connected, type Connected } from '../connected.js';
import { readSecret } from '../demo/index.js';
import { findRunning } from '../platform/embedded/index.js';
import { Log, readSettings, type Settings } from '../platform/index.js';
import type { Principal, StaffId } from '../shared/index.js';
import { note } from './command.js';

/** Whoever may run commands on the machine stands above all roles; in the audit log by this id. */
export const OPERATOR: Principal = {
  kind: 'staff',
  staffId: '00000000-0000-7000-8000-000000000000' as StaffId,
  roles: ['admin'],
  storeIds: [],
};

/** Where the data folder of this environment lies. */
export function dataFolder(): string {
  return path.resolve(process.env['AISLECUE_DATA'] ?? '.data');
}

/**
 * Does something with the rooms of the program, without its doors: on the services that the environment names, else
 * on those that a demo beside us runs, else on private ones started for the while.
 */
export async function withinRooms<T>(work: (rooms: INestApplicationContext) => Promise<T>): Promise<T> {
  const settings = commandSettings();
  const log = new Log(settings.logLevel);
  const services = await connected({ ...settings, ...servicesBeside(settings) }, log);
  try {
    const rooms = await openRooms(services.settings, log);
    return await work(rooms.app).finally(() => rooms.stop());
  } finally {
    await letGo(services);
  }
}

function servicesBeside({ databaseUrl, redisUrl, dataFolder: folder }: Settings): Partial<Settings> {
  if (databaseUrl !== undefined && redisUrl !== undefined) return {};
  const beside = findRunning(folder);
  return { databaseUrl: databaseUrl ?? beside?.databaseUrl, redisUrl: redisUrl ?? beside?.redisUrl };
}

/** What was done is done, and must not look undone because a private service was slow to end. */
async function letGo(services: Connected): Promise<void> {
  await services.stop().catch((error: unknown) => note(`A service did not stop cleanly: ${String(error)}`));
}

/** A command signs nothing, so any secret will do where none is known. */
function commandSettings(): Settings {
  const given = Object.fromEntries(Object.entries(process.env).filter(([, value]) => value !== ''));
  const suiting = {
    LOG_LEVEL: 'error',
    ...given,
    ROLE: 'worker',
    DRAIN_SECONDS: '0',
    AISLECUE_DATA: dataFolder(),
    AISLECUE_SECRET:
      given['AISLECUE_SECRET'] ?? readSecret(dataFolder()) ?? randomBytes(32).toString('base64url'),
  };
  return readSettings(suiting, { demo: true });
}
