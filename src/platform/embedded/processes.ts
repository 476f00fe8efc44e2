import { execFile, execFileSync, spawn } from 'node:child_process';
import {
  accessSync,
  closeSync,
  constants,
  existsSync,
  openSync,
  readFileSync,
  renameSync,
  statSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { delimiter, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

/** A process as it was when it was seen; the start mark tells it from a later one that got the same number. */
export interface ProcessMark {
  pid: number;
  startMark: string;
}

interface ProcessFacts extends ProcessMark {
  command: string;
}

/** What to run, and as whom where it is not ourselves. */
export interface Command {
  program: string;
  args: string[];
  uid?: number;
  gid?: number;
  env?: NodeJS.ProcessEnv;
}

const maxLogBytes = 10_000_000;
const hasProc = existsSync('/proc/self/stat');

/** The living process of this number; undefined when there is none, or only a zombie nobody has reaped. */
export function inspectProcess(pid: number): ProcessFacts | undefined {
  try {
    return hasProc ? inspectByProc(pid) : inspectByPs(pid);
  } catch {
    return undefined;
  }
}

function inspectByProc(pid: number): ProcessFacts | undefined {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // The second field is the name in brackets and may hold anything; the third is the state, the 22nd the start.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [state, startMark] = [fields[0], fields[19]];
  if (state === 'Z' || state === 'X' || startMark === undefined) return undefined;
  const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
  return { pid, startMark, command };
}

function inspectByPs(pid: number): ProcessFacts | undefined {
  const line = execFileSync('ps', ['-ww', '-o', 'state=,lstart=,command=', '-p', String(pid)], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const found = /^\s*(\S+)\s+((?:\S+\s+){4}\S+)\s+(.*)/.exec(line);
  const [, state = 'Z', startMark = '', command = ''] = found ?? [];
  return state.startsWith('Z') ? undefined : { pid, startMark, command };
}

/** The mark of the living process of this number, if there is one. */
export function markOf(pid: number): ProcessMark | undefined {
  const facts = inspectProcess(pid);
  return facts && { pid, startMark: facts.startMark };
}

/** Whether exactly this process still lives. */
export function isAlive(mark: ProcessMark): boolean {
  return inspectProcess(mark.pid)?.startMark === mark.startMark;
}

/** Asks again every few milliseconds until the answer is defined; undefined when the time is over. */
export async function until<T>(
  timeoutMs: number,
  ask: () => Promise<T | undefined> | T | undefined,
): Promise<T | undefined> {
  const end = Date.now() + timeoutMs;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined || Date.now() > end) return answer;
    await pause(25);
  }
}

/**
 * Ends a process by the signals in turn, waiting so many milliseconds after each; returns when it has ended.
 * @throws when it outlives the last signal.
 */
export async function endProcess(
  mark: ProcessMark,
  steps: readonly (readonly [NodeJS.Signals, number])[],
): Promise<void> {
  for (const [signal, waitMs] of steps) {
    if (!isAlive(mark)) return;
    sendSignal(mark.pid, signal);
    await until(waitMs, () => (isAlive(mark) ? undefined : true));
  }
  if (isAlive(mark)) throw new Error(`Process ${mark.pid} could not be ended.`);
}

function sendSignal(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** A server in a session of its own, so that Ctrl-C in the terminal reaches only the application. */
export interface Launched {
  mark: ProcessMark;
  /** Settles with how it ended: `exit code 1`, `signal SIGKILL`. */
  ended: Promise<string>;
  /** The last lines it wrote since this start. */
  lastLines(): string;
}

/** Starts a program that outlives us and writes to the end of a log file; throws when it cannot be started. */
export async function launch(command: Command, cwd: string, logFile: string): Promise<Launched> {
  if (existsSync(logFile) && statSync(logFile).size > maxLogBytes) renameSync(logFile, `${logFile}.1`);
  const output = openSync(logFile, 'a', 0o600);
  const writtenBefore = statSync(logFile).size;
  try {
    const { program, args, ...as } = command;
    const child = spawn(program, args, { ...as, cwd, detached: true, stdio: ['ignore', output, output] });
    const ended = new Promise<string>((resolve) => {
      child.once('exit', (code, signal) => resolve(signal ? `signal ${signal}` : `exit code ${code ?? '?'}`));
    });
    await new Promise<void>((resolve, reject) => child.once('spawn', resolve).once('error', reject));
    child.unref();
    const pid = child.pid ?? 0;
    return {
      mark: markOf(pid) ?? { pid, startMark: 'ended at once' },
      ended,
      lastLines: () => lastLinesOf(logFile, writtenBefore),
    };
  } finally {
    closeSync(output);
  }
}

function lastLinesOf(file: string, fromByte: number): string {
  const written = readFileSync(file).subarray(fromByte).toString('utf8');
  return written.trim().split('\n').slice(-8).join('\n');
}

/** Runs a program to its end. @returns what it wrote, or why it failed with its last lines. */
export function run(
  command: Command,
  cwd = '/',
): Promise<{ ok: true; output: string } | { ok: false; why: string }> {
  const { program, args, env, ...as } = command;
  return new Promise((resolve) => {
    const options = {
      ...as,
      cwd,
      env: { ...process.env, LC_ALL: 'C', ...env },
      maxBuffer: 50_000_000,
      encoding: 'utf8' as const,
    };
    execFile(program, args, options, (error, stdout, stderr) => {
      if (error === null) {
        resolve({ ok: true, output: stdout });
        return;
      }
      const lines = `${stdout}\n${stderr}`.trim().split('\n').slice(-8).join('\n');
      resolve({ ok: false, why: lines === '' ? error.message : lines });
    });
  });
}

/** The full path of the first of these programs found on PATH. */
export function findOnPath(...names: string[]): string | undefined {
  const folders = (process.env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '');
  return names.flatMap((name) => folders.map((folder) => join(folder, name))).find(isExecutable);
}

/** Whether we may run this file. */
export function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}

/** The wanted port of 127.0.0.1 if nobody listens there, else any free one. */
export async function freePort(wanted: number | undefined): Promise<number> {
  return (await tryPort(wanted ?? 0)) ?? (await tryPort(0)) ?? raiseNoPort();
}

function raiseNoPort(): never {
  throw new Error('No free port was found on 127.0.0.1.');
}

function tryPort(port: number): Promise<number | undefined> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(undefined));
    probe.listen({ port, host: '127.0.0.1', exclusive: true }, () => {
      const address = probe.address();
      const found = typeof address === 'object' ? address?.port : undefined;
      probe.close(() => resolve(found));
    });
  });
}
