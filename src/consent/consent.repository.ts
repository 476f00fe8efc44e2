import { Injectable } from '@nestjs/common';
import {
  Clock,
  Database,
  lockKnownShoppers,
  lockShoppers,
  timestamp,
  type Queryable,
} from '../platform/index.js';
import type { ConsentPurpose, Instant, ShopperId } from '../shared/index.js';
import type { Held, Statement, StatementOf } from './consent.rules.js';

interface ConsentRow {
  shopper_id: ShopperId;
  purpose: ConsentPurpose;
  granted: boolean;
  policy_version: string;
  source: string;
  at: Instant;
}

/** One entry of the history: what was said, and when it was written down. */
export type HistoryEntry = Statement & { purpose: ConsentPurpose; recordedAt: Instant };

/** What the work done under the lock may know, and the transaction it is done in. */
export interface Locked {
  tx: Queryable;
  /** Who stands for each of those asked for; one that is nobody's is missing. */
  shoppers: ReadonlyMap<ShopperId, ShopperId>;
  held: ReadonlyMap<ShopperId, Held>;
}

const HISTORY_SHOWN = 500;

/**
 * Consents as they stand, and all that was ever said. It asks `shoppers` for who exists: that room stands on
 * this one, so it cannot be asked itself, and the answer must hold under the lock taken here.
 */
@Injectable()
export class ConsentRepository {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  /**
   * Does `work` in one transaction that first locks the shoppers, as everything does that grants to them or
   * redeems for them. Repeated from the start after a deadlock.
   */
  async locked<T>(ids: readonly ShopperId[], work: (locked: Locked) => Promise<T>): Promise<T> {
    return this.database.transaction(async (tx) => {
      const shoppers = await lockKnownShoppers(tx, ids);
      const standing = [...new Set(shoppers.values())];
      await lockShoppers(tx, standing);
      return work({ tx, shoppers, held: await this.heldBy(standing, tx) });
    });
  }

  async heldBy(
    ids: readonly ShopperId[],
    tx: Queryable = this.database,
  ): Promise<Map<ShopperId, Map<ConsentPurpose, Statement>>> {
    const rows = await tx.query<ConsentRow>(
      `SELECT shopper_id, purpose, granted, policy_version, source, at
       FROM consents WHERE shopper_id = ANY($1)`,
      [ids],
    );
    const held = new Map<ShopperId, Map<ConsentPurpose, Statement>>();
    for (const row of rows) {
      const ofShopper = held.get(row.shopper_id) ?? new Map<ConsentPurpose, Statement>();
      held.set(row.shopper_id, ofShopper.set(row.purpose, statementOf(row)));
    }
    return held;
  }

  /** One shopper's consents and the newest of their history, or undefined when there is no such shopper. */
  async ofShopper(shopperId: ShopperId): Promise<{ held: Held; history: HistoryEntry[] } | undefined> {
    const [shoppers, held, rows] = await Promise.all([
      this.database.query('SELECT FROM shoppers WHERE shopper_id = $1', [shopperId]),
      this.heldBy([shopperId]),
      this.database.query<ConsentRow & { recorded_at: Instant }>(
        `SELECT shopper_id, purpose, granted, policy_version, source, at, recorded_at
         FROM consent_history WHERE shopper_id = $1
         ORDER BY recorded_at DESC, entry_id DESC LIMIT ${HISTORY_SHOWN}`,
        [shopperId],
      ),
    ]);
    if (shoppers.length === 0) return undefined;
    const history = rows.map((row) => ({
      purpose: row.purpose,
      ...statementOf(row),
      recordedAt: row.recorded_at,
    }));
    return { held: held.get(shopperId) ?? new Map<ConsentPurpose, Statement>(), history };
  }

  async append(tx: Queryable, statements: readonly StatementOf[], actor: string): Promise<void> {
    if (statements.length === 0) return;
    await tx.run(
      `INSERT INTO consent_history
         (entry_id, shopper_id, purpose, granted, policy_version, source, at, actor)
       SELECT *, $8::text
       FROM unnest($1::uuid[], $2::text[], $3::text[], $4::boolean[], $5::text[], $6::text[], $7::timestamptz[])`,
      [statements.map(() => this.clock.newId()), ...columnsOf(statements), actor],
    );
  }

  /** Hands the history on, and takes away what stood. */
  async handOver(tx: Queryable, from: ShopperId, into: ShopperId): Promise<void> {
    await tx.query("SELECT set_config('aislecue.rewrites', 'merge', true)");
    await tx.run('UPDATE consent_history SET shopper_id = $2 WHERE shopper_id = $1', [from, into]);
    await tx.run('DELETE FROM consents WHERE shopper_id = $1', [from]);
  }

  async replace(tx: Queryable, statements: readonly StatementOf[]): Promise<void> {
    if (statements.length === 0) return;
    await tx.run(
      `INSERT INTO consents (shopper_id, purpose, granted, policy_version, source, at)
       SELECT * FROM unnest($1::text[], $2::text[], $3::boolean[], $4::text[], $5::text[], $6::timestamptz[])
       ON CONFLICT (shopper_id, purpose) DO UPDATE
         SET granted = excluded.granted, policy_version = excluded.policy_version,
             source = excluded.source, at = excluded.at`,
      columnsOf(statements),
    );
  }
}

function statementOf(row: ConsentRow): Statement {
  return { granted: row.granted, policyVersion: row.policy_version, source: row.source, at: row.at };
}

function columnsOf(statements: readonly StatementOf[]): unknown[][] {
  return [
    statements.map(({ shopperId }) => shopperId),
    statements.map(({ purpose }) => purpose),
    statements.map(({ granted }) => granted),
    statements.map(({ policyVersion }) => policyVersion),
    statements.map(({ source }) => source),
    statements.map(({ at }) => timestamp(at)),
  ];
}
