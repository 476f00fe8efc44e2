import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS, type Instant } from '../shared/index.js';

/** What came of one attempt. */
export type Attempt =
  { is: 'answered'; status: number; retryAfterMs: number | undefined } | { is: 'failed'; why: string };

/** What becomes of the delivery. */
export type Verdict =
  | { is: 'delivered' }
  | { is: 'again'; at: Instant }
  | { is: 'dead' }
  /** The receiver wants nothing any more. */
  | { is: 'gone' };

/** The pauses that Standard Webhooks suggests: some 28 hours in all. */
const PAUSES_MS = [
  5 * SECOND_MS,
  5 * MINUTE_MS,
  30 * MINUTE_MS,
  2 * HOUR_MS,
  5 * HOUR_MS,
  10 * HOUR_MS,
  10 * HOUR_MS,
];
/** A pause is up to a fifth longer, so that what failed together does not come again together. */
const JITTER = 0.2;

/**
 * @param attempts how many there were, this one included
 * @param roll of [0, 1)
 */
export function verdictOn(
  attempt: Attempt,
  attempts: number,
  { now, roll }: { now: Instant; roll: number },
): Verdict {
  if (attempt.is === 'answered' && attempt.status >= 200 && attempt.status < 300) return { is: 'delivered' };
  if (attempt.is === 'answered' && attempt.status === 410) return { is: 'gone' };
  const pauseMs = PAUSES_MS[attempts - 1];
  if (pauseMs === undefined) return { is: 'dead' };
  const asked = attempt.is === 'answered' ? (attempt.retryAfterMs ?? 0) : 0;
  return { is: 'again', at: now + Math.max(pauseMs * (1 + JITTER * roll), Math.min(asked, DAY_MS)) };
}

/** `Retry-After` as seconds or as a date; undefined for what is neither. */
export function retryAfterMs(header: string | undefined, now: Instant): number | undefined {
  if (header === undefined) return undefined;
  if (/^\d{1,9}$/.test(header)) return Number(header) * SECOND_MS;
  const at = Date.parse(header);
  return Number.isNaN(at) ? undefined : Math.max(0, at - now);
}

/** How an attempt ended, in a word for lists. */
export function wordOf(attempt: Attempt): string {
  return attempt.is === 'answered' ? String(attempt.status) : attempt.why;
}
