import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes } from 'node:crypto';

const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** Keeps an answer so that only this installation can read it: some answers show a secret that is kept nowhere else. */
export class Sealing {
  readonly #sealKey: Buffer;
  readonly #markKey: Buffer;

  constructor(secret: string) {
    this.#sealKey = keyFrom(secret, 'idempotency: seal');
    this.#markKey = keyFrom(secret, 'idempotency: mark');
  }

  /** A mark that tells two requests apart and from which neither can be guessed, passwords in them included. */
  mark(...parts: readonly (string | Buffer)[]): string {
    const hmac = createHmac('sha256', this.#markKey);
    for (const part of parts) hmac.update(part).update('\n');
    return hmac.digest('hex');
  }

  /** AES-256-GCM: nonce, tag and text in one. */
  seal(text: string): Buffer {
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv('aes-256-gcm', this.#sealKey, nonce);
    const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
    return Buffer.concat([nonce, cipher.getAuthTag(), sealed]);
  }

  /** @throws when it was not sealed with this secret */
  open(sealed: Buffer): string {
    const decipher = createDecipheriv('aes-256-gcm', this.#sealKey, sealed.subarray(0, NONCE_BYTES));
    decipher.setAuthTag(sealed.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES));
    return Buffer.concat([
      decipher.update(sealed.subarray(NONCE_BYTES + TAG_BYTES)),
      decipher.final(),
    ]).toString('utf8');
  }
}

function keyFrom(secret: string, purpose: string): Buffer {
  return Buffer.from(hkdfSync('sha256', secret, 'aislecue', purpose, 32));
}
