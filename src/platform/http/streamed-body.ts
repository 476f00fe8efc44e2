import type { Socket } from 'node:net';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { errorCode } from '../database.js';
import type { KnownRequest } from './route.js';

/** The content type by which Fastify finds the parser that leaves the body alone. */
const STREAMED = 'application/vnd.aislecue.streamed';

/** Sockets on which a streamed body is under way: the limit on how long a request may take is not for them. */
const streaming = new WeakSet<Socket>();

/** A sender may take as long as it likes, but not be silent for so long. */
const SILENT_MS = 60_000;

export function streamsBody(request: FastifyRequest): boolean {
  return (request.routeOptions.config as { streamsBody?: boolean } | undefined)?.streamsBody === true;
}

/** Leaves the body of this request to its handler. To be called before Fastify looks for a parser. */
export function leaveBody(request: KnownRequest): void {
  request.contentType = request.headers['content-type'];
  request.raw.headers['content-type'] = STREAMED;
  const { socket } = request.raw;
  streaming.add(socket);
  socket.setTimeout(SILENT_MS, () => socket.destroy());
  request.raw.once('close', () => {
    streaming.delete(socket);
    socket.setTimeout(0);
  });
}

export function addStreamedParser(fastify: FastifyInstance): void {
  fastify.addContentTypeParser(STREAMED, (_request: FastifyRequest, _body: unknown, done: Done) => {
    done(null, undefined);
  });
}
type Done = (error: Error | null, body?: unknown) => void;

/** What the server could not read as a request: how it is answered, and as what it is counted. */
const UNREAD: Readonly<Record<string, { status: string; code: string }>> = {
  ERR_HTTP_REQUEST_TIMEOUT: { status: '408 Request Timeout', code: 'request-timeout' },
  HPE_HEADER_OVERFLOW: { status: '431 Request Header Fields Too Large', code: 'headers-too-large' },
};
const UNREADABLE = { status: '400 Bad Request', code: 'unreadable-request' };

/**
 * Answers what the server could not read as a request, or not in time, and closes. A streamed body may take longer:
 * the server asks once for each request, and only the time for the headers is its own.
 */
export function onClientError(error: Error, socket: Socket): void {
  const unread = unreadOf(error, socket);
  if (unread === 'goes on') return;
  if (unread !== 'gone' && socket.writable) {
    socket.write(`HTTP/1.1 ${unread.status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`);
  }
  socket.destroy(error);
}

/** The code under which what could not be read is counted; undefined where nothing was refused. */
export function unreadCode(error: Error, socket: Socket): string | undefined {
  const unread = unreadOf(error, socket);
  return typeof unread === 'object' ? unread.code : undefined;
}

function unreadOf(error: Error, socket: Socket): typeof UNREADABLE | 'goes on' | 'gone' {
  const code = errorCode(error) ?? '';
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT' && streaming.has(socket)) return 'goes on';
  return code === 'ECONNRESET' ? 'gone' : (UNREAD[code] ?? UNREADABLE);
}
