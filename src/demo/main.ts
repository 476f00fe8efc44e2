import { boot, type Running } from '../boot.js';
import { connected } from '../connected.js';
import { StaffAccounts } from '../access/index.js';
import { Refit } from '../insights/index.js';
import { Health, Log, SettingsError } from '../platform/index.js';
import { Api } from './api.js';
import { demoSettings, type DemoSettings } from './demo-settings.js';
import type { DemoFile } from './demo-file.js';
import { DemoPush } from './fcm/demo-push.js';
import { setUp } from './setup/set-up.js';
import { demoPeople } from './shop/people.rules.js';
import { simulate } from './simulation.js';
import { Stopping } from './stopping.js';

const beganAt = performance.now();
const people = demoPeople();
const say = (line: string): void => void process.stdout.write(`${line}\n`);

/** Starts everything the demo needs, sets the shop up, and lets it run until it is told to stop. */
async function main(stopping: Stopping): Promise<void> {
  const push = await DemoPush.start(process.env);
  if (push !== undefined) stopping.then('push service', () => push.stop());
  const { settings, quiet } = demoSettings({ ...process.env, ...push?.settings });
  const log = new Log(settings.logLevel);
  say('Starting Postgres and Redis …');
  const services = await connected(settings, log);
  stopping.then('services', () => services.stop());
  stopping.check();

  let isSetUp = false;
  const running = await boot(services.settings, log, (app) => app.get(Health).gate('demo', () => isSetUp));
  stopping.then('program', () => running.stop());
  stopping.breakable();

  const demo = await fill(running, { settings, quiet });
  stopping.check();
  isSetUp = true;
  stopping.then('simulation', simulate({ demo, people, dataFolder: settings.dataFolder, push, quiet, say }));
  greet(demo, settings.dataFolder, quiet);
}

function fill(running: Running, { settings, quiet }: DemoSettings): Promise<DemoFile> {
  const { app, url } = running;
  return setUp({
    api: new Api(url),
    people,
    dataFolder: settings.dataFolder,
    secret: settings.secret,
    quiet,
    accounts: app.get(StaffAccounts, { strict: false }),
    refit: app.get(Refit, { strict: false }),
    say,
  });
}

function greet({ baseUrl }: DemoFile, dataFolder: string, quiet: boolean): void {
  const seconds = ((performance.now() - beganAt) / 1_000).toFixed(1);
  say(
    [
      '',
      `Corner Market is open, after ${seconds} s.`,
      `  the interface   ${baseUrl}/docs`,
      `  health          ${baseUrl}/livez  ${baseUrl}/readyz`,
      `  keys and logins ${dataFolder}/demo.json`,
      quiet ? '  It is quiet: nobody walks about, and its own offers are paused.' : '',
      'Ctrl-C stops it; started again it goes on.',
      '',
    ].join('\n'),
  );
}

const stopping = new Stopping(say);
main(stopping).catch(async (error: unknown) => {
  if (!stopping.isAsked) process.stderr.write(`The demo cannot start. ${reasonOf(error)}\n`);
  await stopping.finish(stopping.isAsked ? 0 : 1);
});

function reasonOf(error: unknown): string {
  if (error instanceof SettingsError) return error.message;
  if (!(error instanceof Error)) return String(error);
  const { code, port } = error as { code?: string; port?: number };
  if (code === 'EADDRINUSE') {
    return `Port ${port ?? ''} is taken: name another one, such as PORT=3001 npm run demo.`;
  }
  return error.name === 'Error' || error.name === 'ApiError' ? error.message : (error.stack ?? error.message);
}
