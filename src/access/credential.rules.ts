import { createHash } from 'node:crypto';

export type KeyKind = 'gateway' | 'pos' | 'service';

/** What a credential looks like, before anybody knows whether it is good. */
export type CredentialForm = 'key' | 'session' | 'token';

/** 256 bits: too many to guess, so a fast hash without salt is enough to keep them. */
export const SECRET_BYTES = 32;

const KEY = /^ac_(?:gateway|pos|service)_[\w-]{43}$/;
const SESSION = /^ac_session_[\w-]{43}$/;
const TOKEN = /^[\w-]+\.[\w-]+\.[\w-]+$/;
const LONGEST = 4_096;
/** Characters of chance shown in lists: they tell keys apart, and leave 220 bits unknown. */
const SHOWN = 6;

/** The form of a credential, or undefined for what is none of ours: nobody is asked about it. */
export function formOf(credential: string): CredentialForm | undefined {
  if (credential.length > LONGEST) return undefined;
  if (KEY.test(credential)) return 'key';
  if (SESSION.test(credential)) return 'session';
  return TOKEN.test(credential) ? 'token' : undefined;
}

/**
 * A credential as it is handed out: `ac_<kind>_<43 characters>`.
 *
 * @param chance 32 random bytes
 */
export function credentialFrom(kind: KeyKind | 'session', chance: Buffer): string {
  return `ac_${kind}_${chance.toString('base64url')}`;
}

/** The beginning of a key, by which lists name it. */
export function prefixOf(key: string): string {
  return key.slice(0, key.indexOf('_', 3) + 1 + SHOWN);
}

/** SHA-256 of a credential: what is kept of it, and by what it is found. */
export function hashOf(credential: string): Buffer {
  return createHash('sha256').update(credential).digest();
}
