import { setImmediate as turn } from 'node:timers/promises';
import type { Work } from '../shared/index.js';

/** How long a process may be held before it answers whoever waits. */
const MOST_MS = 10;

/** Does the work with a rest after each ten milliseconds or so: the process that does it also decides offers. */
export async function inTurns<Result>(work: Work<Result>): Promise<Result> {
  let began = performance.now();
  for (;;) {
    const { done, value } = work.next();
    if (done === true) return value;
    if (performance.now() - began < MOST_MS) continue;
    await turn();
    began = performance.now();
  }
}
