import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { SecretValues, SecretsKnown } from './secrets.dto.js';

/** Whether two secrets are the same, in a time that tells nothing of either, their lengths included. */
export function isSame(given: string, expected: string): boolean {
  return timingSafeEqual(hashOf(given), hashOf(expected));
}

/** Whether the signature is the HMAC-SHA256 of the body under the key, in hex of either case. */
export function isSignature(signature: string, body: Uint8Array, key: string): boolean {
  if (!/^[0-9a-f]{64}$/i.test(signature)) return false;
  const expected = createHmac('sha256', key).update(body).digest();
  return timingSafeEqual(Buffer.from(signature, 'hex'), expected);
}

/** Which secrets are set, without saying what they are. */
export function knownOf(values: SecretValues): Omit<SecretsKnown, 'changedAt'> {
  return {
    merakiValidator: values.merakiValidator !== undefined,
    merakiSecret: values.merakiSecret !== undefined,
    ruuviHmacKey: values.ruuviHmacKey !== undefined,
  };
}

function hashOf(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
