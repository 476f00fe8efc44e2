import type { Instant } from '../../../shared/index.js';

/** What the browser carries, sealed, from the start of a sign-in to its end. */
export interface Attempt {
  state: string;
  nonce: string;
  codeVerifier: string;
  /** Where to go then: a path of ours. */
  returnTo: string;
  expiresAt: Instant;
}

/** As long as a person may take at the provider's page. */
export const ATTEMPT_MS = 600_000;
export const ATTEMPT_COOKIE = 'aislecue_oidc';
const PATH = '/v1/sessions/oidc';

/**
 * The cookie that carries it. `Lax`, because the provider sends the browser back: that is a request begun by another
 * site. A lifetime of 0 takes it away.
 */
export function attemptCookie(sealed: string, lifetimeMs: number, secure: boolean): string {
  const parts = [
    `${ATTEMPT_COOKIE}=${sealed}`,
    `Path=${PATH}`,
    `Max-Age=${lifetimeMs / 1_000}`,
    'HttpOnly',
    'SameSite=Lax',
  ];
  return [...parts, ...(secure ? ['Secure'] : [])].join('; ');
}

/** A path of ours, and nothing that a browser could take for another host. */
export function isOwnPath(path: string): boolean {
  return /^\/(?![/\\])[\w\-./~%?&=]*$/.test(path);
}

/** The address that the provider vouches for; undefined where it names none, or has not made sure of it. */
export function vouchedEmail(claims: Readonly<Record<string, unknown>>): string | undefined {
  const { email, email_verified: verified } = claims;
  return typeof email === 'string' && verified === true ? email.trim().toLowerCase() : undefined;
}
