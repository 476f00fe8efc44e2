import { Injectable, type OnModuleInit } from '@nestjs/common';
import { Audit } from '../../access/index.js';
import { forbidden, notFound, Problem, Published } from '../../platform/index.js';
import { toRfc3339, type GatewayId, type PrincipalOf, type StoreId } from '../../shared/index.js';
import { reaches, Stores } from '../../stores/index.js';
import type { SecretValues, SecretsKnown } from './secrets.dto.js';
import { isSame, isSignature, knownOf } from './secrets.rules.js';
import { SecretsRepository, type KeptSecrets, type Owner } from './secrets.repository.js';

const PUBLISHED_AS = 'gateway-secrets';

/**
 * What gateways' vendors agree on with us, in the memory of every process and at most 2 s behind. Read without waiting,
 * so that a gateway does not depend on Postgres.
 */
@Injectable()
export class GatewaySecrets implements OnModuleInit {
  #kept: ReadonlyMap<StoreId, ReadonlyMap<GatewayId, KeptSecrets>> = new Map();

  constructor(
    private readonly repository: SecretsRepository,
    private readonly stores: Stores,
    private readonly published: Published,
    private readonly audit: Audit,
  ) {}

  async onModuleInit(): Promise<void> {
    await this.published.subscribe(PUBLISHED_AS, () => this.#load());
  }

  /** Which secrets are set. @throws Problem 404 for a gateway that is not there, or out of reach */
  known(gatewayId: GatewayId, asker: PrincipalOf<'service' | 'staff'>): SecretsKnown {
    const kept = this.#keptOf(this.#ownerOf(gatewayId, asker));
    return {
      ...knownOf(kept?.values ?? {}),
      changedAt: kept === undefined ? null : toRfc3339(kept.changedAt),
    };
  }

  /** Replaces all secrets of the gateway. @throws Problem 404 for a gateway that is not there, or out of reach */
  async replace(
    gatewayId: GatewayId,
    values: SecretValues,
    actor: PrincipalOf<'service' | 'staff'>,
  ): Promise<void> {
    const owner = this.#ownerOf(gatewayId, actor);
    const before = knownOf(this.#keptOf(owner)?.values ?? {});
    await this.repository.replace(owner, values, async (tx) => {
      await this.audit.write(tx, {
        actor,
        action: 'gateway-secrets.changed',
        subject: `gateway:${gatewayId}`,
        before,
        after: knownOf(values),
      });
      await this.published.raise(tx, PUBLISHED_AS);
    });
    await this.published.announce(PUBLISHED_AS);
  }

  /** What Meraki's cloud asks for before it posts. @throws Problem 404 where none is set */
  merakiValidator(owner: Owner): string {
    if (this.stores.layout(owner.storeId)?.gateways.has(owner.gatewayId) !== true) throw notFound('gateway');
    const validator = this.#valuesOf(owner).merakiValidator;
    if (validator !== undefined) return validator;
    const detail = `No merakiValidator is set for this gateway: PUT /v1/gateways/${owner.gatewayId}/secrets.`;
    throw new Problem(404, 'no-validator', detail);
  }

  /** @throws Problem 403 `wrong-secret` unless the body carries the secret that is set, where one is */
  requireSecret(owner: Owner, given: string | undefined): void {
    const { merakiSecret } = this.#valuesOf(owner);
    if (merakiSecret === undefined || isSame(given ?? '', merakiSecret)) return;
    throw forbidden('wrong-secret', 'The secret in the body is not the merakiSecret of this gateway.');
  }

  /** @throws Problem 403 `wrong-signature` unless the body is signed with the key that is set, where one is */
  requireSignature(owner: Owner, body: Buffer, signature: string | undefined): void {
    const { ruuviHmacKey } = this.#valuesOf(owner);
    if (ruuviHmacKey === undefined || isSignature(signature ?? '', body, ruuviHmacKey)) return;
    throw forbidden(
      'wrong-signature',
      'Ruuvi-HMAC-SHA256: expected the HMAC-SHA256 of the body, in hex, under the ruuviHmacKey of this gateway.',
    );
  }

  /** A secret that cannot be read must not open the door as if none were set. */
  #valuesOf(owner: Owner): SecretValues {
    const kept = this.#keptOf(owner);
    if (kept === undefined) return {};
    if (kept.values !== undefined) return kept.values;
    throw forbidden('unreadable-secret', 'The secrets of this gateway cannot be read; set them again.');
  }

  #keptOf({ storeId, gatewayId }: Owner): KeptSecrets | undefined {
    return this.#kept.get(storeId)?.get(gatewayId);
  }

  #ownerOf(gatewayId: GatewayId, asker: PrincipalOf<'service' | 'staff'>): Owner {
    const storeId = this.stores.storeOfGateway(gatewayId);
    if (storeId === undefined || !reaches(asker, storeId)) throw notFound('gateway');
    return { storeId, gatewayId };
  }

  async #load(): Promise<void> {
    const byStore = new Map<StoreId, Map<GatewayId, KeptSecrets>>();
    for (const kept of await this.repository.all()) {
      const ofStore = byStore.get(kept.storeId) ?? new Map<GatewayId, KeptSecrets>();
      byStore.set(kept.storeId, ofStore.set(kept.gatewayId, kept));
    }
    this.#kept = byStore;
  }
}
