/** How the stand-in answers a message. */
export type FcmReply =
  | 'accept'
  | 'unregistered'
  | 'invalidToken'
  | 'invalidMessage'
  | 'mismatched'
  | 'wrongCredentials'
  | { quota: number | undefined }
  | 'internal'
  | { unavailable: number | undefined }
  | 'garbage'
  | 'reset'
  | 'hang';

export interface FcmAnswer {
  status: number;
  body: string;
  retryAfterSeconds?: number | undefined;
}

const FCM_ERROR = 'type.googleapis.com/google.firebase.fcm.v1.FcmError';
const BAD_REQUEST = 'type.googleapis.com/google.rpc.BadRequest';

/** The answer in the words of FCM (HTTP v1); undefined for those that never come. */
export function answerOf(reply: FcmReply, messageName: string): FcmAnswer | undefined {
  if (typeof reply === 'object') return refusalWithPause(reply);
  switch (reply) {
    case 'accept':
      return { status: 200, body: JSON.stringify({ name: messageName }) };
    case 'unregistered':
      return fault(404, 'NOT_FOUND', 'Requested entity was not found.', code('UNREGISTERED'));
    case 'invalidToken':
      return fault(
        400,
        'INVALID_ARGUMENT',
        'The registration token is not a valid FCM registration token',
        code('INVALID_ARGUMENT'),
      );
    case 'invalidMessage':
      return fault(400, 'INVALID_ARGUMENT', 'Message too big', {
        '@type': BAD_REQUEST,
        fieldViolations: [{ field: 'message.data', description: 'Message too big' }],
      });
    case 'mismatched':
      return fault(403, 'PERMISSION_DENIED', 'SenderId mismatch', code('SENDER_ID_MISMATCH'));
    case 'wrongCredentials':
      return fault(
        401,
        'UNAUTHENTICATED',
        'Auth error from APNS or Web Push Service',
        code('THIRD_PARTY_AUTH_ERROR'),
      );
    case 'internal':
      return fault(500, 'INTERNAL', 'Internal error encountered.', code('INTERNAL'));
    case 'garbage':
      return { status: 200, body: '<html>a captive portal</html>' };
    case 'reset':
    case 'hang':
      return undefined;
  }
}

function refusalWithPause(reply: Extract<FcmReply, object>): FcmAnswer {
  if ('quota' in reply) {
    const answer = fault(
      429,
      'RESOURCE_EXHAUSTED',
      'Quota exceeded for quota metric',
      code('QUOTA_EXCEEDED'),
    );
    return { ...answer, retryAfterSeconds: reply.quota };
  }
  const answer = fault(503, 'UNAVAILABLE', 'The service is currently unavailable.', code('UNAVAILABLE'));
  return { ...answer, retryAfterSeconds: reply.unavailable };
}

function code(errorCode: string): object {
  return { '@type': FCM_ERROR, errorCode };
}

function fault(status: number, name: string, message: string, detail: object): FcmAnswer {
  return {
    status,
    body: JSON.stringify({ error: { code: status, message, status: name, details: [detail] } }),
  };
}

/** What FCM itself would refuse of a message; undefined where nothing. */
export function faultOf(message: unknown): 'invalidToken' | 'invalidMessage' | undefined {
  if (typeof message !== 'object' || message === null) return 'invalidMessage';
  const { token, ...rest } = message as { token?: unknown; data?: Record<string, unknown> };
  if (typeof token !== 'string' || token === '') return 'invalidToken';
  const allStrings = Object.values(rest.data ?? {}).every((value) => typeof value === 'string');
  return allStrings && Buffer.byteLength(JSON.stringify(rest)) <= 4_096 ? undefined : 'invalidMessage';
}
