import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes } from 'node:crypto';

const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/**
 * Keeps texts so that only this installation can read them, under keys derived (HKDF) from `AISLECUE_SECRET`. Each
 * purpose has its own: what was sealed for one cannot be opened, nor its marks compared, by another.
 */
export class Sealing {
  readonly #sealKey: Buffer;
  readonly #markKey: Buffer;

  constructor(secret: string, purpose: string) {
    this.#sealKey = keyFrom(secret, `${purpose}: seal`);
    this.#markKey = keyFrom(secret, `${purpose}: mark`);
  }

  /** HMAC-SHA256 in hex: tells contents apart, and without the secret none can be guessed from it. */
  mark(...parts: readonly (string | Buffer)[]): string {
    const hmac = createHmac('sha256', this.#markKey);
    for (const part of parts) hmac.update(part).update('\n');
    return hmac.digest('hex');
  }

  /**
   * AES-256-GCM: nonce, tag and text in one.
   *
   * @param whose whom the text belongs to: it opens for nobody else, so that rows cannot be swapped
   */
  seal(text: string, whose = ''): Buffer {
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv('aes-256-gcm', this.#sealKey, nonce).setAAD(Buffer.from(whose));
    const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
    return Buffer.concat([nonce, cipher.getAuthTag(), sealed]);
  }

  /** @throws when it was not sealed with this secret, for this purpose and for them */
  open(sealed: Buffer, whose = ''): string {
    const nonce = sealed.subarray(0, NONCE_BYTES);
    const decipher = createDecipheriv('aes-256-gcm', this.#sealKey, nonce).setAAD(Buffer.from(whose));
    decipher.setAuthTag(sealed.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES));
    return Buffer.concat([
      decipher.update(sealed.subarray(NONCE_BYTES + TAG_BYTES)),
      decipher.final(),
    ]).toString('utf8');
  }
}

/** A key of 32 bytes for one purpose, from `AISLECUE_SECRET`. */
export function keyFrom(secret: string, purpose: string): Buffer {
  return Buffer.from(hkdfSync('sha256', secret, 'aislecue', purpose, 32));
}
