import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { Database, type Queryable } from '../platform/index.js';
import type { StoreId } from '../shared/index.js';
import type { SurveyPoint } from './layout.js';
import { StoreEntity } from './store.entity.js';
import type { StoreDocument, StoreSummary } from './stores.dto.js';

/** A document as it is kept, with the version that its ETag carries. */
export interface KeptDocument {
  document: StoreDocument;
  version: number;
}

/** A store whose layout memory lacks or holds in another version. */
export interface NewerStore {
  storeId: StoreId;
  version: number;
  document: Omit<StoreDocument, 'survey'>;
}

const OWNED = {
  gateway: { table: 'store_gateways', column: 'gateway_id' },
  beacon: { table: 'store_beacons', column: 'beacon_id' },
} as const;

@Injectable()
export class StoresRepository {
  constructor(
    private readonly database: Database,
    private readonly orm: DataSource,
  ) {}

  async find(storeId: StoreId): Promise<KeptDocument | undefined> {
    return (await this.orm.getRepository(StoreEntity).findOneBy({ storeId })) ?? undefined;
  }

  async surveyOf(storeId: StoreId): Promise<readonly SurveyPoint[]> {
    const [row] = await this.database.query<{ survey: SurveyPoint[] | null }>(
      "SELECT document->'survey' AS survey FROM stores WHERE store_id = $1",
      [storeId],
    );
    return row?.survey ?? [];
  }

  /** Stores by id, from the one after `after`; `reach` undefined for all. */
  list(reach: readonly StoreId[] | undefined, after: string, limit: number): Promise<StoreSummary[]> {
    return this.database.query<StoreSummary>(
      `SELECT store_id AS "storeId", document->>'name' AS name, document->>'timeZone' AS "timeZone",
              document->>'currency' AS currency
       FROM stores
       WHERE store_id > $2 AND ($1::text[] IS NULL OR store_id = ANY($1))
       ORDER BY store_id LIMIT $3`,
      [reach ?? null, after, limit],
    );
  }

  /** The stores that differ from the `known` versions, without their surveys: memory has no use for those. */
  newerThan(known: ReadonlyMap<StoreId, number>): Promise<NewerStore[]> {
    return this.database.query<NewerStore>(
      `SELECT stores.store_id AS "storeId", stores.version, document - 'survey' AS document
       FROM stores
       LEFT JOIN unnest($1::text[], $2::integer[]) AS known (store_id, version) USING (store_id)
       WHERE known.version IS DISTINCT FROM stores.version`,
      [[...known.keys()], [...known.values()]],
    );
  }

  /** @returns false when the store exists already; two that create it at once are put in order by it */
  async insert(tx: Queryable, storeId: StoreId, document: StoreDocument): Promise<boolean> {
    const inserted = await tx.run(
      'INSERT INTO stores (store_id, document, version) VALUES ($1, $2, 1) ON CONFLICT DO NOTHING',
      [storeId, JSON.stringify(document)],
    );
    return inserted > 0;
  }

  /** Reads an existing store and keeps it from others until the transaction ends. */
  async lock(tx: Queryable, storeId: StoreId): Promise<KeptDocument> {
    const [kept] = await tx.query<KeptDocument>(
      'SELECT document, version FROM stores WHERE store_id = $1 FOR UPDATE',
      [storeId],
    );
    if (kept === undefined) throw new Error(`store ${storeId} vanished while it was being replaced`);
    return kept;
  }

  async update(tx: Queryable, storeId: StoreId, { document, version }: KeptDocument): Promise<void> {
    await tx.run('UPDATE stores SET document = $2, version = $3, updated_at = now() WHERE store_id = $1', [
      storeId,
      JSON.stringify(document),
      version,
    ]);
  }

  /**
   * Makes the store's gateways or beacons exactly `ids`, but for those of other stores.
   *
   * @returns the ids that other stores have; of two stores that claim one at once, the second sees the first
   */
  async own(
    tx: Queryable,
    kind: keyof typeof OWNED,
    storeId: StoreId,
    ids: readonly string[],
  ): Promise<Set<string>> {
    const { table, column } = OWNED[kind];
    await tx.run(`DELETE FROM ${table} WHERE store_id = $1 AND NOT ${column} = ANY($2::text[])`, [
      storeId,
      ids,
    ]);
    await tx.run(
      `INSERT INTO ${table} (${column}, store_id) SELECT id, $1 FROM unnest($2::text[]) AS id ORDER BY id
       ON CONFLICT DO NOTHING`,
      [storeId, ids],
    );
    const taken = await tx.query<{ id: string }>(
      `SELECT ${column} AS id FROM ${table} WHERE ${column} = ANY($2::text[]) AND store_id <> $1`,
      [storeId, ids],
    );
    return new Set(taken.map(({ id }) => id));
  }
}
