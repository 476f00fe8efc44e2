import type { Instant } from '../../shared/index.js';
import type { PushMessage } from './message.rules.js';

/** Why a provider did not take a message, in the words of our metrics and of the table `pushes`. */
export type PushFault =
  | 'unregistered'
  | 'mismatched-sender'
  | 'invalid-token'
  | 'invalid-message'
  | 'credentials'
  | 'quota'
  | 'unavailable'
  | 'internal'
  | 'unreachable'
  | 'no-answer'
  | 'malformed-answer';

/** What came of one try to send. */
export type Verdict =
  | { kind: 'accepted' }
  /** The token leads nowhere (any more); the device gets nothing until it registers again. */
  | { kind: 'gone'; why: PushFault }
  /** This message will never be taken, whoever it is for. */
  | { kind: 'refused'; why: PushFault }
  /** Worth another try. */
  | { kind: 'later'; why: PushFault; retryAfterMs?: number | undefined; maybeDelivered: boolean };

/** Brings messages to the operating systems of phones, which show them although no app is open. */
export abstract class PushSender {
  /** False where no credentials are given: then nothing is tried. */
  abstract readonly isOn: boolean;

  /** One request at most, and an end after five seconds. Never rejects. */
  abstract send(message: PushMessage, now: Instant): Promise<Verdict>;
}

/** The channel is off. */
export class NoPush extends PushSender {
  readonly isOn = false;

  send(): Promise<Verdict> {
    return Promise.resolve({ kind: 'refused', why: 'credentials' });
  }
}
