import {
  Inject,
  Injectable,
  type CallHandler,
  type ExecutionContext,
  type NestInterceptor,
} from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { from, lastValueFrom, type Observable } from 'rxjs';
import { principalName } from '../../shared/index.js';
import { Database } from '../database.js';
import { Sealing } from '../sealing.js';
import { SETTINGS, type Settings } from '../settings.js';
import { Problem, badRequest } from './problem.js';
import { Answer, ROUTE, type KnownRequest, type RouteSpec } from './route.js';

interface Kept {
  request_hash: string;
  status: number | null;
  answer: Buffer | null;
}

interface Sealed {
  body: unknown;
  headers: Record<string, string | string[]>;
}

/** A first try that never finished (its process died) may be tried again after this long. */
const ABANDONED_SECONDS = 30;
const KEPT_DAYS = 7;
/** Refusals that stay so however often they are asked; others may be put right and tried again with the same key. */
const FINAL = new Set([403, 404, 409, 410, 422]);

/**
 * Sends answers with their status and headers; and where a POST carries an `Idempotency-Key`, gives the first
 * answer again.
 */
@Injectable()
export class AnswerInterceptor implements NestInterceptor {
  readonly #sealing: Sealing;

  constructor(
    private readonly database: Database,
    @Inject(SETTINGS) { secret }: Settings,
  ) {
    this.#sealing = new Sealing(secret, 'idempotency');
  }

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const spec = Reflect.getMetadata(ROUTE, context.getHandler()) as RouteSpec;
    const http = context.switchToHttp();
    const request = http.getRequest<KnownRequest>();
    const reply = http.getResponse<FastifyReply>();
    return from(this.#answer(spec, request, reply, next));
  }

  async #answer(
    spec: RouteSpec,
    request: KnownRequest,
    reply: FastifyReply,
    next: CallHandler,
  ): Promise<unknown> {
    const key = keyOf(spec, request);
    const answer =
      key === undefined ? await run(next) : await this.#once(key, spec, request, reply, () => run(next));
    const status = answer.options.status ?? spec.status ?? 200;
    void reply.status(status).headers(answer.options.headers ?? {});
    return answer.body;
  }

  async #once(
    key: string,
    spec: RouteSpec,
    request: KnownRequest,
    reply: FastifyReply,
    work: () => Promise<Answer>,
  ): Promise<Answer> {
    const principal = principalName(request.principal ?? { kind: 'anonymous' });
    const hash = this.#sealing.mark(request.method, request.url, bytesOf(request));
    const kept = await this.#claim(principal, key, hash);
    if (kept !== undefined) return this.#replay(kept, hash, reply);
    try {
      const answer = await work();
      const { status = spec.status ?? 200, headers = {} } = answer.options;
      await this.#keep(principal, key, new Answer(answer.body, { status, headers }));
      return answer;
    } catch (error) {
      if (error instanceof Problem && FINAL.has(error.status)) {
        const body = error.toBody(request.url.split('?', 1)[0] ?? '/');
        await this.#keep(principal, key, new Answer(body, { status: error.status }));
      } else {
        await this.database.run('DELETE FROM idempotency_keys WHERE principal = $1 AND key = $2', [
          principal,
          key,
        ]);
      }
      throw error;
    }
  }

  /** Takes the key for this try; gives what is kept when another try has it. */
  async #claim(principal: string, key: string, hash: string): Promise<Kept | undefined> {
    const claimed = await this.database.run(
      `INSERT INTO idempotency_keys AS kept (principal, key, request_hash) VALUES ($1, $2, $3)
       ON CONFLICT (principal, key) DO UPDATE
         SET created_at = now(), request_hash = $3, status = NULL, answer = NULL
         WHERE kept.created_at < now() - make_interval(days => $5)
            OR (kept.status IS NULL AND kept.request_hash = $3
                AND kept.created_at < now() - make_interval(secs => $4))`,
      [principal, key, hash, ABANDONED_SECONDS, KEPT_DAYS],
    );
    if (claimed > 0) return undefined;
    const [kept] = await this.database.query<Kept>(
      'SELECT request_hash, status, answer FROM idempotency_keys WHERE principal = $1 AND key = $2',
      [principal, key],
    );
    return kept ?? { request_hash: hash, status: null, answer: null };
  }

  async #keep(principal: string, key: string, { body, options }: Answer): Promise<void> {
    const sealed = this.#sealing.seal(JSON.stringify({ body, headers: options.headers ?? {} }));
    await this.database.run(
      'UPDATE idempotency_keys SET status = $3, answer = $4 WHERE principal = $1 AND key = $2',
      [principal, key, options.status, sealed],
    );
  }

  #replay(kept: Kept, hash: string, reply: FastifyReply): Answer {
    if (kept.request_hash !== hash) {
      throw new Problem(
        422,
        'idempotency-key-reused',
        'This Idempotency-Key came before with another request.',
      );
    }
    if (kept.status === null || kept.answer === null) {
      const detail = 'The first request with this Idempotency-Key is under way.';
      throw new Problem(409, 'idempotency-key-in-use', detail, { retryAfterSeconds: 1 });
    }
    const { body, headers } = JSON.parse(this.#sealing.open(kept.answer)) as Sealed;
    if (kept.status >= 400) void reply.type('application/problem+json');
    return new Answer(body, { status: kept.status, headers: { ...headers, 'Idempotency-Replayed': 'true' } });
  }
}

function keyOf(spec: RouteSpec, request: KnownRequest): string | undefined {
  if (spec.method !== 'POST' || spec.ignoresIdempotencyKey) return undefined;
  const header = request.headers['idempotency-key'];
  const key = Array.isArray(header) ? header[0] : header;
  if (key === undefined || key === '') {
    if (spec.requiresIdempotencyKey) {
      throw badRequest('idempotency-key-required', 'Idempotency-Key: this request must carry one.');
    }
    return undefined;
  }
  if (key.length > 255) throw badRequest('invalid-request', 'Idempotency-Key: at most 255 characters.');
  return key;
}

function bytesOf(request: KnownRequest): Buffer {
  return Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
}

async function run(next: CallHandler): Promise<Answer> {
  const value: unknown = await lastValueFrom(next.handle(), { defaultValue: undefined });
  return value instanceof Answer ? value : new Answer(value);
}
