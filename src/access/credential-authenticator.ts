import { Injectable } from '@nestjs/common';
import { Authenticator, Tombstones } from '../platform/index.js';
import type { Principal } from '../shared/index.js';
import { formOf, hashOf, type CredentialForm } from './credential.rules.js';
import { ApiKeys } from './keys/api-keys.service.js';
import { Sessions } from './sessions/sessions.service.js';
import { ShopperTokens } from './tokens/shopper-tokens.service.js';
import { VerifiedCredentials, type Verified } from './verified-credentials.js';

/** Finds out who is asking: by the look of the credential first, then by what is kept about it. */
@Injectable()
export class CredentialAuthenticator extends Authenticator {
  constructor(
    private readonly remembered: VerifiedCredentials,
    private readonly keys: ApiKeys,
    private readonly sessions: Sessions,
    private readonly tokens: ShopperTokens,
    private readonly tombstones: Tombstones,
  ) {
    super();
  }

  async authenticate(credential: string | undefined): Promise<Principal | undefined> {
    if (credential === undefined) return { kind: 'anonymous' };
    const form = formOf(credential);
    if (form === undefined) return undefined;
    // Looked up by hash: how long a comparison of hashes takes says nothing about the credential.
    const hash = hashOf(credential);
    return this.remembered.principalOf(hash, () => this.#verify(form, credential, hash));
  }

  async #verify(form: CredentialForm, credential: string, hash: Buffer): Promise<Verified | undefined> {
    switch (form) {
      case 'key':
        return this.keys.verify(hash);
      case 'session':
        return this.sessions.verify(hash);
      case 'token':
        return this.#ofTheLiving(await this.tokens.verify(credential));
    }
  }

  /** A token outlives whoever was erased, above all one of another issuer. */
  async #ofTheLiving(verified: Verified | undefined): Promise<Verified | undefined> {
    if (verified?.principal.kind !== 'shopper') return verified;
    const { shopperId } = verified.principal;
    return (await this.tombstones.among([shopperId])).has(shopperId) ? undefined : verified;
  }
}
