import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isAlive, markOf } from './processes.js';
import type { ProcessMark } from './processes.js';

/**
 * Makes this process the only launcher of a data folder. A lock whose holder has ended is taken over.
 * @returns how to give the lock back.
 * @throws when the holder lives, this process included.
 */
export function lockFolder(dataFolder: string): () => void {
  const file = join(dataFolder, 'launcher.lock');
  const mine = `${file}.${process.pid}`;
  const text = JSON.stringify(markOf(process.pid));
  // Linking a finished file is one step: nobody ever reads a lock half written.
  writeFileSync(mine, text, { mode: 0o600 });
  try {
    if (!tryLink(mine, file)) {
      discardStale(file, `${mine}.stale`);
      if (!tryLink(mine, file)) refuse(dataFolder, file);
    }
  } finally {
    rmSync(mine, { force: true });
  }
  return () => {
    if (readLock(file) === text) rmSync(file, { force: true });
  };
}

/** The process that holds a data folder; undefined when nobody living does. */
export function launcherOf(dataFolder: string): number | undefined {
  const lock = readLock(join(dataFolder, 'launcher.lock'));
  return lock !== undefined && holderLives(lock) ? parseMark(lock)?.pid : undefined;
}

function tryLink(from: string, to: string): boolean {
  try {
    linkSync(from, to);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/** Moves a dead holder's lock away; should another launcher have been quicker, its fresh lock is put back. */
function discardStale(file: string, aside: string): void {
  const seen = readLock(file);
  if (seen === undefined || holderLives(seen)) return;
  try {
    renameSync(file, aside);
  } catch {
    return;
  }
  if (readLock(aside) !== seen) tryLink(aside, file);
  rmSync(aside, { force: true });
}

function refuse(dataFolder: string, file: string): never {
  const holder = readLock(file);
  const pid = holder === undefined ? 'unknown' : (parseMark(holder)?.pid ?? 'unknown');
  throw new Error(
    `The data folder ${dataFolder} is in use by another Aislecue launcher (process ${pid}). ` +
      'Stop that one first, or name another folder in AISLECUE_DATA.',
  );
}

function readLock(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}

function holderLives(lock: string): boolean {
  const mark = parseMark(lock);
  return mark !== undefined && isAlive(mark);
}

function parseMark(text: string): ProcessMark | undefined {
  try {
    return JSON.parse(text) as ProcessMark;
  } catch {
    return undefined;
  }
}
