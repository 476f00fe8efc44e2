import { Injectable } from '@nestjs/common';
import { Database, timestamp, type Queryable } from '../../platform/index.js';
import type { Instant, ShopperId } from '../../shared/index.js';
import type { Loyalty } from '../profiles/profile.rules.js';
import { mergedLoyalty, mergedPreferences, type MergedPreferences } from './merge.rules.js';

export interface Pair {
  from: ShopperId;
  into: ShopperId;
}

/** A merge on record. */
export interface Merged {
  shopperId: ShopperId;
  mergedAt: Instant;
  moved: Record<string, number>;
}

interface Document {
  shopper_id: ShopperId;
  loyalty: Loyalty | null;
  preferences: MergedPreferences;
}

/** Merged shoppers, and what this room itself holds of them. */
@Injectable()
export class MergeRepository {
  constructor(private readonly database: Database) {}

  transaction<T>(work: (tx: Queryable) => Promise<T>): Promise<T> {
    return this.database.transaction(work);
  }

  /** Locks the shoppers' rows, in their order: those of them that exist. */
  async lock(tx: Queryable, ids: readonly ShopperId[]): Promise<Set<ShopperId>> {
    const rows = await tx.query<{ shopper_id: ShopperId }>(
      'SELECT shopper_id FROM shoppers WHERE shopper_id = ANY($1) ORDER BY shopper_id FOR UPDATE',
      [ids],
    );
    return new Set(rows.map((row) => row.shopper_id));
  }

  async merged(tx: Queryable, alias: ShopperId): Promise<Merged | undefined> {
    const [row] = await tx.query<{
      shopper_id: ShopperId;
      merged_at: Instant;
      moved: Record<string, number>;
    }>('SELECT shopper_id, merged_at, moved FROM shopper_aliases WHERE alias = $1', [alias]);
    return row && { shopperId: row.shopper_id, mergedAt: row.merged_at, moved: row.moved };
  }

  /** Makes `from` a name of `into`, and of all names that `from` had, too. The shopper `from` is no more. */
  async close(
    tx: Queryable,
    { from, into }: Pair,
    at: Instant,
    moved: Record<string, number>,
  ): Promise<void> {
    await tx.run('UPDATE shopper_aliases SET shopper_id = $2 WHERE shopper_id = $1', [from, into]);
    await tx.run(
      'INSERT INTO shopper_aliases (alias, shopper_id, merged_at, moved) VALUES ($1, $2, $3, $4)',
      [from, into, timestamp(at), JSON.stringify(moved)],
    );
    await tx.run('DELETE FROM shoppers WHERE shopper_id = $1', [from]);
  }

  purchases(tx: Queryable, { from, into }: Pair): Promise<number> {
    return tx.run('UPDATE purchases SET shopper_id = $2 WHERE shopper_id = $1', [from, into]);
  }

  /** Referrals of the one who goes, too: whoever was referred stays referred. */
  async interactions(tx: Queryable, { from, into }: Pair): Promise<number> {
    await tx.run('UPDATE interactions SET referred_shopper_id = $2 WHERE referred_shopper_id = $1', [
      from,
      into,
    ]);
    return tx.run('UPDATE interactions SET shopper_id = $2 WHERE shopper_id = $1', [from, into]);
  }

  /** A device that both have is the remaining one's. */
  async devices(tx: Queryable, { from, into }: Pair): Promise<number> {
    const moved = await tx.run(
      `UPDATE devices SET shopper_id = $2 WHERE shopper_id = $1
         AND device_id NOT IN (SELECT device_id FROM devices WHERE shopper_id = $2)`,
      [from, into],
    );
    await tx.run('DELETE FROM devices WHERE shopper_id = $1', [from]);
    return moved;
  }

  /** What the remaining one lacks is filled in; what both have is the remaining one's. */
  async profile(tx: Queryable, { from, into }: Pair): Promise<number> {
    const rows = await tx.query<Document>(
      'SELECT shopper_id, loyalty, preferences FROM shoppers WHERE shopper_id = ANY($1)',
      [[from, into]],
    );
    const of = (id: ShopperId): Document | undefined => rows.find((row) => row.shopper_id === id);
    const [theirs, ours] = [of(from), of(into)];
    const loyalty = mergedLoyalty(theirs?.loyalty ?? null, ours?.loyalty ?? null);
    return tx.run(
      `UPDATE shoppers AS one SET
         display_name = coalesce(one.display_name, other.display_name),
         locale = coalesce(one.locale, other.locale),
         time_zone = coalesce(one.time_zone, other.time_zone),
         home_store_id = coalesce(one.home_store_id, other.home_store_id),
         household_id = coalesce(one.household_id, other.household_id),
         birthday = coalesce(one.birthday, other.birthday),
         attributes = other.attributes || one.attributes,
         acquisition = coalesce(one.acquisition, other.acquisition),
         assigned_associate = coalesce(one.assigned_associate, other.assigned_associate),
         created_at = least(one.created_at, other.created_at),
         updated_at = now(), loyalty = $3, preferences = $4
       FROM shoppers AS other WHERE one.shopper_id = $2 AND other.shopper_id = $1`,
      [
        from,
        into,
        loyalty === null ? null : JSON.stringify(loyalty),
        JSON.stringify(mergedPreferences(theirs?.preferences ?? {}, ours?.preferences ?? {})),
      ],
    );
  }
}
