import { spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { createServer, type AddressInfo } from 'node:net';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { callerOf, type Call } from './http.js';
import { until } from './until.js';

const root = fileURLToPath(new URL('../../', import.meta.url));

export type Environment = Record<string, string>;

/** How a program ended, and what it said. */
export interface Ended {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** The built program as a process of its own. */
export interface Program {
  readonly url: string;
  readonly child: ChildProcess;
  readonly call: Call;
  /** All that it has printed so far. */
  said(): string;
  /** Sends the signal and waits for the end. */
  end(signal?: NodeJS.Signals): Promise<Ended>;
}

/** Nothing of the caller's own settings gets through: what a program is told stands in the test. */
function spawnProgram(
  entry: string,
  args: readonly string[],
  env: Environment,
): [ChildProcess, Promise<Ended>] {
  const child = spawn(process.execPath, [path.join(root, 'dist', entry), ...args], {
    cwd: root,
    env: { PATH: process.env['PATH'] ?? '', HOME: process.env['HOME'] ?? '', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const said = { stdout: '', stderr: '' };
  child.stdout.on('data', (chunk: Buffer) => (said.stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (said.stderr += chunk.toString()));
  const ended = new Promise<Ended>((resolve) => {
    child.on('close', (code) => resolve({ code, ...said }));
  });
  return [child, ended];
}

/** Runs a program to its end: `cli/main.js`, or one that is not to start. */
export function runProgram(entry: string, args: readonly string[], env: Environment): Promise<Ended> {
  return spawnProgram(entry, args, env)[1];
}

/** Runs a command line and gives its JSON. @throws with what it said when it failed */
export async function runCli(args: readonly string[], env: Environment): Promise<Record<string, unknown>> {
  const { code, stdout, stderr } = await runProgram('cli/main.js', args, env);
  if (code !== 0) throw new Error(`cli ${args.join(' ')} ended with ${code}: ${stderr}`);
  return JSON.parse(stdout) as Record<string, unknown>;
}

/** Starts a program and waits until it is ready. @throws with what it said when it ended instead */
export async function startProgram(
  env: Environment,
  { entry = 'main.js', readyWithinMs = 40_000 } = {},
): Promise<Program> {
  const port = env['PORT'] ?? String(await freePort());
  const [child, ended] = spawnProgram(entry, [], { ...env, PORT: port });
  let over: Ended | undefined;
  let said = '';
  child.stdout?.on('data', (chunk: Buffer) => (said += chunk.toString()));
  child.stderr?.on('data', (chunk: Buffer) => (said += chunk.toString()));
  void ended.then((end) => (over = end));
  const url = `http://127.0.0.1:${port}`;
  const isReady = (): Promise<boolean> =>
    fetch(`${url}/readyz`).then(
      ({ status }) => status === 200,
      () => false,
    );
  try {
    await until(isReady, (ready) => ready || over !== undefined, readyWithinMs);
  } catch {
    child.kill('SIGKILL');
  }
  if (over !== undefined || child.killed) throw new Error(`${entry} is not ready:\n${said}`);
  return {
    url,
    child,
    call: callerOf(url),
    said: () => said,
    end: (signal = 'SIGTERM') => {
      child.kill(signal);
      return ended;
    },
  };
}

/** A database of one's own among the services that `npm test` has started. */
export async function freshDatabase(): Promise<{ url: string; drop(): Promise<void> }> {
  const base = process.env['TEST_DATABASE_URL'] ?? '';
  const name = `e2e_${randomBytes(6).toString('hex')}`;
  await admin(base, `CREATE DATABASE ${name}`);
  const url = new URL(base);
  url.pathname = `/${name}`;
  return { url: url.href, drop: () => admin(base, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`) };
}

/** Settings of a program on the services of `npm test`, with keys of its own in Redis. */
export function settingsOn(databaseUrl: string, redisUrl = process.env['TEST_REDIS_URL'] ?? ''): Environment {
  return {
    AISLECUE_SECRET: 'an-e2e-secret-of-at-least-thirty-two-characters',
    DATABASE_URL: databaseUrl,
    REDIS_URL: redisUrl,
    REDIS_PREFIX: `e2e-${randomBytes(4).toString('hex')}`,
    HOST: '127.0.0.1',
    LOG_LEVEL: 'warn',
    DRAIN_SECONDS: '0',
    DATABASE_POOL: '8',
  };
}

export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function admin(url: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query(sql);
  await client.end();
}
