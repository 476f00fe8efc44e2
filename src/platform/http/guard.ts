import '@fastify/cookie';
import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { Principal } from '../../shared/index.js';
import { Clock } from '../clock.js';
import { Problem, forbidden, unauthorized } from './problem.js';
import { ROUTE, type Allowed, type KnownRequest, type RouteSpec } from './route.js';

/** Finds out who is asking from a credential. The room `access` provides it. */
export abstract class Authenticator {
  /**
   * @param credential key, token or session, without its scheme; undefined when none was given
   * @returns the principal, `anonymous` without a credential, or undefined when the credential is not good
   */
  abstract authenticate(credential: string | undefined): Promise<Principal | undefined>;
}

/** The name of the console's session cookie. */
export const SESSION_COOKIE = 'aislecue_session';

/** Lets in who the route allows. A handler without a route is closed to all. */
@Injectable()
export class RouteGuard implements CanActivate {
  constructor(
    private readonly authenticator: Authenticator,
    private readonly clock: Clock,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const spec = Reflect.getMetadata(ROUTE, context.getHandler()) as RouteSpec | undefined;
    if (spec === undefined) throw new Problem(404, 'not-found', 'No such route.');
    const request = context.switchToHttp().getRequest<KnownRequest>();
    request.receivedAt ??= this.clock.now();
    const principal = await this.authenticator.authenticate(
      credentialOf(request, spec.lenientCredential === true),
    );
    if (spec.allow === 'anyone') {
      request.principal = principal ?? { kind: 'anonymous' };
      return true;
    }
    if (principal === undefined) throw unauthorized('The credential is not known, expired or revoked.');
    if (principal.kind === 'anonymous') throw unauthorized('A credential is needed: Authorization: Bearer …');
    if (!isAllowed(principal, spec.allow)) throw forbidden('forbidden', `Not for ${describe(principal)}.`);
    if (spec.ofChain && isKeptToStores(principal))
      throw forbidden('other-stores', 'Only for staff of all stores.');
    request.principal = principal;
    return true;
  }
}

export function isAllowed(principal: Principal, allow: readonly Allowed[]): boolean {
  if (principal.kind === 'anonymous') return false;
  if (principal.kind === 'staff') return principal.roles.some((role) => allow.includes(role));
  return allow.includes(principal.kind);
}

function isKeptToStores(principal: Principal): boolean {
  return principal.kind === 'staff' && principal.storeIds.length > 0;
}

function describe(principal: Principal): string {
  return principal.kind === 'staff'
    ? `staff with the roles ${principal.roles.join(', ') || 'none'}`
    : `a ${principal.kind}`;
}

function credentialOf(request: FastifyRequest, lenient: boolean): string | undefined {
  const header = request.headers.authorization;
  const bearer = /^Bearer\s+(.+)$/i.exec(header ?? '')?.[1];
  if (bearer !== undefined) return bearer.trim();
  if (lenient) {
    const basic = /^Basic\s+(.+)$/i.exec(header ?? '')?.[1];
    if (basic !== undefined)
      return Buffer.from(basic, 'base64').toString('utf8').split(':').slice(1).join(':');
    const key = (request.query as Record<string, unknown> | undefined)?.['key'];
    if (typeof key === 'string') return key;
  }
  if (header !== undefined) return header;
  return request.cookies[SESSION_COOKIE];
}
