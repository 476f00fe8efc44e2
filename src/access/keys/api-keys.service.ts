import { randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { DataSource, IsNull, LessThan } from 'typeorm';
import { Clock, Database, notFound, pageFrom, type Page } from '../../platform/index.js';
import {
  principalName,
  toRfc3339,
  type KeyId,
  type Principal,
  type PrincipalOf,
  type StoreId,
} from '../../shared/index.js';
import { Audit } from '../audit/audit.service.js';
import { SECRET_BYTES, credentialFrom, hashOf, prefixOf, type KeyKind } from '../credential.rules.js';
import { idBefore } from '../listing.js';
import { inTransaction } from '../orm.js';
import { Revocations, type Revocation } from '../revocations.js';
import type { Verified } from '../verified-credentials.js';
import { ApiKeyEntity, type ApiKey } from './api-key.entity.js';
import type { NewKey } from './keys.dto.js';

/** A key as lists show it: never the key itself. */
export interface KeyItem {
  keyId: KeyId;
  kind: KeyKind;
  storeId?: StoreId;
  label: string;
  prefix: string;
  createdAt: string;
  revokedAt?: string;
}

/** A key at the only moment when it is known. */
export interface CreatedKey extends KeyItem {
  key: string;
}

type KnownKey = Pick<ApiKey, 'keyId' | 'kind' | 'storeId'>;

/** Keys of gateways, tills and the back office. Rotation is a second key, then the end of the first. */
@Injectable()
export class ApiKeys {
  constructor(
    private readonly orm: DataSource,
    private readonly database: Database,
    private readonly audit: Audit,
    private readonly revocations: Revocations,
    private readonly clock: Clock,
  ) {}

  /** Makes a key. `wanted` is checked at the door: a store for gateway and till, none for a service. */
  async create(wanted: NewKey, actor: Principal): Promise<CreatedKey> {
    const key = credentialFrom(wanted.kind, randomBytes(SECRET_BYTES));
    const row: ApiKey = {
      keyId: this.clock.newId(),
      kind: wanted.kind,
      storeId: (wanted.storeId as StoreId | undefined) ?? null,
      label: wanted.label ?? '',
      prefix: prefixOf(key),
      secretHash: hashOf(key),
      createdAt: this.clock.now(),
      revokedAt: null,
    };
    const item = itemOf(row);
    await inTransaction(this.orm, async (manager, tx) => {
      await manager.insert(ApiKeyEntity, row);
      await this.audit.write(tx, { actor, action: 'key.created', subject: `key:${row.keyId}`, after: item });
    });
    return { ...item, key };
  }

  /** Newest first. */
  async list({ limit, cursor }: { limit: number; cursor?: string | undefined }): Promise<Page<KeyItem>> {
    const before = idBefore(cursor);
    const rows = await this.orm.manager.find(ApiKeyEntity, {
      ...(before === undefined ? {} : { where: { keyId: LessThan(before as KeyId) } }),
      order: { keyId: 'DESC' },
      take: limit + 1,
    });
    return pageFrom(rows, limit, (row) => [row.keyId], itemOf);
  }

  /**
   * Ends a key: at once here, within seconds elsewhere. A key that was revoked before stays so.
   *
   * @throws Problem 404 for a key that never was
   */
  async revoke(keyId: KeyId, actor: Principal): Promise<void> {
    const revokedAt = this.clock.now();
    const revocation = await inTransaction(this.orm, async (manager, tx): Promise<Revocation> => {
      const { affected } = await manager.update(ApiKeyEntity, { keyId, revokedAt: IsNull() }, { revokedAt });
      const found = await manager.findOneBy(ApiKeyEntity, { keyId });
      if (found === null) throw notFound('key');
      if (affected !== 0) {
        const after = itemOf(found);
        await this.audit.write(tx, { actor, action: 'key.revoked', subject: `key:${keyId}`, after });
      }
      return this.revocations.note(tx, principalName(principalOf(found)));
    });
    this.revocations.tell(revocation);
  }

  /** Who holds the key with this hash; undefined when nobody does, or no more. */
  async verify(hash: Buffer): Promise<Verified | undefined> {
    const [row] = await this.database.query<KnownKey>(
      `SELECT key_id AS "keyId", kind, store_id AS "storeId" FROM api_keys
       WHERE secret_hash = $1 AND revoked_at IS NULL`,
      [hash],
    );
    return row === undefined ? undefined : { principal: principalOf(row) };
  }
}

function principalOf({ kind, keyId, storeId }: KnownKey): PrincipalOf<'gateway' | 'till' | 'service'> {
  if (kind === 'service') return { kind, keyId };
  // A CHECK of the table sees to it that a key of these kinds has a store.
  return { kind: kind === 'pos' ? 'till' : 'gateway', keyId, storeId: storeId as StoreId };
}

function itemOf(row: ApiKey): KeyItem {
  return {
    keyId: row.keyId,
    kind: row.kind,
    ...(row.storeId === null ? {} : { storeId: row.storeId }),
    label: row.label,
    prefix: row.prefix,
    createdAt: toRfc3339(row.createdAt),
    ...(row.revokedAt === null ? {} : { revokedAt: toRfc3339(row.revokedAt) }),
  };
}
