import { Injectable } from '@nestjs/common';
import { Database, type Queryable } from '../../platform/index.js';
import type { BeaconId, ShopperId } from '../../shared/index.js';
import type { Carried, CarrierChange } from './assignment.rules.js';
import { shardOf } from './carriers.rules.js';

interface CarriedRow {
  beacon_id: BeaconId;
  shopper_id: ShopperId;
  source: string;
}

/** Any number does that nothing else in the database locks by. */
const LOCK_SPACE = 7_243_002;

/** Who carries which beacon, in Postgres: the only authority. */
@Injectable()
export class CarriersRepository {
  constructor(private readonly database: Database) {}

  async carriersOf(beaconIds: readonly BeaconId[]): Promise<Map<BeaconId, ShopperId>> {
    const rows = await this.database.query<CarriedRow>(
      'SELECT beacon_id, shopper_id FROM carried_beacons WHERE beacon_id = ANY($1)',
      [beaconIds],
    );
    return new Map(rows.map((row) => [row.beacon_id, row.shopper_id]));
  }

  /**
   * Keeps everybody else from giving these beacons to anyone until the transaction ends, then gives who carries
   * them and what else the shoppers carry. Locked by shard and in order: a bulk write may name more beacons than
   * Postgres has room for locks. The shoppers' rows must be locked before.
   */
  async lock(
    tx: Queryable,
    beaconIds: readonly BeaconId[],
    shoppers: readonly ShopperId[],
  ): Promise<Carried[]> {
    const shards = [...new Set(beaconIds.map(shardOf))].sort((a, b) => a - b);
    await tx.run('SELECT pg_advisory_xact_lock($1, shard) FROM unnest($2::integer[]) AS shard', [
      LOCK_SPACE,
      shards,
    ]);
    const rows = await tx.query<CarriedRow>(
      `SELECT beacon_id, shopper_id, source FROM carried_beacons
       WHERE beacon_id = ANY($1) OR shopper_id = ANY($2)`,
      [beaconIds, shoppers],
    );
    return rows.map((row) => ({
      beaconId: row.beacon_id,
      shopperId: row.shopper_id,
      source: row.source,
    }));
  }

  /** What one carried, another carries. Gives what that was. */
  async handOver(tx: Queryable, from: ShopperId, into: ShopperId): Promise<BeaconId[]> {
    const rows = await tx.query<CarriedRow>(
      'UPDATE carried_beacons SET shopper_id = $2 WHERE shopper_id = $1 RETURNING beacon_id',
      [from, into],
    );
    return rows.map((row) => row.beacon_id);
  }

  async allOf(shopperId: ShopperId): Promise<BeaconId[]> {
    const rows = await this.database.query<CarriedRow>(
      'SELECT beacon_id FROM carried_beacons WHERE shopper_id = $1',
      [shopperId],
    );
    return rows.map((row) => row.beacon_id);
  }

  async save(tx: Queryable, { released, taken }: CarrierChange): Promise<void> {
    if (released.length > 0) {
      await tx.run('DELETE FROM carried_beacons WHERE beacon_id = ANY($1)', [released]);
    }
    if (taken.length > 0) {
      await tx.run(
        `INSERT INTO carried_beacons (beacon_id, shopper_id, source)
         SELECT * FROM unnest($1::text[], $2::text[], $3::text[])
         ON CONFLICT (beacon_id) DO UPDATE
           SET shopper_id = excluded.shopper_id, source = excluded.source`,
        [
          taken.map(({ beaconId }) => beaconId),
          taken.map(({ shopperId }) => shopperId),
          taken.map(({ source }) => source),
        ],
      );
    }
  }
}
