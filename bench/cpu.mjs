// CPU time from /proc, so on Linux only.
import { readFileSync, readdirSync } from 'node:fs';

// USER_HZ is 100 on every Linux that Node runs on.
const TICKS_A_SECOND = 100;

function statOf(pid) {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name in parentheses may hold spaces; what follows it are the fields from the third on.
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    const [user, system, reapedUser, reapedSystem] = fields.slice(11, 15).map(Number);
    return {
      pid: Number(pid),
      parent: Number(fields[1]),
      own: user + system,
      reaped: reapedUser + reapedSystem,
    };
  } catch {
    return undefined;
  }
}

/** CPU seconds so far of processes and all that descend from them, those that ended and were waited for included. */
export function cpuSecondsOf(...roots) {
  const all = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(statOf)
    .filter((stat) => stat !== undefined);
  const tree = new Set(roots);
  for (let size = 0; size !== tree.size;) {
    size = tree.size;
    for (const { pid, parent } of all) if (tree.has(parent)) tree.add(pid);
  }
  const ticks = all
    .filter(({ pid }) => tree.has(pid))
    .reduce((sum, { own, reaped }) => sum + own + reaped, 0);
  return ticks / TICKS_A_SECOND;
}
