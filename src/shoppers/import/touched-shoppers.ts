import type { Queryable } from '../../platform/index.js';
import type { ShopperId } from '../../shared/index.js';

/** The list of shoppers to whom one file has brought a purchase, as long as they are not noted as changed. */
export function touchedTable(table: string): string {
  return `${table}_touched`;
}

/**
 * Takes shoppers with a new purchase off the list, at most so many, and notes that they have changed
 * (decision 0020), which the steps left to this.
 */
export async function takeTouched(tx: Queryable, table: string, most: number): Promise<ShopperId[]> {
  const rows = await tx.query<{ shopper_id: ShopperId }>(
    `WITH taken AS (
       DELETE FROM ${touchedTable(table)} WHERE shopper_id IN (
         SELECT shopper_id FROM ${touchedTable(table)} ORDER BY shopper_id LIMIT $1) RETURNING shopper_id),
     noted AS (INSERT INTO shopper_changes (shopper_id) SELECT shopper_id FROM taken)
     SELECT shopper_id FROM taken`,
    [most],
  );
  return rows.map((row) => row.shopper_id);
}

export async function dropTouched(connection: Queryable, table: string): Promise<void> {
  await connection.run(`DROP TABLE IF EXISTS ${touchedTable(table)}`);
}
