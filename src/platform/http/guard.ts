import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { principalName, type Principal } from '../../shared/index.js';
import { Clock } from '../clock.js';
import { credentialOf, requireOwnPage } from './credential.js';
import { Problem, forbidden, unauthorized } from './problem.js';
import { RateLimits } from './rate-limits.js';
import { ROUTE, type Allowed, type KnownRequest, type RouteSpec } from './route.js';

/** Finds out who is asking from a credential. The room `access` provides it. */
export abstract class Authenticator {
  /**
   * @param credential key, token or session, without its scheme; undefined when none was given
   * @returns the principal, `anonymous` without a credential, or undefined when the credential is not good
   */
  abstract authenticate(credential: string | undefined): Promise<Principal | undefined>;
}

/** Lets in who the route allows. A handler without a route is closed to all. */
@Injectable()
export class RouteGuard implements CanActivate {
  constructor(
    private readonly authenticator: Authenticator,
    private readonly limits: RateLimits,
    private readonly clock: Clock,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const spec = Reflect.getMetadata(ROUTE, context.getHandler()) as RouteSpec | undefined;
    if (spec === undefined) throw new Problem(404, 'not-found', 'No such route.');
    await this.admit(spec, context.switchToHttp().getRequest<KnownRequest>());
    return true;
  }

  /**
   * Finds out who is asking and notes it in the request.
   *
   * @throws Problem 401, 403 or 429 where the route does not let them in
   */
  async admit(spec: RouteSpec, request: KnownRequest): Promise<void> {
    request.receivedAt ??= this.clock.now();
    const { credential, byItself } = credentialOf(request, spec.lenientCredential === true);
    const principal = await this.authenticator.authenticate(credential);
    await this.#meter(spec, principal, request.ip);
    if (spec.allow === 'anyone') {
      request.principal = principal ?? { kind: 'anonymous' };
      return;
    }
    if (principal === undefined) throw unauthorized('The credential is not known, expired or revoked.');
    if (principal.kind === 'anonymous') throw unauthorized('A credential is needed: Authorization: Bearer …');
    if (!isAllowed(principal, spec.allow)) throw forbidden('forbidden', `Not for ${describe(principal)}.`);
    if (spec.ofChain && isKeptToStores(principal)) {
      throw forbidden('other-stores', 'Only for staff of all stores.');
    }
    if (byItself) requireOwnPage(request);
    request.principal = principal;
  }

  /** Who is known is counted by name, everybody else by address. */
  async #meter({ unmetered }: RouteSpec, principal: Principal | undefined, address: string): Promise<void> {
    if (unmetered === 'all') return;
    if (principal === undefined || principal.kind === 'anonymous') await this.limits.take('address', address);
    else if (unmetered !== 'gateways' || principal.kind !== 'gateway') {
      await this.limits.take(principal.kind, principalName(principal));
    }
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
