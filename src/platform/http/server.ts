import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type { Socket } from 'node:net';
import path from 'node:path';
import cookie from '@fastify/cookie';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Settings } from '../settings.js';
import type { Metrics } from '../telemetry.js';
import { BODY_LIMIT_BYTES, readableType, unpacked } from './bodies.js';
import { answerDirectly } from './direct.js';
import { addSecurityHeaders } from './security-headers.js';
import type { KnownRequest } from './route.js';
import { addStreamedParser, leaveBody, onClientError, streamsBody, unreadCode } from './streamed-body.js';

/** Fastify as this house uses it. Bodies arrive as bytes: each route reads them by its own schema. */
/** @param trustedProxies whose `X-Forwarded-For` is believed */
export function fastifyAdapter(trustedProxies: readonly string[]): FastifyAdapter {
  const adapter = new FastifyAdapter({
    bodyLimit: BODY_LIMIT_BYTES,
    routerOptions: { maxParamLength: 200 },
    forceCloseConnections: 'idle',
    // Gateways keep a connection open between reports, which come up to 10 s apart.
    keepAliveTimeout: 30_000,
    requestTimeout: 30_000,
    trustProxy: trustedProxies.length === 0 ? false : [...trustedProxies],
    clientErrorHandler: onClientError,
  });
  keepDoors(adapter.getInstance());
  return adapter;
}

/** One way in, as it was registered: `GET /v1/keys/:keyId`. */
export type Door = `${string} /${string}`;

const doors = new WeakMap<object, Door[]>();

/** Every route from the first on, whoever registers it: the table of who may what is held against this list. */
function keepDoors(fastify: FastifyInstance): void {
  const kept: Door[] = [];
  doors.set(fastify, kept);
  fastify.addHook('onRoute', ({ method, url }) => {
    for (const each of [method].flat()) kept.push(`${each} ${url}` as Door);
  });
}

/** All that this server answers, as far as it is wired. */
export function doorsOf(app: NestFastifyApplication): readonly Door[] {
  return doors.get(app.getHttpAdapter().getInstance()) ?? [];
}

/** Parsers, cookies, headers, timing and the static pages: what comes before any route. */
export async function dressServer(
  app: NestFastifyApplication,
  metrics: Metrics,
  { role, publicUrl }: Pick<Settings, 'role' | 'publicUrl'>,
): Promise<void> {
  const fastify = app.getHttpAdapter().getInstance();
  fastify.removeAllContentTypeParsers();
  fastify.addContentTypeParser('*', { parseAs: 'buffer' }, (request: FastifyRequest, body: Buffer) =>
    unpacked(body, request.headers['content-encoding']),
  );
  addStreamedParser(fastify);
  await app.register(cookie);
  await addSecurityHeaders(fastify, publicUrl);

  fastify.addHook('onRequest', (request, reply, done) => {
    (request as KnownRequest).receivedAt = Date.now();
    request.raw.headers['content-type'] = readableType(request.headers['content-type']);
    if (streamsBody(request)) leaveBody(request);
    if (role === 'worker' && !OPERATING.test(request.url)) {
      void reply.status(404).send();
      return;
    }
    done();
  });
  fastify.addHook('onResponse', (request, reply, done) => {
    const route = request.routeOptions.url ?? 'unknown';
    const labels = { route, method: request.method };
    metrics.httpRequests.inc({ ...labels, code: String(reply.statusCode) });
    metrics.httpSeconds.observe(labels, reply.elapsedTime / 1_000);
    done();
  });
  fastify.server.on('clientError', (error, socket) => {
    const code = unreadCode(error, socket as Socket);
    if (code !== undefined) metrics.refusals.inc({ door: 'http', code });
  });

  answerDirectly(app);
  await serveDocs(fastify);
}

/** The two files of Swagger UI that the page of the interface needs, kept in memory. */
async function serveDocs(fastify: FastifyInstance): Promise<void> {
  const folder = path.dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json'));
  const files = { 'swagger-ui.css': 'text/css', 'swagger-ui-bundle.js': 'text/javascript' };
  for (const [name, type] of Object.entries(files)) {
    const bytes = await readFile(path.join(folder, name));
    fastify.get(`/docs/assets/${name}`, (_request, reply) => reply.type(type).send(bytes));
  }
  fastify.get('/docs/start.js', (_request, reply) => reply.type('text/javascript').send(START_DOCS));
}

/** All that a worker answers. */
const OPERATING = /^\/(livez|readyz|metrics)(\?|$)/;

const START_DOCS = `SwaggerUIBundle({ url: '/openapi.json', dom_id: '#page', deepLinking: true, tryItOutEnabled: false });
`;
