import { pauseOf, verdictOf } from './fcm-answer.rules.js';

const now = Date.parse('2026-11-29T10:00:00Z');
const FCM_ERROR = 'type.googleapis.com/google.firebase.fcm.v1.FcmError';
const body = (errorCode: string, message = ''): string =>
  JSON.stringify({ error: { message, details: [{ '@type': FCM_ERROR, errorCode }] } });
const violation = (field: string): string =>
  JSON.stringify({ error: { details: [{ fieldViolations: [{ field }] }] } });
const judged = (status: number | undefined, text?: string, more = {}): object =>
  verdictOf({ requests: 1, status, body: text, ...more }, now);

describe('verdictOf', () => {
  it.each([
    [404, body('UNREGISTERED'), 'unregistered'],
    [403, body('SENDER_ID_MISMATCH'), 'mismatched-sender'],
    [400, body('INVALID_ARGUMENT', 'The registration token is not valid'), 'invalid-token'],
    [400, violation('message.token'), 'invalid-token'],
  ])('%i %s: the token is no good', (status, text, why) => {
    expect(judged(status, text)).toEqual({ kind: 'gone', why });
  });

  it.each([violation('message.data'), body('INVALID_ARGUMENT', 'Message too big'), 'nonsense', undefined])(
    '400 %s: our message is at fault, not the token',
    (text) => {
      expect(judged(400, text)).toEqual({ kind: 'refused', why: 'invalid-message' });
    },
  );

  it.each([
    [401, body('THIRD_PARTY_AUTH_ERROR')],
    [403, body('PERMISSION_DENIED')],
    [404, '{"error":{"message":"Project not found"}}'],
  ])('%i %s: our credentials are, so no token is thrown away', (status, text) => {
    expect(judged(status, text)).toEqual({ kind: 'later', why: 'credentials', maybeDelivered: false });
  });

  it.each([
    ['120', 120_000],
    [undefined, 60_000],
  ])('429 with Retry-After %s: not delivered, and a pause', (retryAfter, retryAfterMs) => {
    const expected = { kind: 'later', why: 'quota', retryAfterMs, maybeDelivered: false };
    expect(judged(429, body('QUOTA_EXCEEDED'), { retryAfter })).toEqual(expected);
  });

  it.each([
    [500, 'internal'],
    [503, 'unavailable'],
    [502, 'unavailable'],
  ])('%i: it may have been delivered', (status, why) => {
    expect(judged(status, body('X'))).toMatchObject({ kind: 'later', why, maybeDelivered: true });
  });

  it.each([
    [{ requests: 1, fault: 'ECONNRESET' }, 'no-answer', true],
    [{ requests: 1 }, 'no-answer', true],
    [{ requests: 1, fault: 'ECONNREFUSED' }, 'unreachable', false],
    [{ requests: 0 }, 'unreachable', false],
  ])('no answer, of %j: %s', (answered, why, maybeDelivered) => {
    expect(verdictOf(answered, now)).toEqual({ kind: 'later', why, maybeDelivered });
  });

  it('an answer that is none of FCM: it may have been delivered', () => {
    expect(judged(200)).toEqual({ kind: 'later', why: 'malformed-answer', maybeDelivered: true });
  });
});

describe('pauseOf', () => {
  it.each([
    [undefined, undefined],
    ['7', 7_000],
    ['Sun, 29 Nov 2026 10:00:30 GMT', 30_000],
    ['Sun, 29 Nov 2026 09:00:00 GMT', 0],
    ['soon', undefined],
    ['99999999', 3_600_000],
  ])('%s', (header, ms) => {
    expect(pauseOf(header, now)).toBe(ms);
  });
});
