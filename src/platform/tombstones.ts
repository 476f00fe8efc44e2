import { Inject, Injectable } from '@nestjs/common';
import type { ShopperId } from '../shared/index.js';
import { Database, type Queryable } from './database.js';
import { Sealing } from './sealing.js';
import { SETTINGS, type Settings } from './settings.js';

/**
 * Who was erased. What stays of an id is its HMAC under a key of this installation: enough to refuse what still comes
 * in that name (a late file, an old token, a restored backup), too little to tell whose name it was.
 */
@Injectable()
export class Tombstones {
  readonly #sealing: Sealing;

  constructor(
    private readonly database: Database,
    @Inject(SETTINGS) { secret }: Settings,
  ) {
    this.#sealing = new Sealing(secret, 'erased shoppers');
  }

  /** What is kept of an id. */
  of(shopperId: ShopperId): string {
    return this.#sealing.mark(shopperId);
  }

  /** Those of `ids` whose person was erased. */
  async among(ids: readonly ShopperId[], tx: Queryable = this.database): Promise<Set<ShopperId>> {
    if (ids.length === 0) return new Set();
    const idOf = new Map(ids.map((id) => [this.of(id), id]));
    const rows = await tx.query<{ tombstone: string }>(
      'SELECT tombstone FROM erased_shoppers WHERE tombstone = ANY($1)',
      [[...idOf.keys()]],
    );
    return new Set(rows.flatMap(({ tombstone }) => idOf.get(tombstone) ?? []));
  }

  /** The erasure that took this id, if one did. */
  async erasureOf(shopperId: ShopperId): Promise<string | undefined> {
    const [row] = await this.database.query<{ erasure_id: string }>(
      'SELECT erasure_id FROM erased_shoppers WHERE tombstone = $1',
      [this.of(shopperId)],
    );
    return row?.erasure_id;
  }

  /** In the transaction that begins the erasure. */
  async raise(tx: Queryable, erasureId: string, ids: readonly ShopperId[]): Promise<void> {
    await tx.run(
      `INSERT INTO erased_shoppers (tombstone, erasure_id) SELECT unnest($1::text[]), $2
       ON CONFLICT (tombstone) DO NOTHING`,
      [ids.map((id) => this.of(id)), erasureId],
    );
  }
}
