import { Injectable } from '@nestjs/common';
import { Clock, Database, Tombstones } from '../../platform/index.js';
import { toRfc3339, type Instant, type Principal, type ShopperId } from '../../shared/index.js';
import { Erasures } from './erasures.service.js';

/** What is kept of an erasure outside the database, beside its backups. It names nobody. */
export interface KeptTombstone {
  tombstone: string;
  erasureId: string;
  at: string;
}

const SHOPPERS_A_LOOK = 5_000;

/** Erases again whom a restored backup has brought back. */
@Injectable()
export class Reapply {
  constructor(
    private readonly erasures: Erasures,
    private readonly tombstones: Tombstones,
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  /** All tombstones, to be kept beside the backups. */
  async list(): Promise<KeptTombstone[]> {
    const rows = await this.database.query<{ tombstone: string; erasure_id: string; at: Instant }>(
      'SELECT tombstone, erasure_id, at FROM erased_shoppers ORDER BY at, tombstone',
    );
    return rows.map((row) => ({
      tombstone: row.tombstone,
      erasureId: row.erasure_id,
      at: toRfc3339(row.at),
    }));
  }

  /**
   * Puts tombstones back and begins the erasure of every shopper who has one. Only with the `AISLECUE_SECRET` under
   * which they were made is anybody found.
   */
  async run(
    kept: readonly KeptTombstone[],
    principal: Principal,
  ): Promise<{ tombstones: number; erased: number }> {
    const tombstones = await this.database.run(
      `INSERT INTO erased_shoppers (tombstone, erasure_id, at)
       SELECT * FROM unnest($1::text[], $2::uuid[], $3::timestamptz[]) ON CONFLICT (tombstone) DO NOTHING`,
      [
        kept.map(({ tombstone }) => tombstone),
        kept.map(({ erasureId }) => erasureId),
        kept.map(({ at }) => at),
      ],
    );
    let erased = 0;
    for await (const ids of this.#allIds()) {
      for (const shopperId of await this.tombstones.among(ids)) {
        await this.erasures.request(shopperId, { principal, receivedAt: this.clock.now() });
        erased += 1;
      }
    }
    return { tombstones, erased };
  }

  async *#allIds(): AsyncGenerator<ShopperId[]> {
    let after = '';
    for (;;) {
      const rows = await this.database.query<{ id: ShopperId }>(
        `SELECT id FROM (
           (SELECT shopper_id AS id FROM shoppers WHERE shopper_id > $1 ORDER BY shopper_id LIMIT $2)
           UNION ALL
           (SELECT alias FROM shopper_aliases WHERE alias > $1 ORDER BY alias LIMIT $2)
         ) AS every ORDER BY id LIMIT $2`,
        [after, SHOPPERS_A_LOOK],
      );
      const last = rows.at(-1);
      if (last === undefined) return;
      yield rows.map(({ id }) => id);
      after = last.id;
    }
  }
}
