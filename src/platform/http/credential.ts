import '@fastify/cookie';
import type { FastifyRequest } from 'fastify';
import { Problem } from './problem.js';

/** The name of the console's session cookie. */
export const SESSION_COOKIE = 'aislecue_session';

/** A credential as a request carries it. A browser sends its cookie by itself, whoever made it ask. */
export interface Carried {
  credential: string | undefined;
  byItself: boolean;
}

/** @param lenient also the password of `Basic` and `?key=`, for gateways that can set no header */
export function credentialOf(request: FastifyRequest, lenient: boolean): Carried {
  const header = request.headers.authorization;
  const bearer = /^Bearer\s+(.+)$/i.exec(header ?? '')?.[1];
  if (bearer !== undefined) return { credential: bearer.trim(), byItself: false };
  if (lenient) {
    const basic = /^Basic\s+(.+)$/i.exec(header ?? '')?.[1];
    if (basic !== undefined) {
      const password = Buffer.from(basic, 'base64').toString('utf8').split(':').slice(1).join(':');
      return { credential: password, byItself: false };
    }
    const key = (request.query as Record<string, unknown> | undefined)?.['key'];
    if (typeof key === 'string') return { credential: key, byItself: false };
  }
  if (header !== undefined) return { credential: header, byItself: false };
  return { credential: request.cookies[SESSION_COOKIE], byItself: true };
}

const READS = new Set(['GET', 'HEAD', 'OPTIONS']);

/**
 * What a session cookie alone speaks for must come from our own page: only its scripts can set a header of their own
 * (another origin's would need a preflight, which nobody answers), and only a browser says `Sec-Fetch-Site`.
 *
 * @throws Problem 403 `cross-site`
 */
export function requireOwnPage({ method, headers }: FastifyRequest): void {
  if (READS.has(method) || headers['x-requested-with'] !== undefined) return;
  if (headers['sec-fetch-site'] === 'same-origin') return;
  const detail =
    'With a session cookie, a request that changes something carries the header X-Requested-With.';
  throw new Problem(403, 'cross-site', detail);
}
