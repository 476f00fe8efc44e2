import { Injectable } from '@nestjs/common';
import { Database, lockShoppers, Tombstones, type Queryable } from '../../platform/index.js';
import type { ShopperId } from '../../shared/index.js';
import { register, type TableEntry } from '../register/index.js';

/** Takes a person out of every table, as the register says. */
@Injectable()
export class TableErasure {
  constructor(
    private readonly database: Database,
    private readonly tombstones: Tombstones,
  ) {}

  /** In one transaction, under the shopper's lock. Gives how many rows of each table were touched; 0 ones are left out. */
  run(shopperIds: readonly ShopperId[]): Promise<Record<string, number>> {
    const [first] = shopperIds;
    const tombstone = first === undefined ? '' : this.tombstones.of(first);
    return this.database.transaction(async (tx) => {
      await tx.query("SELECT set_config('aislecue.rewrites', 'erasure', true)");
      await lockKnown(tx, shopperIds);
      const touched: Record<string, number> = {};
      for (const statement of STATEMENTS) {
        const values = statement.sql.includes('$2') ? [shopperIds, tombstone] : [shopperIds];
        const rows = await tx.run(statement.sql, values);
        if (rows > 0) touched[statement.table] = (touched[statement.table] ?? 0) + rows;
      }
      return touched;
    });
  }
}

/** Only rows that are there: to make one would bring the id back. */
async function lockKnown(tx: Queryable, shopperIds: readonly ShopperId[]): Promise<void> {
  const rows = await tx.query<{ shopper_id: ShopperId }>(
    'SELECT shopper_id FROM contact_state WHERE shopper_id = ANY($1)',
    [shopperIds],
  );
  await lockShoppers(
    tx,
    rows.map((row) => row.shopper_id),
  );
}

const STATEMENTS: readonly { table: string; sql: string }[] = Object.entries(register).flatMap(
  ([table, entry]) => statementsOf(table, entry).map((sql) => ({ table, sql })),
);

function statementsOf(table: string, { rows, fate, amongOthers }: TableEntry): string[] {
  const own = rows === undefined || fate === undefined ? [] : [statementOf(table, rows, fate)];
  return [...own, amongOthers].filter((sql) => sql !== undefined);
}

function statementOf(table: string, rows: string, fate: NonNullable<TableEntry['fate']>): string | undefined {
  if (fate.is === 'erased') return `DELETE FROM ${table} WHERE ${rows}`;
  const set = Object.entries(fate.set).map(([column, value]) => `${column} = ${value}`);
  // What has nothing to hide stays as it is: it points to rows that do not lead to the person any more.
  return set.length === 0 ? undefined : `UPDATE ${table} SET ${set.join(', ')} WHERE ${rows}`;
}
