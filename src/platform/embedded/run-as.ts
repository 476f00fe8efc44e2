import { readFileSync, statSync } from 'node:fs';
import { run } from './processes.js';
import type { Command } from './processes.js';

/**
 * As whom Postgres runs, which refuses to be root: ourselves; ourselves in a user namespace without names, where
 * root looks like the overflow user and owns what root owns outside; or another user.
 */
export type RunAs = { kind: 'self' } | { kind: 'namespace' } | { kind: 'user'; uid: number; gid: number };

/** The same program run as that user. */
export function commandAs(as: RunAs, program: string, args: string[]): Command {
  switch (as.kind) {
    case 'self':
      return { program, args };
    case 'namespace':
      return { program: 'unshare', args: ['--user', '--', program, ...args] };
    case 'user':
      return { program, args, uid: as.uid, gid: as.gid };
  }
}

/** Who shall run Postgres, given the folder of its data if there is one already: its owner if that is not root. */
export async function chooseRunAs(existingData: string | undefined): Promise<RunAs> {
  if (process.getuid?.() !== 0) return { kind: 'self' };
  const owner = existingData === undefined ? undefined : statSync(existingData);
  if (owner && owner.uid !== 0) return { kind: 'user', uid: owner.uid, gid: owner.gid };
  // Containers often forbid new namespaces, and initdb wants the user to have a name.
  const namespace = await run({
    program: 'unshare',
    args: ['--user', '--', 'sh', '-c', 'test "$(id -u)" != 0 && id -un'],
  });
  return namespace.ok ? { kind: 'namespace' } : { kind: 'user', ...nobody() };
}

/** Whether that user may write into a folder, all folders above it included. */
export async function canWrite(as: RunAs, folder: string): Promise<boolean> {
  return (await run(commandAs(as, 'sh', ['-c', 'test -w "$0" && test -x "$0"', folder]))).ok;
}

function nobody(): { uid: number; gid: number } {
  const line = /^nobody:[^:]*:(\d+):(\d+):/m.exec(readFileSync('/etc/passwd', 'utf8'));
  return { uid: Number(line?.[1] ?? 65534), gid: Number(line?.[2] ?? 65534) };
}
