import { execFileSync, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { Redis } from 'ioredis';
import pg from 'pg';
import { startEmbedded } from '../../src/platform/embedded/index.js';

type Services = Awaited<ReturnType<typeof startEmbedded>>;
interface Started {
  databaseUrl: string;
  redisUrl: string;
  pids: { postgres: number; redis: number };
}

const both = { postgres: true, redis: true };
const temporary: string[] = [];
const stops: (() => Promise<unknown>)[] = [];
let lines: string[] = [];

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'aislecue-embedded-'));
  temporary.push(folder);
  return folder;
}

async function start(dataFolder: string): Promise<Services & Started> {
  lines = [];
  const services = await startEmbedded({ dataFolder, need: both, log: (line) => lines.push(line) });
  stops.push(() => services.stop());
  return services as Services & Started;
}

async function sql(url: string, text: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(text)).rows;
  } finally {
    await client.end();
  }
}

async function redis<T>(url: string, ask: (client: Redis) => Promise<T>): Promise<T> {
  const client = new Redis(url);
  try {
    return await ask(client);
  } finally {
    client.disconnect();
  }
}

async function writeData(services: Started): Promise<void> {
  await sql(services.databaseUrl, 'create table kept (note text)');
  await sql(services.databaseUrl, "insert into kept values ('there')");
  await redis(services.redisUrl, (client) => client.set('kept', 'there'));
}

async function expectData(services: Started): Promise<void> {
  expect(await sql(services.databaseUrl, 'select note from kept')).toEqual([{ note: 'there' }]);
  expect(await redis(services.redisUrl, (client) => client.get('kept'))).toBe('there');
}

function lives(pid: number): boolean {
  try {
    return !/^\d+ \(.*\) [ZX]/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    try {
      return process.platform !== 'linux' && process.kill(pid, 0);
    } catch {
      return false;
    }
  }
}

async function killHard(...pids: number[]): Promise<void> {
  for (const pid of pids) process.kill(pid, 'SIGKILL');
  while (pids.some(lives)) await pause(20);
}

/** The launcher compiled, so that it can run, and be killed, as a process of its own. */
function buildLauncher(): string {
  const folder = resolve('node_modules/.cache', `embedded-spec-${process.pid}`);
  temporary.push(folder);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
  const swc = resolve('node_modules/.bin/swc');
  execFileSync(swc, ['src/platform/embedded', '-d', folder, '--strip-leading-paths']);
  const script = join(folder, 'run.js');
  const code = `
    import { startEmbedded } from ${JSON.stringify(join(folder, index(folder)))};
    const need = { postgres: true, redis: true };
    const services = await startEmbedded({ dataFolder: process.argv[2], need, log: () => undefined });
    process.on('SIGTERM', () => services.stop().then(() => process.exit(0)));
    console.log(JSON.stringify(services));
    setInterval(() => undefined, 1000);`;
  writeFileSync(script, code);
  return script;
}

function index(folder: string): string {
  const files = readdirSync(folder, { recursive: true }) as string[];
  return files.find((file) => file.endsWith('index.js'))!;
}

async function launchApart(
  script: string,
  dataFolder: string,
): Promise<{ child: ChildProcess; started: Started }> {
  const child = spawn(process.execPath, [script, dataFolder], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [text] = (await once(child.stdout, 'data')) as [Buffer];
  return { child, started: JSON.parse(text.toString()) as Started };
}

afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});

afterAll(() => {
  for (const folder of temporary) rmSync(folder, { recursive: true, force: true });
});

describe('the embedded services', () => {
  it('keep their data, ports and password from one start to the next, and stop twice without harm', async () => {
    const folder = newFolder();
    const first = await start(folder);
    await writeData(first);
    await first.stop();
    await first.stop();
    expect([first.pids.postgres, first.pids.redis].filter(lives)).toEqual([]);

    const second = await start(folder);
    expect(second.databaseUrl).toBe(first.databaseUrl);
    expect(second.redisUrl).toBe(first.redisUrl);
    await expectData(second);
  });

  it('write every change to disk and listen on the loopback only', async () => {
    const services = await start(newFolder());
    const shown = await sql(
      services.databaseUrl,
      `select name, setting from pg_settings where name in ('fsync', 'synchronous_commit', 'listen_addresses',
        'server_encoding', 'unix_socket_directories', 'jit', 'max_connections') order by name`,
    );
    expect(Object.fromEntries(shown.map((row) => [row['name'], row['setting']]))).toEqual({
      fsync: 'on',
      jit: 'off',
      listen_addresses: '127.0.0.1',
      max_connections: '200',
      server_encoding: 'UTF8',
      synchronous_commit: 'on',
      unix_socket_directories: '',
    });
    const config = (name: string) => redis(services.redisUrl, (client) => client.config('GET', name));
    expect(await config('appendonly')).toEqual(['appendonly', 'yes']);
    expect(await config('appendfsync')).toEqual(['appendfsync', 'everysec']);
    expect(await config('maxmemory-policy')).toEqual(['maxmemory-policy', 'noeviction']);
    expect(await config('bind')).toEqual(['bind', '127.0.0.1']);
    expect(await config('save')).toEqual(['save', '']);
  });

  it('demand the password', async () => {
    const services = await start(newFolder());
    const url = new URL(services.databaseUrl);
    url.password = 'guessed';
    await expect(sql(url.href, 'select 1')).rejects.toThrow(/password/);
  });

  it('start only what is needed', async () => {
    const need = { postgres: false, redis: true };
    const services = await startEmbedded({ dataFolder: newFolder(), need, log: () => undefined });
    stops.push(() => services.stop());
    expect(services.databaseUrl).toBeUndefined();
    expect(Object.keys(services.pids)).toEqual(['redis']);
  });
});

describe('after a crash', () => {
  it('the data is there when Postgres and Redis were killed, even in the middle of a query', async () => {
    const folder = newFolder();
    const first = await start(folder);
    await writeData(first);
    const busy = sql(
      first.databaseUrl,
      'select count(*) from generate_series(1, 1000000000) as n where n % 7 = 1',
    );
    const cut = expect(busy).rejects.toThrow();
    await pause(300);
    await killHard(first.pids.postgres, first.pids.redis);
    await first.stop();

    const second = await start(folder);
    await cut;
    await expectData(second);
  });

  it('what ended by itself is started again, at the same address and with its data', async () => {
    const services = await start(newFolder());
    await writeData(services);
    await killHard(services.pids.postgres, services.pids.redis);
    for (let tries = 0; ; tries += 1) {
      try {
        await expectData(services);
        break;
      } catch (error) {
        if (tries > 100) throw error;
        await pause(100);
      }
    }
    await services.stop();
    expect(lines.filter((line) => line.includes('has ended unexpectedly'))).toHaveLength(2);
  });

  it('the append-only file may be torn and the lock of Postgres may name a stranger', async () => {
    const folder = newFolder();
    const first = await start(folder);
    await writeData(first);
    await killHard(first.pids.postgres, first.pids.redis);
    await first.stop();
    const aof = (readdirSync(join(folder, 'redis'), { recursive: true }) as string[]).find((file) =>
      /incr\.aof$|appendonly\.aof$/.test(file),
    );
    appendFileSync(join(folder, 'redis', aof!), '*3\r\n$3\r\nSET\r\n$4\r\nto');
    const lock = join(folder, 'postgres', 'data', 'postmaster.pid');
    const stranger = spawn('sleep', ['60']);
    const note = readFileSync(lock, 'utf8').split('\n');
    writeFileSync(lock, [String(stranger.pid), ...note.slice(1)].join('\n'));

    await expectData(await start(folder));
    stranger.kill();
  });

  it('servers that outlived their launcher are adopted, and stopped at the end', async () => {
    const script = buildLauncher();
    const folder = newFolder();
    const { child, started } = await launchApart(script, folder);
    await writeData(started);
    await expect(start(folder)).rejects.toThrow(`in use by another Aislecue launcher (process ${child.pid})`);
    await killHard(child.pid!);
    expect([started.pids.postgres, started.pids.redis].every(lives)).toBe(true);

    const next = await start(folder);
    expect(next.pids).toEqual(started.pids);
    expect(lines.filter((line) => line.includes('still runs'))).toHaveLength(2);
    await expectData(next);
    await next.stop();
    expect([started.pids.postgres, started.pids.redis].filter(lives)).toEqual([]);

    const again = await launchApart(script, folder);
    await killHard(again.child.pid!, again.started.pids.postgres);
    const last = await start(folder);
    expect(last.pids.redis).toBe(again.started.pids.redis);
    await expectData(last);
  });
});

describe('two launchers', () => {
  it('do not disturb each other on different folders', async () => {
    const [one, other] = await Promise.all([start(newFolder()), start(newFolder())]);
    await Promise.all([writeData(one), writeData(other)]);
    await one.stop();
    await expectData(other);
  });

  it('cannot share a folder', async () => {
    const folder = newFolder();
    const first = await start(folder);
    await expect(start(folder)).rejects.toThrow('in use by another Aislecue launcher');
    await first.stop();
    await start(folder);
  });

  it('take another port when theirs was taken meanwhile', async () => {
    const folder = newFolder();
    const first = await start(folder);
    await writeData(first);
    await first.stop();
    const port = Number(new URL(first.redisUrl).port);
    const squatter = createServer().listen(port, '127.0.0.1');
    await once(squatter, 'listening');

    const second = await start(folder);
    expect(second.redisUrl).not.toBe(first.redisUrl);
    await expectData(second);
    squatter.close();
  });
});

it('a failed start leaves nothing running and names the log', async () => {
  const folder = newFolder();
  const first = await start(folder);
  await first.stop();
  appendFileSync(join(folder, 'postgres', 'data', 'postgresql.conf'), 'nonsense = 1\n');
  await expect(start(folder)).rejects.toThrow(/postgres\.log says:\n[^]*nonsense/);
  expect(lives(readServices(folder).redis.process.pid)).toBe(false);
});

function readServices(folder: string): { redis: { process: { pid: number } } } {
  return JSON.parse(readFileSync(join(folder, 'services.json'), 'utf8')) as {
    redis: { process: { pid: number } };
  };
}
