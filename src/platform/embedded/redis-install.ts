import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { findOnPath, isExecutable, run } from './processes.js';

/** A Redis that can be run, with the folders of its libraries where the system does not know them. */
interface RedisProgram {
  program: string;
  libraryPath?: string;
}

const aptInstall = ['install', '-y', '--no-install-recommends', 'redis-server', 'redis-tools'];

/**
 * Redis or Valkey on PATH; else one unpacked here earlier; else installs one by the means this machine has.
 * @param unpackedIn where packages are unpacked if we are not root.
 * @throws an Error that names the command to run.
 */
export async function findOrInstallRedis(
  unpackedIn: string,
  log: (line: string) => void,
): Promise<RedisProgram> {
  const there = onPath() ?? unpacked(unpackedIn);
  if (there) return there;
  log('No redis-server or valkey-server is on PATH; installing one.');
  const tried: string[] = [];
  for (const install of [installAsRoot, unpackPackages, installByHomebrew]) {
    const found = await install(unpackedIn, tried);
    if (found) return found;
  }
  const command =
    process.platform === 'darwin'
      ? 'brew install redis'
      : 'sudo apt-get update && sudo apt-get install -y redis-server';
  throw new Error(
    [`No Redis is on PATH and none could be installed. Run \`${command}\`, or set REDIS_URL.`, ...tried].join(
      '\n',
    ),
  );
}

function onPath(): RedisProgram | undefined {
  const program = findOnPath('redis-server', 'valkey-server');
  return program === undefined ? undefined : { program };
}

function unpacked(folder: string): RedisProgram | undefined {
  const program = join(folder, 'usr', 'bin', 'redis-server');
  if (!isExecutable(program)) return undefined;
  const libraries = [join(folder, 'usr', 'lib'), join(folder, 'lib')].flatMap((lib) => [
    lib,
    ...subfolders(lib).filter((sub) => sub.endsWith('-linux-gnu') || sub.includes('-linux-gnueabi')),
  ]);
  return { program, libraryPath: libraries.join(':') };
}

function subfolders(folder: string): string[] {
  return existsSync(folder) ? readdirSync(folder).map((name) => join(folder, name)) : [];
}

async function installAsRoot(_: string, tried: string[]): Promise<RedisProgram | undefined> {
  const apt = findOnPath('apt-get');
  if (apt === undefined || process.getuid?.() !== 0) return undefined;
  const env = { DEBIAN_FRONTEND: 'noninteractive' };
  // Another program may be installing just now.
  const patience = ['-o', 'DPkg::Lock::Timeout=120'];
  await run({ program: apt, args: [...patience, 'update'], env });
  const done = await run({ program: apt, args: [...patience, ...aptInstall], env });
  if (!done.ok) tried.push(`apt-get install redis-server: ${done.why}`);
  return onPath();
}

/** Lets apt work without root: with lists and archives of its own, on the knowledge of what is installed already. */
async function unpackPackages(folder: string, tried: string[]): Promise<RedisProgram | undefined> {
  const [apt, dpkg] = [findOnPath('apt-get'), findOnPath('dpkg')];
  if (apt === undefined || dpkg === undefined) return undefined;
  const making = `${folder}.making`;
  rmSync(making, { recursive: true, force: true });
  const archives = join(making, 'apt', 'cache', 'archives');
  for (const sub of ['partial', '../../state/lists/partial'])
    mkdirSync(join(archives, sub), { recursive: true });
  const asUser = [
    'Debug::NoLocking=1',
    'APT::Sandbox::User=',
    `Dir::State=${join(making, 'apt', 'state')}`,
    'Dir::State::status=/var/lib/dpkg/status',
    `Dir::Cache=${join(making, 'apt', 'cache')}`,
    `Dir::Log=${join(making, 'apt')}`,
  ].flatMap((option) => ['-o', option]);
  await run({ program: apt, args: [...asUser, 'update'] });
  const fetched = await run({
    program: apt,
    args: [...asUser, ...aptInstall, '--download-only', '--reinstall'],
  });
  if (!fetched.ok) tried.push(`apt-get install --download-only redis-server: ${fetched.why}`);
  for (const archive of readdirSync(archives).filter((name) => name.endsWith('.deb'))) {
    const out = await run({ program: dpkg, args: ['-x', join(archives, archive), making] });
    if (!out.ok) tried.push(`dpkg -x ${archive}: ${out.why}`);
  }
  rmSync(join(making, 'apt'), { recursive: true });
  if (!unpacked(making)) return undefined;
  rmSync(folder, { recursive: true, force: true });
  renameSync(making, folder);
  return unpacked(folder);
}

async function installByHomebrew(_: string, tried: string[]): Promise<RedisProgram | undefined> {
  const brew = findOnPath('brew');
  if (brew === undefined) return undefined;
  const done = await run({ program: brew, args: ['install', 'redis'] });
  if (!done.ok) tried.push(`brew install redis: ${done.why}`);
  const program = join(dirname(brew), 'redis-server');
  return isExecutable(program) ? { program } : onPath();
}
