// The programs under test as child processes, each started afresh.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import path from 'node:path';

/** As `npm start` does: what lives for one flush should not grow old in a young generation that is too small. */
const HEAP = ['--max-semi-space-size=32'];

const root = path.resolve(import.meta.dirname, '../..');
const READY_MS = 60_000;

export async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}

/** Which processes make up a candidate: their names in the figures, what they run and their roles. */
const MADE_OF = {
  aislecue: { all: { script: 'dist/main.js', role: 'all' } },
  'aislecue-split': {
    api: { script: 'dist/main.js', role: 'api' },
    worker: { script: 'dist/main.js', role: 'worker' },
  },
  floor: { all: { script: 'bench/journey/floor.mjs', role: 'all' } },
  'http-floor': { all: { script: 'bench/ingest/floor.mjs', role: 'all' } },
};

/**
 * @param candidate a name of `MADE_OF`
 * @param services `{databaseUrl, redisUrl, secret, settings?}`
 * @param profile a folder for CPU profiles, or undefined
 * @returns its port, the pids by name, and how to stop it
 */
export async function startProgram(candidate, { databaseUrl, redisUrl, secret, settings, profile }) {
  const children = new Map();
  const ports = [];
  for (const [name, { script, role }] of Object.entries(MADE_OF[candidate])) {
    const port = await freePort();
    ports.push(port);
    const flags =
      profile === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${path.join(profile, candidate, name)}`];
    const child = spawn(process.execPath, [...HEAP, ...flags, path.join(root, script)], {
      cwd: root,
      stdio: ['ignore', 2, 2],
      env: {
        ...process.env,
        NODE_ENV: 'production',
        PORT: String(port),
        HOST: '127.0.0.1',
        ROLE: role,
        DATABASE_URL: databaseUrl,
        REDIS_URL: redisUrl,
        AISLECUE_SECRET: secret,
        LOG_LEVEL: process.env.LOG_LEVEL ?? 'warn',
        DRAIN_SECONDS: '0',
        ...settings,
      },
    });
    children.set(name, child);
    // One after the other: the first brings the schema up to date.
    await ready(child, port);
  }
  return {
    port: ports[0],
    pids: new Map(Array.from(children, ([name, child]) => [name, child.pid])),
    stop: () => Promise.all(Array.from(children.values(), ended)),
  };
}

async function ready(child, port) {
  const deadline = Date.now() + READY_MS;
  while (Date.now() < deadline) {
    if (child.exitCode !== null) throw new Error(`it ended with ${child.exitCode} before it was ready`);
    const answer = await fetch(`http://127.0.0.1:${port}/readyz`).catch(() => undefined);
    if (answer?.ok) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  child.kill('SIGKILL');
  throw new Error('it was not ready in a minute');
}

async function ended(child) {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = once(child, 'exit');
  child.kill('SIGTERM');
  const impatience = setTimeout(() => child.kill('SIGKILL'), 15_000);
  await exit;
  clearTimeout(impatience);
}
