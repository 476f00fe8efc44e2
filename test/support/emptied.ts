import type { Shop } from './shop.js';

/** Empties tables between tests, ledgers too: only in a transaction in which no trigger fires may that be. */
export async function empty(shop: Shop, ...tables: string[]): Promise<void> {
  await shop.database.transaction(async (tx) => {
    await tx.query("SELECT set_config('session_replication_role', 'replica', true)");
    await tx.run(`TRUNCATE ${tables.join(', ')} CASCADE`);
  });
}
