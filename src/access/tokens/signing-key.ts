import { createPrivateKey, createPublicKey, hkdfSync, type KeyObject } from 'node:crypto';
import { calculateJwkThumbprint } from 'jose';

/** PKCS #8 around 32 bytes of an Ed25519 seed (RFC 8410, section 7). */
const PKCS8_ED25519 = Buffer.from('302e020100300506032b657004220420', 'hex');
const PURPOSE = 'aislecue/shopper-tokens/ed25519/v1';

/** The key that signs our shoppers' tokens. */
export class SigningKey {
  constructor(
    readonly privateKey: KeyObject,
    readonly publicKey: KeyObject,
    /** The thumbprint of the public key (RFC 7638). */
    readonly kid: string,
  ) {}

  /** Derived from the installation's secret (HKDF-SHA256), so that every process has the same and none keeps it. */
  static async from(secret: string): Promise<SigningKey> {
    const seed = Buffer.from(hkdfSync('sha256', secret, '', PURPOSE, 32));
    const der = Buffer.concat([PKCS8_ED25519, seed]);
    const privateKey = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
    const publicKey = createPublicKey(privateKey);
    return new SigningKey(privateKey, publicKey, await calculateJwkThumbprint(publicKey));
  }
}
