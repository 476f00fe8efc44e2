import { Catch, HttpException, Injectable, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Clock } from '../clock.js';
import { errorCode } from '../database.js';
import { Log } from '../log.js';
import { Metrics } from '../telemetry.js';
import { Problem, tooLarge, unavailable } from './problem.js';
import { Sparing } from './sparing.js';

/** Every error leaves as `application/problem+json`; what is our fault is logged and tells nothing inside. */
@Catch()
@Injectable()
export class ProblemFilter implements ExceptionFilter {
  readonly #sparing = new Sparing();

  constructor(
    private readonly log: Log,
    private readonly metrics: Metrics,
    private readonly clock: Clock,
  ) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    this.answer(error, http.getRequest<FastifyRequest>(), http.getResponse<FastifyReply>());
  }

  answer(error: unknown, request: FastifyRequest, reply: FastifyReply): void {
    const problem = problemOf(error);
    this.metrics.refusals.inc({ door: 'http', code: problem.code });
    if (problem.status >= 500) this.#note(error, problem, request.routeOptions.url);
    if (problem.extras.retryAfterSeconds !== undefined) {
      void reply.header('Retry-After', String(problem.extras.retryAfterSeconds));
    }
    if (problem.code === 'unsupported-encoding') void reply.header('Accept-Encoding', 'gzip, deflate');
    if (problem.status === 401) void reply.header('WWW-Authenticate', 'Bearer');
    const path = request.url.split('?', 1)[0] ?? '/';
    void reply
      .status(problem.status)
      .type('application/problem+json')
      .send(JSON.stringify(problem.toBody(path)));
  }

  /**
   * A refusal that we made ourselves, such as under load, is no defect: a stack for each would be work at the wrong moment.
   * So would be a line for each of whatever goes wrong; all are counted in `refusals_total`.
   */
  #note(error: unknown, { status, code }: Problem, route: string | undefined): void {
    const like = error instanceof Problem ? code : `${code} ${errorCode(error) ?? messageOf(error)}`;
    const keptBack = this.#sparing.admit(`${route} ${like}`, this.clock.now());
    if (keptBack === undefined) return;
    const entry = { route, status, ...(keptBack === 0 ? {} : { moreBefore: keptBack }) };
    if (error instanceof Problem) this.log.warn({ event: 'http.refused', ...entry, code });
    else this.log.error({ event: 'http.failed', ...entry, error });
  }
}

/** Faults of the services behind us: the caller may try again. */
const PASSING =
  /^(57P0[123]|08\w{3}|53\w{3}|55P03|57014|ECONNREFUSED|ECONNRESET|EPIPE|ETIMEDOUT|EAI_AGAIN|ENOTFOUND)$/;
const PASSING_WORDS =
  /timeout exceeded when trying to connect|Connection terminated|Command timed out|Connection is closed|max retries per request|Stream isn't writeable/i;

/** @returns the problem that tells the caller what happened, without what only we should know */
export function problemOf(error: unknown): Problem {
  if (error instanceof Problem) return error;
  const code = errorCode(error);
  if (isPassing(code, error)) return unavailable('A service behind this one is not available.');
  const known = code === undefined ? undefined : KNOWN[code];
  if (known !== undefined) return known;
  const status = error instanceof HttpException ? error.getStatus() : statusOf(error);
  // Nest wraps Fastify's fault and drops its code.
  if (status === 413) return tooLarge();
  if (status === 404) return new Problem(404, 'not-found', 'No such route.');
  return status !== undefined && status < 500
    ? new Problem(status, 'invalid-request', error instanceof Error ? error.message : 'Not valid.')
    : new Problem(500, 'internal', 'Something failed on our side.');
}

const KNOWN: Record<string, Problem> = {
  // Postgres: a character, such as NUL, that no text of its can hold.
  '22P05': new Problem(400, 'invalid-request', 'A text holds a character that cannot be kept.'),
  '22021': new Problem(400, 'invalid-request', 'A text holds a character that cannot be kept.'),
};

function isPassing(code: string | undefined, error: unknown): boolean {
  return (
    (code !== undefined && PASSING.test(code)) ||
    (error instanceof Error && PASSING_WORDS.test(error.message))
  );
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : typeof error;
}

function statusOf(error: unknown): number | undefined {
  return typeof error === 'object' &&
    error !== null &&
    'statusCode' in error &&
    typeof error.statusCode === 'number'
    ? error.statusCode
    : undefined;
}
