import { Injectable } from '@nestjs/common';
import { Audit } from '../../access/index.js';
import {
  Clock,
  Database,
  lockKnownShoppers,
  lockShoppers,
  Outbox,
  timestamp,
  Tombstones,
  type Queryable,
} from '../../platform/index.js';
import type { BeaconId, Instant, Principal, ShopperId } from '../../shared/index.js';
import type { Departing } from '../../shoppers/index.js';

/** An erasure as kept. */
export interface ErasureRow {
  erasure_id: string;
  person: Buffer | null;
  requested_at: Instant;
  steps: Record<string, number>;
  passes: number;
  finished_at: Instant | null;
}

export interface NewErasure {
  erasureId: string;
  shopperId: ShopperId;
  requestedBy: Principal;
  at: Instant;
  seal: (person: Departing) => Buffer;
}

/** Erasures: begun in one transaction with the end of all access, then worked off. */
@Injectable()
export class ErasuresRepository {
  constructor(
    private readonly database: Database,
    private readonly tombstones: Tombstones,
    private readonly outbox: Outbox,
    private readonly audit: Audit,
    private readonly clock: Clock,
  ) {}

  /**
   * From the commit on nobody knows the shopper: no profile, no consent, no device, no tag, no token is good.
   *
   * @returns whom it is about; undefined for a shopper nobody knows
   */
  begin(fresh: NewErasure): Promise<Departing | undefined> {
    const outboxId = this.clock.newId();
    return this.database.transaction(async (tx) => {
      const shopperId = (await lockKnownShoppers(tx, [fresh.shopperId])).get(fresh.shopperId);
      if (shopperId === undefined) return undefined;
      const { erasureId, requestedBy, at } = fresh;
      const person = await personOf(tx, shopperId);
      await lockShoppers(tx, person.shopperIds);
      await this.tombstones.raise(tx, erasureId, person.shopperIds);
      await tx.run(
        'INSERT INTO erasures (erasure_id, person, requested_by, requested_at) VALUES ($1, $2, $3, $4)',
        [erasureId, fresh.seal(person), requestedBy.kind, timestamp(at)],
      );
      await this.outbox.write(tx, [{ id: outboxId, event: 'shopper.erased', payload: { erasureId } }]);
      await this.audit.write(tx, {
        actor: requestedBy,
        action: 'shopper.erasure-requested',
        subject: `erasure:${erasureId}`,
      });
      for (const table of ['consents', 'devices', 'carried_beacons', 'shoppers']) {
        await tx.run(`DELETE FROM ${table} WHERE shopper_id = ANY($1)`, [person.shopperIds]);
      }
      return person;
    });
  }

  async find(erasureId: string): Promise<ErasureRow | undefined> {
    const [row] = await this.database.query<ErasureRow>(
      `SELECT erasure_id, person, requested_at, steps, passes, finished_at FROM erasures WHERE erasure_id = $1`,
      [erasureId],
    );
    return row;
  }

  /** A pass through all steps is done. */
  async passed(erasureId: string, touched: Record<string, number>): Promise<void> {
    await this.database.run(
      `UPDATE erasures SET passes = passes + 1,
         steps = steps || (SELECT coalesce(jsonb_object_agg(key, value::bigint + coalesce((steps->>key)::bigint, 0)), '{}')
                           FROM jsonb_each_text($2::jsonb))
       WHERE erasure_id = $1`,
      [erasureId, JSON.stringify(touched)],
    );
  }

  async finish(erasureId: string, at: Instant): Promise<void> {
    await this.database.run('UPDATE erasures SET person = NULL, finished_at = $2 WHERE erasure_id = $1', [
      erasureId,
      timestamp(at),
    ]);
  }

  /** Whether files are still being recorded that came before: rows of the person may be in them. */
  async waitsForImports(requestedAt: Instant): Promise<boolean> {
    const rows = await this.database.query(
      `SELECT FROM imports WHERE state IN ('receiving', 'staged', 'recording') AND started_at <= $1 LIMIT 1`,
      [timestamp(requestedAt)],
    );
    return rows.length > 0;
  }

  async oldestOpen(): Promise<Instant | undefined> {
    const [row] = await this.database.query<{ at: Instant | null }>(
      'SELECT min(requested_at) AS at FROM erasures WHERE finished_at IS NULL',
    );
    return row?.at ?? undefined;
  }
}

/** All names they had, and all that they carry. */
async function personOf(tx: Queryable, shopperId: ShopperId): Promise<Departing> {
  await tx.run('SELECT FROM shoppers WHERE shopper_id = $1 FOR UPDATE', [shopperId]);
  const aliases = await tx.query<{ alias: ShopperId }>(
    'SELECT alias FROM shopper_aliases WHERE shopper_id = $1 ORDER BY alias',
    [shopperId],
  );
  const shopperIds = [shopperId, ...aliases.map(({ alias }) => alias)];
  const beacons = await tx.query<{ beacon_id: BeaconId }>(
    'SELECT beacon_id FROM carried_beacons WHERE shopper_id = ANY($1)',
    [shopperIds],
  );
  return { shopperIds, beaconIds: beacons.map((row) => row.beacon_id) };
}
