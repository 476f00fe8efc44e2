import { Injectable } from '@nestjs/common';
import { isOfStores } from '../../access/index.js';
import { Database, type Queryable } from '../../platform/index.js';
import type { BeaconId, Instant, ShopperId, StoreId } from '../../shared/index.js';
import { PROFILE } from '../carried/assignment.rules.js';
import type { Acquisition, Loyalty, ProfileFields, ProfileOf } from './profile.rules.js';

/** A shopper as kept. */
export type Profile = ProfileOf & { createdAt: Instant; updatedAt: Instant };

interface ProfileRow {
  shopper_id: ShopperId;
  display_name: string | null;
  locale: string | null;
  time_zone: string | null;
  home_store_id: StoreId | null;
  household_id: string | null;
  birthday: string | null;
  attributes: ProfileFields['attributes'];
  loyalty: Loyalty | null;
  acquisition: Acquisition | null;
  assigned_associate: string | null;
  carries: BeaconId[];
  created_at: Instant;
  updated_at: Instant;
}

const PROFILES = `
  SELECT shopper_id, display_name, locale, time_zone, home_store_id, household_id, birthday, attributes, loyalty,
         acquisition, assigned_associate, created_at, updated_at,
         ARRAY(SELECT beacon_id FROM carried_beacons
               WHERE carried_beacons.shopper_id = shoppers.shopper_id AND source = '${PROFILE}'
               ORDER BY beacon_id) AS carries
  FROM shoppers`;

interface Search {
  /** A part of their id or name. */
  query: string | undefined;
  /** Those who have to do with one of these stores; undefined: all. */
  storeIds: readonly StoreId[] | undefined;
  after: string | undefined;
  limit: number;
}

/** Shoppers as the retailer describes them. */
@Injectable()
export class ProfilesRepository {
  constructor(private readonly database: Database) {}

  async find(shopperId: ShopperId): Promise<Profile | undefined> {
    const [row] = await this.database.query<ProfileRow>(`${PROFILES} WHERE shopper_id = $1`, [shopperId]);
    return row === undefined ? undefined : profileFrom(row);
  }

  async existing(ids: readonly ShopperId[]): Promise<Set<ShopperId>> {
    const rows = await this.database.query<ProfileRow>(
      'SELECT shopper_id FROM shoppers WHERE shopper_id = ANY($1)',
      [ids],
    );
    return new Set(rows.map((row) => row.shopper_id));
  }

  /** In the order of their ids, from behind `after` on. */
  async search({ query, storeIds, after, limit }: Search): Promise<Profile[]> {
    const pattern = query === undefined || query === '' ? null : `%${query.replace(/[\\%_]/g, '\\$&')}%`;
    const rows = await this.database.query<ProfileRow>(
      `${PROFILES}
       WHERE ($1::text IS NULL OR shopper_id ILIKE $1 OR display_name ILIKE $1)
         AND ($2::text IS NULL OR shopper_id > $2)
         AND ($4::text[] IS NULL OR ${isOfStores('$4')})
       ORDER BY shopper_id LIMIT $3`,
      [pattern, after ?? null, limit, storeIds ?? null],
    );
    return rows.map(profileFrom);
  }

  /** Makes those that are missing, empty, and locks all of them in order. Gives those it made. */
  async makeAndLock(tx: Queryable, ids: readonly ShopperId[]): Promise<Set<ShopperId>> {
    const made = await tx.query<ProfileRow>(
      `INSERT INTO shoppers (shopper_id) SELECT id FROM unnest($1::text[]) AS id ORDER BY id
       ON CONFLICT (shopper_id) DO NOTHING RETURNING shopper_id`,
      [ids],
    );
    // NO KEY: purchases that come in meanwhile hold the shopper's key only.
    await tx.run('SELECT FROM shoppers WHERE shopper_id = ANY($1) ORDER BY shopper_id FOR NO KEY UPDATE', [
      ids,
    ]);
    return new Set(made.map((row) => row.shopper_id));
  }

  /** Takes back shoppers that this very transaction made. */
  async unmake(tx: Queryable, ids: readonly ShopperId[]): Promise<void> {
    if (ids.length > 0) await tx.run('DELETE FROM shoppers WHERE shopper_id = ANY($1)', [ids]);
  }

  /** Writes whole profiles, at most one a shopper; what each carries is written elsewhere. */
  async replace(tx: Queryable, profiles: readonly ProfileOf[]): Promise<void> {
    await tx.run(
      `UPDATE shoppers
       SET display_name = given."displayName", locale = given.locale, time_zone = given."timeZone",
           home_store_id = given."homeStoreId", household_id = given."householdId",
           birthday = given.birthday, attributes = given.attributes, loyalty = given.loyalty,
           acquisition = given.acquisition, assigned_associate = given."assignedAssociate",
           updated_at = now()
       FROM jsonb_to_recordset($1::jsonb) AS given(
         "shopperId" text, "displayName" text, locale text, "timeZone" text, "homeStoreId" text,
         "householdId" text, birthday text, attributes jsonb, loyalty jsonb, acquisition jsonb,
         "assignedAssociate" text)
       WHERE shopper_id = given."shopperId"`,
      [JSON.stringify(profiles)],
    );
  }
}

function profileFrom(row: ProfileRow): Profile {
  return {
    shopperId: row.shopper_id,
    displayName: row.display_name ?? undefined,
    locale: row.locale ?? undefined,
    timeZone: row.time_zone ?? undefined,
    homeStoreId: row.home_store_id ?? undefined,
    householdId: row.household_id ?? undefined,
    birthday: row.birthday ?? undefined,
    attributes: row.attributes,
    loyalty: row.loyalty ?? undefined,
    acquisition: row.acquisition ?? undefined,
    assignedAssociate: row.assigned_associate ?? undefined,
    carries: row.carries,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}
