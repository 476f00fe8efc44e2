import { Injectable } from '@nestjs/common';
import { Database, type Queryable } from '../../platform/index.js';
import type { ShopperId } from '../../shared/index.js';

/** One process at a time keeps traits and segments; any bigint of our own would do. */
const LOCK = 0x5e6_3e75;

/** Shoppers about whom something has changed; triggers of the tables that say so write them down. */
@Injectable()
export class ChangesRepository {
  constructor(private readonly database: Database) {}

  /** Whether there is anything to do: somebody changed, or a pass is under way. */
  async isAnything(): Promise<boolean> {
    const [row] = await this.database.query<{ any: boolean }>(
      `SELECT EXISTS (SELECT FROM shopper_changes) OR EXISTS (SELECT FROM segments WHERE pass_at IS NOT NULL) AS any`,
    );
    return row?.any ?? false;
  }

  /** Until the transaction ends; false when another process has it. */
  async lock(tx: Queryable): Promise<boolean> {
    const [row] = await tx.query<{ locked: boolean }>('SELECT pg_try_advisory_xact_lock($1) AS locked', [
      LOCK,
    ]);
    return row?.locked ?? false;
  }

  /** Puts the oldest change behind the others: it alone could not be worked in. */
  async postpone(): Promise<void> {
    await this.database.run(
      `WITH oldest AS (
         DELETE FROM shopper_changes WHERE change_id = (SELECT min(change_id) FROM shopper_changes)
         RETURNING shopper_id)
       INSERT INTO shopper_changes (shopper_id) SELECT shopper_id FROM oldest`,
    );
  }

  /** Takes the oldest changes; they are gone with the commit. */
  async take(tx: Queryable, limit: number): Promise<ShopperId[]> {
    const rows = await tx.query<{ shopper_id: ShopperId }>(
      `WITH taken AS (
         DELETE FROM shopper_changes
         WHERE change_id IN (SELECT change_id FROM shopper_changes ORDER BY change_id LIMIT $1)
         RETURNING shopper_id)
       SELECT DISTINCT shopper_id FROM taken ORDER BY shopper_id`,
      [limit],
    );
    return rows.map(({ shopper_id: id }) => id);
  }
}
