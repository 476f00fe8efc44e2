import type { Queryable } from '../platform/index.js';
import type { ShopperId } from '../shared/index.js';

/**
 * The household of each of these shoppers that has one.
 *
 * @param lock `FOR SHARE` keeps them in it until the transaction ends; to be taken before the shoppers' locks
 */
export async function householdsOf(
  tx: Queryable,
  shopperIds: readonly ShopperId[],
  lock: '' | 'FOR SHARE',
): Promise<Map<ShopperId, string>> {
  const rows = await tx.query<{ shopper_id: ShopperId; household_id: string }>(
    `SELECT shopper_id, household_id FROM shoppers
     WHERE shopper_id = ANY($1) AND household_id IS NOT NULL ORDER BY shopper_id ${lock}`,
    [shopperIds],
  );
  return new Map(rows.map((row) => [row.shopper_id, row.household_id]));
}

/** Everybody in these households. */
export async function membersOf(
  tx: Queryable,
  householdIds: readonly string[],
): Promise<Map<string, ShopperId[]>> {
  const rows = await tx.query<{ household_id: string; members: ShopperId[] }>(
    `SELECT household_id, array_agg(shopper_id) AS members FROM shoppers
     WHERE household_id = ANY($1) GROUP BY household_id`,
    [householdIds],
  );
  return new Map(rows.map((row) => [row.household_id, row.members]));
}

/**
 * What to lock beside the shoppers where a household's caps count: one row a household, so that two members wait for
 * each other. No shopper's id holds a slash.
 */
export function householdLock(householdId: string): string {
  return `household/${householdId}`;
}
