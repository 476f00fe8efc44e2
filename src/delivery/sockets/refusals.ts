import type { EventEmitter } from 'node:events';
import { ServerResponse } from 'node:http';
import { problemOf, type Metrics } from '../../platform/index.js';
import { answerOf, type SocketAnswer } from './protocol.js';

/** Counts an answer where it refuses, and gives it back. */
export function counted(answer: SocketAnswer, metrics: Metrics): SocketAnswer {
  if (!answer.ok) metrics.refusals.inc({ door: 'socket', code: String(answer.problem['code']) });
  return answer;
}

/** Why a socket may not come in, as socket.io tells the client; counted. */
export function refusedEntry(error: unknown, namespace: `/${string}`, metrics: Metrics): Error {
  const problem = problemOf(error);
  metrics.websocketConnects.inc({ outcome: problem.status < 500 ? 'refused' : 'failed' });
  return Object.assign(new Error(problem.code), {
    data: counted(answerOf(problem, 'connect', namespace), metrics),
  });
}

/** engine.io under socket.io, as far as it tells of what it refuses. */
interface Engine extends EventEmitter {
  use(middleware: (request: unknown, response: ServerResponse, next: () => void) => void): unknown;
}
/** The one code of engine.io that is ours: `allowRequest` said no. */
const FORBIDDEN = 4;
const TOO_LARGE = /max payload size exceeded/i;

/** Counts what is refused before it is a socket, and messages that are too large, which close theirs. */
export function countRefusalsOf(engine: Engine, { refusals }: Metrics): void {
  const count = (code: string): void => refusals.inc({ door: 'socket', code });
  engine.on('connection_error', ({ code }: { code: number }) =>
    count(code === FORBIDDEN ? 'foreign-origin' : 'invalid-request'),
  );
  engine.on('connection', (socket: EventEmitter) =>
    socket.on('close', (_reason: string, fault: unknown) => {
      if (fault instanceof Error && TOO_LARGE.test(fault.message)) count('too-large');
    }),
  );
  // Long polling answers what is too large as a request, and tells nobody. An upgrade has no end to listen for.
  engine.use((_request, response, next) => {
    if (response instanceof ServerResponse) {
      response.once('finish', () => {
        if (response.statusCode === 413) count('too-large');
      });
    }
    next();
  });
}
