import path from 'node:path';
import { readSettings, type Settings } from '../platform/index.js';
import { keepSecret } from './demo-file.js';

type Environment = Record<string, string | undefined>;

/** Settings of the demo, and whether it keeps still. */
export interface DemoSettings {
  settings: Settings;
  quiet: boolean;
}

/**
 * The settings of any start, with what suits a demo where nothing is said: a secret that stays in the data folder,
 * few logs between the offers, and no draining, because nobody balances load before it.
 *
 * @throws SettingsError naming every fault
 */
export function demoSettings(env: Environment): DemoSettings {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''));
  const dataFolder = path.resolve(given['AISLECUE_DATA'] ?? '.data');
  const suiting: Environment = {
    LOG_LEVEL: 'warn',
    DRAIN_SECONDS: '0',
    ...given,
    ROLE: 'all',
    AISLECUE_DATA: dataFolder,
    AISLECUE_SECRET: given['AISLECUE_SECRET'] ?? keepSecret(dataFolder),
  };
  return {
    settings: readSettings(suiting, { demo: true }),
    quiet: ['1', 'true', 'yes'].includes(given['DEMO_QUIET']?.toLowerCase() ?? ''),
  };
}
