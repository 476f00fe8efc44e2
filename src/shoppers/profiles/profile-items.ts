import type { Written } from '../../imports/index.js';
import type { Queryable } from '../../platform/index.js';
import type { ShopperId } from '../../shared/index.js';
import { PROFILE } from '../carried/assignment.rules.js';
import type { ProfileOf } from './profile.rules.js';
import { ERASED, merged } from './shoppers.service.js';

const FIELDS = `display_name, locale, time_zone, home_store_id, household_id, birthday, attributes, loyalty, acquisition,
  assigned_associate`;

/** The last word on each shopper as a row of the table. */
const GIVEN = `
  SELECT id AS shopper_id, "displayName" AS display_name, locale, "timeZone" AS time_zone,
         "homeStoreId" AS home_store_id, "householdId" AS household_id, birthday, attributes, loyalty, acquisition,
         "assignedAssociate" AS assigned_associate
  FROM (SELECT DISTINCT ON (id) id, item FROM items WHERE NOT is_apart AND is_known = $1 ORDER BY id, line DESC) AS last,
       jsonb_to_record(item) AS given ("displayName" text, locale text, "timeZone" text, "homeStoreId" text,
         "householdId" text, birthday text, attributes jsonb, loyalty jsonb, acquisition jsonb, "assignedAssociate" text)`;

/** Locks the shoppers of a step that exist. Apart is whoever has tags now, or shall have: tags change hands in order. */
export async function lockItems(tx: Queryable): Promise<void> {
  // NO KEY: purchases that come in meanwhile hold the shopper's key only.
  await tx.run(
    `WITH locked AS MATERIALIZED (
       SELECT shopper_id FROM shoppers WHERE shopper_id IN (SELECT id FROM items)
       ORDER BY shopper_id FOR NO KEY UPDATE)
     UPDATE items SET is_known = true FROM locked WHERE locked.shopper_id = items.id`,
  );
  await tx.run(
    `UPDATE items SET is_apart = true WHERE id IN (
       SELECT id FROM items WHERE jsonb_array_length(item -> 'carries') > 0
       UNION SELECT shopper_id FROM carried_beacons WHERE source = '${PROFILE}' AND shopper_id IN (SELECT id FROM items))`,
  );
}

/** Takes those who are new and may not be out of the step. Gives their rows. */
export async function takeErased(
  tx: Queryable,
  erased: (ids: readonly ShopperId[]) => Promise<ReadonlySet<ShopperId>>,
): Promise<Written['refused']> {
  const fresh = await tx.query<{ id: ShopperId }>(
    'SELECT DISTINCT id FROM items WHERE NOT is_known AND NOT is_apart',
  );
  const gone = await erased(fresh.map(({ id }) => id));
  if (gone.size === 0) return [];
  const rows = await tx.query<{ line: number }>(
    'UPDATE items SET is_apart = true WHERE id = ANY($1) RETURNING line::int8 AS line',
    [[...gone]],
  );
  return rows.map(({ line }) => ({ line, ...ERASED }));
}

/** The rows of those apart, in the order of the file. */
export function itemsApart(tx: Queryable): Promise<{ line: number; item: ProfileOf }[]> {
  return tx.query('SELECT line::int8 AS line, item FROM items WHERE is_apart ORDER BY line');
}

/**
 * Writes the others whole. Who says what is on record is left alone; new ones are made with all they have, and without
 * ON CONFLICT: who loses against another writer is done again.
 */
export async function writeItems(tx: Queryable): Promise<ShopperId[]> {
  await tx.run(
    `UPDATE shoppers SET (${FIELDS}, updated_at) = (${prefixed('given')}, now())
     FROM (${GIVEN}) AS given
     WHERE shoppers.shopper_id = given.shopper_id AND (${prefixed('shoppers')}) IS DISTINCT FROM (${prefixed('given')})`,
    [true],
  );
  await tx.run(
    `INSERT INTO shoppers (shopper_id, ${FIELDS}) SELECT shopper_id, ${FIELDS} FROM (${GIVEN}) AS given
     WHERE NOT EXISTS (SELECT FROM shopper_aliases WHERE alias = given.shopper_id) ORDER BY shopper_id`,
    [false],
  );
  const rows = await tx.query<{ id: ShopperId }>('SELECT DISTINCT id FROM items WHERE NOT is_apart');
  return rows.map(({ id }) => id);
}

/** Rows of the others whose id is by now only another name of a shopper. */
export async function mergedItems(tx: Queryable): Promise<Written['refused']> {
  const rows = await tx.query<{ line: number; id: ShopperId; into: ShopperId }>(
    `SELECT line::int8 AS line, id, shopper_id AS into FROM items JOIN shopper_aliases ON alias = id
     WHERE NOT is_apart AND NOT is_known ORDER BY line`,
  );
  return rows.map(({ line, id, into }) => ({ line, ...merged(id, into) }));
}

function prefixed(table: string): string {
  return FIELDS.split(/,\s+/)
    .map((field) => `${table}.${field}`)
    .join(', ');
}
