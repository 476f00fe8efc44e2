import type { Instant } from '../../shared/index.js';
import type { Verdict } from './push-sender.js';

/** What was seen of one request to FCM. */
export interface Answered {
  /** Requests that went out for it: none where there was no access token to be had. */
  requests: number;
  status?: number | undefined;
  retryAfter?: string | undefined;
  /** The body of an answer that is no success. */
  body?: string | undefined;
  /** The code of the system's error, such as ECONNREFUSED, where no answer came. */
  fault?: string | undefined;
}

/** FCM asks for a minute where it names no time (quota is counted by the minute). */
const QUOTA_PAUSE_MS = 60_000;
/** A header may say anything; offers do not live longer than a week. */
const LONGEST_PAUSE_MS = 3_600_000;
/** Nothing has left this machine. */
const NEVER_LEFT: ReadonlySet<string> = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'ENETUNREACH']);

/**
 * What an answer means that is no success. What is not known to have failed may have been delivered: 5xx, a connection
 * that broke, an answer that never came.
 */
export function verdictOf(answer: Answered, now: Instant): Verdict {
  const { status } = answer;
  if (status === undefined) return withoutAnswer(answer);
  const retryAfterMs = pauseOf(answer.retryAfter, now);
  const { errorCode, aboutToken } = readBody(answer.body);
  if (status === 429) {
    return {
      kind: 'later',
      why: 'quota',
      retryAfterMs: retryAfterMs ?? QUOTA_PAUSE_MS,
      maybeDelivered: false,
    };
  }
  if (status >= 500) {
    const why = status === 500 ? 'internal' : 'unavailable';
    return { kind: 'later', why, retryAfterMs, maybeDelivered: true };
  }
  if (status === 404 && errorCode === 'UNREGISTERED') return { kind: 'gone', why: 'unregistered' };
  if (status === 403 && errorCode === 'SENDER_ID_MISMATCH') return { kind: 'gone', why: 'mismatched-sender' };
  // A project that is not there, a key that was revoked, an APNs certificate that ended: nothing of this message.
  if (status === 401 || status === 403 || status === 404) {
    return { kind: 'later', why: 'credentials', maybeDelivered: false };
  }
  if (status >= 400) {
    return aboutToken ? { kind: 'gone', why: 'invalid-token' } : { kind: 'refused', why: 'invalid-message' };
  }
  return { kind: 'later', why: 'malformed-answer', maybeDelivered: true };
}

function withoutAnswer({ requests, fault }: Answered): Verdict {
  if (requests === 0 || (fault !== undefined && NEVER_LEFT.has(fault))) {
    return { kind: 'later', why: 'unreachable', maybeDelivered: false };
  }
  return { kind: 'later', why: 'no-answer', maybeDelivered: true };
}

/** `Retry-After` as seconds or as a date; undefined for none, or one that cannot be read. */
export function pauseOf(header: string | undefined, now: Instant): number | undefined {
  if (header === undefined) return undefined;
  const ms = /^\s*\d+\s*$/.test(header) ? Number(header) * 1_000 : Date.parse(header) - now;
  return Number.isNaN(ms) ? undefined : Math.min(LONGEST_PAUSE_MS, Math.max(0, ms));
}

interface Body {
  error?: {
    message?: unknown;
    status?: unknown;
    details?: unknown;
  };
}

/** FCM names its own code in the details; what is in the message is for people, but all there is of some tokens. */
function readBody(text: string | undefined): { errorCode: string | undefined; aboutToken: boolean } {
  const { error } = parsed(text);
  const details = Array.isArray(error?.details) ? (error.details as Record<string, unknown>[]) : [];
  const code = details.map((detail) => detail['errorCode']).find((each) => typeof each === 'string');
  const violations = details.flatMap(({ fieldViolations }) =>
    Array.isArray(fieldViolations) ? (fieldViolations as { field?: unknown }[]) : [],
  );
  const message = typeof error?.message === 'string' ? error.message : '';
  return {
    errorCode: code,
    aboutToken:
      violations.some(({ field }) => field === 'message.token') || /registration token/i.test(message),
  };
}

function parsed(text: string | undefined): Body {
  try {
    const body: unknown = JSON.parse(text ?? '');
    return typeof body === 'object' && body !== null ? body : {};
  } catch {
    return {};
  }
}
