import { randomBytes } from 'node:crypto';
import {
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { chmod, lchown, readdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from './processes.js';
import { findPostgres } from './postgres-binaries.js';
import type { PostgresBinaries } from './postgres-binaries.js';
import { canWrite, chooseRunAs, commandAs } from './run-as.js';
import type { RunAs } from './run-as.js';

/** Everything needed to start a Postgres: as whom, with which programs, on which data. */
export interface PostgresHome {
  runAs: RunAs;
  binaries: PostgresBinaries;
  /** The data directory; ready for use. */
  data: string;
  password: string;
}

/**
 * Finds the Postgres data of a data folder, or makes it.
 * @throws when no Postgres fits it, or the data cannot be made or reached.
 */
export async function openPostgresHome(
  dataFolder: string,
  log: (line: string) => void,
): Promise<PostgresHome> {
  const [inside, outside] = [join(dataFolder, 'postgres'), placeOutside(dataFolder)];
  const existing = [inside, outside].find((place) => existsSync(join(place, 'data', 'PG_VERSION')));
  const runAs = await chooseRunAs(existing && join(existing, 'data'));
  const place = existing ?? (await choosePlace(runAs, inside, outside));
  if (place === outside) {
    writeFileSync(noteOfPlace(dataFolder), outside);
    log(`Postgres may not pass the folders above ${dataFolder}; its data lie in ${outside}.`);
  }
  const data = join(place, 'data');
  const wantedMajor = existing && Number(readFileSync(join(data, 'PG_VERSION'), 'utf8'));
  const binaries = await findPostgres(runAs, join(place, 'programs'), wantedMajor || undefined);
  if (!existing) await initialise(runAs, binaries, place);
  else await handOver(runAs, data);
  return { runAs, binaries, data, password: readPassword(place) };
}

/**
 * Where Postgres can write if it runs as a user who may not pass the folders above the data folder. A note in the
 * data folder names the place, so that whoever deletes the data folder starts afresh.
 */
function placeOutside(dataFolder: string): string {
  const note = noteOfPlace(dataFolder);
  return existsSync(note)
    ? readFileSync(note, 'utf8')
    : join('/var/tmp', `aislecue-${randomBytes(8).toString('hex')}`);
}

function noteOfPlace(dataFolder: string): string {
  return join(dataFolder, 'postgres-place');
}

async function choosePlace(runAs: RunAs, inside: string, outside: string): Promise<string> {
  for (const place of [inside, outside]) {
    mkdirSync(place, { recursive: true, mode: 0o711 });
    const trial = makeFolderFor(runAs, join(place, 'trial'));
    const writable = await canWrite(runAs, trial);
    rmSync(trial, { recursive: true });
    if (writable) return place;
    rmSync(place, { recursive: true });
  }
  throw new Error(`Postgres, which does not run as root, can write neither to ${inside} nor to ${outside}.`);
}

function makeFolderFor(runAs: RunAs, folder: string): string {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  if (runAs.kind === 'user') chownSync(folder, runAs.uid, runAs.gid);
  return folder;
}

function discardUnfinished(place: string): void {
  for (const name of readdirSync(place).filter((name) => name.startsWith('making-'))) {
    try {
      rmSync(join(place, name), { recursive: true, force: true });
    } catch {
      // An initdb whose launcher was killed still writes there; the next start finds it finished.
    }
  }
}

/** Makes the data beside its place and moves it there when it is complete, so a first start may be cut short. */
async function initialise(runAs: RunAs, binaries: PostgresBinaries, place: string): Promise<void> {
  discardUnfinished(place);
  const password = randomBytes(24).toString('hex');
  const making = makeFolderFor(runAs, join(place, `making-${randomBytes(4).toString('hex')}`));
  const [data, passwordFile] = [join(making, 'data'), join(making, 'password')];
  await writeFile(passwordFile, password, { mode: 0o600 });
  if (runAs.kind === 'user') chownSync(passwordFile, runAs.uid, runAs.gid);
  const args = ['-D', data, '--username=aislecue', `--pwfile=${passwordFile}`, '--auth=scram-sha-256'];
  args.push('--encoding=UTF8', '--locale=C', '--no-instructions');
  // Orders by bytes, as C does, but knows upper and lower case of all letters on every system.
  if (binaries.major >= 17) args.push('--locale-provider=builtin', '--builtin-locale=C.UTF-8');
  const made = await run(commandAs(runAs, join(binaries.folder, 'initdb'), args), making);
  if (!made.ok) throw new Error(`The database could not be made in ${place}. initdb says:\n${made.why}`);
  await writeFile(join(place, 'password'), password, { mode: 0o600 });
  await chmod(join(place, 'password'), 0o600);
  await rename(data, join(place, 'data'));
  rmSync(making, { recursive: true });
  discardUnfinished(place);
}

/** Gives data that root owns to the user who shall run Postgres now: namespaces were allowed once, and no more. */
async function handOver(runAs: RunAs, data: string): Promise<void> {
  if (runAs.kind !== 'user' || lstatSync(data).uid === runAs.uid) return;
  const { uid, gid } = runAs;
  const entries = await readdir(data, { recursive: true });
  // The folder itself comes last: if this is cut short, the next start does it again.
  for (const entry of [...entries.map((name) => join(data, name)), data]) await lchown(entry, uid, gid);
}

/** The password of data that are already there. @throws when it cannot be read */
export function knownPassword(dataFolder: string): string {
  const [inside, outside] = [join(dataFolder, 'postgres'), placeOutside(dataFolder)];
  return readPassword(existsSync(join(outside, 'password')) ? outside : inside);
}

function readPassword(place: string): string {
  const file = join(place, 'password');
  try {
    return readFileSync(file, 'utf8').trim();
  } catch (error) {
    throw new Error(`The password of the database, kept in ${file}, cannot be read.`, { cause: error });
  }
}
