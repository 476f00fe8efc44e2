import { Injectable } from '@nestjs/common';
import { Database, type Queryable } from '../../platform/index.js';
import type { ShopperId } from '../../shared/index.js';

/** One process at a time keeps traits and segments; any bigint of our own would do. */
const LOCK = 0x5e6_3e75;

const POSTPONED_SECONDS = 10;

/** Shoppers about whom something has changed; triggers of the tables that say so write them down. */
@Injectable()
export class ChangesRepository {
  constructor(private readonly database: Database) {}

  /** Whether there is anything to do: somebody changed, or a pass is under way. */
  async isAnything(): Promise<boolean> {
    const [row] = await this.database.query<{ any: boolean }>(
      `SELECT EXISTS (SELECT FROM shopper_changes WHERE not_before <= now()) OR EXISTS (SELECT FROM segments WHERE pass_at IS NOT NULL) AS any`,
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

  /** Leaves the change that `take` would take alone for a while: it alone could not be worked in. */
  async postpone(): Promise<void> {
    await this.database.run(
      `UPDATE shopper_changes SET not_before = now() + make_interval(secs => $1)
       WHERE change_id = (SELECT min(change_id) FROM shopper_changes WHERE not_before <= now())`,
      [POSTPONED_SECONDS],
    );
  }

  /**
   * Takes changes, half of them the oldest and half the newest: behind an import of a million shoppers, who stands in
   * a shop now is not to wait, and who waits is not forgotten. They are gone with the commit.
   */
  async take(tx: Queryable, limit: number): Promise<ShopperId[]> {
    const rows = await tx.query<{ shopper_id: ShopperId }>(
      `WITH waiting AS (
         (SELECT change_id FROM shopper_changes WHERE not_before <= now() ORDER BY change_id LIMIT $1)
         UNION
         (SELECT change_id FROM shopper_changes WHERE not_before <= now() ORDER BY change_id DESC LIMIT $2)),
         taken AS (
           DELETE FROM shopper_changes WHERE change_id IN (SELECT change_id FROM waiting) RETURNING shopper_id)
       SELECT DISTINCT shopper_id FROM taken ORDER BY shopper_id`,
      [Math.ceil(limit / 2), Math.floor(limit / 2)],
    );
    return rows.map(({ shopper_id: id }) => id);
  }
}
