import { Problem } from '../../platform/index.js';
import type { Instant } from '../../shared/index.js';
import { answerOf, type SocketAnswer } from './protocol.js';
import { takeOne } from './rate.rules.js';

const EVENTS_PER_SECOND = 50;

/** A socket of whatever namespace, as far as its events are counted. */
interface Counted {
  use(middleware: (event: [string, ...unknown[]], next: () => void) => void): unknown;
}

/**
 * Of more events than a second holds, those beyond are answered with 429 and heard by nobody.
 *
 * @param counted counts a refusal and gives it back
 */
export function limitRate(
  socket: Counted,
  now: () => Instant,
  namespace: `/${string}`,
  counted: (answer: SocketAnswer) => SocketAnswer,
): void {
  let allowance = { left: EVENTS_PER_SECOND, at: now() };
  socket.use(([event, ...args], next) => {
    allowance = takeOne(allowance, EVENTS_PER_SECOND, now());
    if (allowance.left >= 0) next();
    else acknowledgeOf(args)(counted(answerOf(tooMany(), event, namespace)));
  });
}

/** How the client wants to hear the answer, if it does. */
export function acknowledgeOf(args: readonly unknown[]): (answer: SocketAnswer) => void {
  const last = args.at(-1);
  return typeof last === 'function' ? (last as (answer: SocketAnswer) => void) : () => undefined;
}

/** What the client said: the first argument that is no acknowledgement. Not to be trusted. */
export function bodyOf(args: readonly unknown[]): unknown {
  return args.find((arg) => typeof arg !== 'function');
}

function tooMany(): Problem {
  return new Problem(429, 'too-many-requests', `More than ${EVENTS_PER_SECOND} events a second.`, {
    retryAfterSeconds: 1,
  });
}
