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
