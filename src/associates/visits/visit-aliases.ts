import { createCipheriv, createDecipheriv } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { keyFrom } from '../../platform/sealing.js';
import { SETTINGS, type Settings } from '../../platform/settings.js';
import type { VisitId } from '../../shared/index.js';

const CIPHER = 'aes-256-ecb';
const BLOCK_BYTES = 16;
const ALIAS = /^[\w-]{22}$/;

/**
 * What a visit is called on the shop floor: its id as one block of AES-256 under a key of this installation. Every
 * process gives the same, also after a restart, and can turn it back; two visits of one shopper have nothing in common
 * that could be seen, and without the key an alias leads to nobody. Nothing needs to be kept for it.
 */
@Injectable()
export class VisitAliases {
  readonly #key: Buffer;

  constructor(@Inject(SETTINGS) { secret }: Pick<Settings, 'secret'>) {
    this.#key = keyFrom(secret, 'visit aliases');
  }

  /** 22 characters of base64url. */
  aliasOf(visitId: VisitId): string {
    // One block, and no two visits have the same: a mode would add nothing.
    const cipher = createCipheriv(CIPHER, this.#key, null).setAutoPadding(false);
    return cipher.update(Buffer.from(visitId.replaceAll('-', ''), 'hex')).toString('base64url');
  }

  /** The visit of an alias, or an id that no visit has; undefined where it cannot be an alias. */
  visitOf(alias: string): VisitId | undefined {
    const block = Buffer.from(alias, 'base64url');
    if (!ALIAS.test(alias) || block.length !== BLOCK_BYTES || block.toString('base64url') !== alias) {
      return undefined;
    }
    const decipher = createDecipheriv(CIPHER, this.#key, null).setAutoPadding(false);
    const hex = decipher.update(block).toString('hex');
    return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5') as VisitId;
  }
}
