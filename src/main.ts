import { boot } from './boot.js';
import { connected } from './connected.js';
import { Log, SettingsError, readSettings } from './platform/index.js';

/** The production start: settings from the environment, private services only where no address is given. */
async function main(): Promise<void> {
  const settings = readSettings(process.env);
  const log = new Log(settings.logLevel);
  const services = await connected(settings, log);
  const running = await boot(services.settings, log).catch(async (error: unknown) => {
    await services.stop();
    throw error;
  });
  const stop = async (): Promise<void> => {
    await running.stop();
    await services.stop();
    process.exit(0);
  };
  process.once('SIGTERM', () => void stop());
  process.once('SIGINT', () => void stop());
}

main().catch((error: unknown) => {
  const text =
    error instanceof SettingsError
      ? error.message
      : error instanceof Error
        ? (error.stack ?? error.message)
        : String(error);
  process.stderr.write(`${text}\n`);
  process.exit(1);
});
