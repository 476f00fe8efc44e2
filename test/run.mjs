// `npm test`: builds, starts one private Postgres and Redis, runs every kind of test against them, stops them.
// Arguments go to jest: `npm test -- --selectProjects story`, `npm test -- test/integration/offers.spec.ts`.
import { spawn, spawnSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

const node = process.execPath;
const root = path.resolve(import.meta.dirname, '..');

function fail(message) {
  console.error(message);
  process.exit(1);
}

const build = spawnSync('npm', ['run', '--silent', 'build'], { cwd: root, stdio: 'inherit' });
if (build.status !== 0) fail('the build failed');

const { startEmbedded } = await import(path.join(root, 'dist/platform/embedded/index.js'));
const folder = await mkdtemp(path.join(tmpdir(), 'aislecue-test-'));
const services = await startEmbedded({
  dataFolder: folder,
  need: { postgres: true, redis: true },
  log: (line) => console.error(line),
});

const jest = spawn(
  node,
  [
    '--experimental-vm-modules',
    '--no-warnings',
    path.join(root, 'node_modules/jest/bin/jest.js'),
    ...process.argv.slice(2),
  ],
  {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, TEST_DATABASE_URL: services.databaseUrl, TEST_REDIS_URL: services.redisUrl },
  },
);
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => jest.kill(signal));
const code = await new Promise((resolve) => jest.on('exit', (status) => resolve(status ?? 1)));
await services.stop();
await rm(folder, { recursive: true, force: true });
process.exit(code);
