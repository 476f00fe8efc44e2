import type { Instant, KeyId, StoreId } from '../../shared/index.js';
import type { KeyKind } from '../credential.rules.js';
import { asInstant, tableOf } from '../orm.js';

/** A row of api_keys. */
export interface ApiKey {
  keyId: KeyId;
  kind: KeyKind;
  /** None for the back office. */
  storeId: StoreId | null;
  label: string;
  prefix: string;
  secretHash: Buffer;
  createdAt: Instant;
  revokedAt: Instant | null;
}

/** Constraints carry the names that Postgres gave them. */
export const ApiKeyEntity = tableOf<ApiKey>({
  name: 'ApiKey',
  tableName: 'api_keys',
  columns: {
    keyId: { name: 'key_id', type: 'uuid', primary: true, primaryKeyConstraintName: 'api_keys_pkey' },
    kind: { type: 'text' },
    storeId: { name: 'store_id', type: 'text', nullable: true },
    label: { type: 'text' },
    prefix: { type: 'text' },
    secretHash: { name: 'secret_hash', type: 'bytea' },
    createdAt: { name: 'created_at', type: 'timestamptz', default: () => 'now()', transformer: asInstant },
    revokedAt: { name: 'revoked_at', type: 'timestamptz', nullable: true, transformer: asInstant },
  },
  uniques: [{ name: 'api_keys_secret_hash_key', columns: ['secretHash'] }],
  checks: [
    { name: 'api_keys_kind_check', expression: `kind IN ('gateway', 'pos', 'service')` },
    { name: 'api_keys_check', expression: `(kind = 'service') = (store_id IS NULL)` },
  ],
});
