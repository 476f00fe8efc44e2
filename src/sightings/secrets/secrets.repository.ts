import { Inject, Injectable } from '@nestjs/common';
import { Database, Log, Sealing, SETTINGS, type Queryable, type Settings } from '../../platform/index.js';
import type { GatewayId, Instant, StoreId } from '../../shared/index.js';
import { gatewaySecrets, type SecretValues } from './secrets.dto.js';

/** Whose secrets. A gateway's name may pass to another store; its secrets do not. */
export interface Owner {
  storeId: StoreId;
  gatewayId: GatewayId;
}

/** Undefined `values`: they were sealed with another `AISLECUE_SECRET` and cannot be read. */
export interface KeptSecrets extends Owner {
  values: SecretValues | undefined;
  changedAt: Instant;
}

interface Row {
  store_id: StoreId;
  gateway_id: GatewayId;
  sealed: Buffer;
  changed_at: Instant;
}

/** Gateways' secrets in Postgres, sealed. */
@Injectable()
export class SecretsRepository {
  readonly #sealing: Sealing;

  constructor(
    private readonly database: Database,
    private readonly log: Log,
    @Inject(SETTINGS) { secret }: Settings,
  ) {
    this.#sealing = new Sealing(secret, 'gateway secrets');
  }

  async all(): Promise<KeptSecrets[]> {
    const rows = await this.database.query<Row>(
      'SELECT store_id, gateway_id, sealed, changed_at FROM gateway_secrets',
    );
    return rows.map((row) => this.#opened(row));
  }

  /** Replaces a gateway's secrets, and does what belongs to it in the same transaction. */
  async replace(owner: Owner, values: SecretValues, along: (tx: Queryable) => Promise<void>): Promise<void> {
    const sealed = this.#sealing.seal(JSON.stringify(values), nameOf(owner));
    await this.database.transaction(async (tx) => {
      await tx.run(
        `INSERT INTO gateway_secrets (store_id, gateway_id, sealed) VALUES ($1, $2, $3)
         ON CONFLICT (store_id, gateway_id) DO UPDATE SET sealed = $3, changed_at = now()`,
        [owner.storeId, owner.gatewayId, sealed],
      );
      await along(tx);
    });
  }

  #opened(row: Row): KeptSecrets {
    const owner = { storeId: row.store_id, gatewayId: row.gateway_id };
    return { ...owner, values: this.#valuesOf(row.sealed, owner), changedAt: row.changed_at };
  }

  #valuesOf(sealed: Buffer, owner: Owner): SecretValues | undefined {
    try {
      return gatewaySecrets.parse(JSON.parse(this.#sealing.open(sealed, nameOf(owner))));
    } catch {
      this.log.error({ event: 'gateway-secrets.unreadable', ...owner });
      return undefined;
    }
  }
}

/** No storeId holds a slash. */
function nameOf({ storeId, gatewayId }: Owner): string {
  return `${storeId}/${gatewayId}`;
}
