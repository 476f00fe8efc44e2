import { MINUTE_MS, SECOND_MS, type Instant } from '../../shared/index.js';

const FAILURES = 5;
export const WINDOW_MS = MINUTE_MS;

/**
 * Milliseconds until an account may be tried again: five failures within a minute close it until the first
 * of them is a minute old. 0 when it may be tried now.
 */
export function waitMs(failures: readonly Instant[], now: Instant): number {
  const recent = failures.filter((at) => at > now - WINDOW_MS && at <= now).sort((a, b) => a - b);
  const first = recent.at(-FAILURES);
  return first === undefined ? 0 : first + WINDOW_MS - now;
}

/**
 * The `Set-Cookie` that gives the console its session, or with a lifetime of 0 takes it away. Scripts cannot
 * read it, and a request begun by another site does not carry it.
 */
export function sessionCookie(name: string, token: string, lifetimeMs: number, secure: boolean): string {
  const parts = [
    `${name}=${token}`,
    'Path=/',
    `Max-Age=${lifetimeMs / SECOND_MS}`,
    'HttpOnly',
    'SameSite=Strict',
  ];
  return [...parts, ...(secure ? ['Secure'] : [])].join('; ');
}

/** The session's token of a request that a session made: from the header, else from the cookie of that name. */
export function sessionTokenOf(
  headers: { authorization?: string | undefined; cookie?: string | undefined },
  cookieName: string,
): string | undefined {
  if (headers.authorization !== undefined) return /(ac_session_[\w-]+)\s*$/.exec(headers.authorization)?.[1];
  return cookieOf(headers, cookieName);
}

/** The value of a cookie of that name. */
export function cookieOf(headers: { cookie?: string | undefined }, name: string): string | undefined {
  const cookies = (headers.cookie ?? '').split(';').map((each) => each.trim());
  return cookies.find((each) => each.startsWith(`${name}=`))?.slice(name.length + 1);
}
