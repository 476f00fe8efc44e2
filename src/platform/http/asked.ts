import { isUtf8 } from 'node:buffer';
import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { parse as parseJson } from 'secure-json-parse';
import { Problem, badRequest } from './problem.js';
import { ROUTE, type Asked, type KnownRequest, type RouteSpec } from './route.js';
import { parse } from './validation.js';

const LOOPBACK = /^(127\.|::1$|::ffff:127\.)/;

/** Checks the whole request by the route's schemas and hands it over as one value. */
export const AskedParameter = createParamDecorator((_: unknown, context: ExecutionContext) => {
  const spec = Reflect.getMetadata(ROUTE, context.getHandler()) as RouteSpec;
  return askedOf(spec, context.switchToHttp().getRequest<KnownRequest>());
});

/** The request as its handler gets it. @throws Problem 400 or 415 where it does not follow the route's schemas */
export function askedOf(spec: RouteSpec, request: KnownRequest): Record<keyof Asked<RouteSpec>, unknown> {
  return {
    principal: request.principal,
    params: spec.params === undefined ? undefined : parse(spec.params, request.params, 'path'),
    query: spec.query === undefined ? undefined : parse(spec.query, request.query, 'query'),
    body: bodyOf(spec, request),
    headers: request.headers,
    receivedAt: request.receivedAt,
    contentType: request.contentType,
    address: request.ip,
    fromLoopback: LOOPBACK.test(request.ip),
  };
}

function bodyOf(spec: RouteSpec, request: KnownRequest): unknown {
  if (spec.streamedBody !== undefined) return request.raw;
  const bytes = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
  if (spec.rawBody) return bytes;
  if (spec.body === undefined && spec.bulkOf === undefined) return undefined;
  const optional = spec.body !== undefined && bytes.length === 0 && spec.body.safeParse(undefined).success;
  const value = optional ? undefined : readJson(bytes, request.headers['content-type']);
  return spec.body === undefined ? value : parse(spec.body, value);
}

/**
 * JSON from the wire. A body that is not JSON, or that carries keys which could reach a prototype, is refused.
 *
 * @throws Problem 400 `malformed-json` or `forbidden-key`, 415 for another content type
 */
function readJson(bytes: Buffer, contentType: string | undefined): unknown {
  if (contentType !== undefined && !/^application\/([\w.-]+\+)?json\b/i.test(contentType)) {
    throw new Problem(
      415,
      'unsupported-media-type',
      `Content-Type ${contentType}: expected application/json.`,
    );
  }
  if (bytes.length === 0) throw badRequest('malformed-json', 'body: empty; expected JSON');
  // Else what is no UTF-8 would be kept as U+FFFD, and the name of José lost.
  if (!isUtf8(bytes)) throw badRequest('malformed-json', 'body: not UTF-8, which JSON is written in');
  try {
    return parseJson(bytes, { protoAction: 'error', constructorAction: 'error' });
  } catch (error) {
    const detail = error instanceof Error ? error.message : 'not JSON';
    const forbidden = /forbidden prototype/i.test(detail);
    throw badRequest(forbidden ? 'forbidden-key' : 'malformed-json', `body: ${detail}`);
  }
}
