import type { Queryable } from './database.js';

/**
 * The first lock of everything that grants to, redeems for, merges, or changes the consents of shoppers: one row
 * each in `contact_state`, in the order of their ids. After it come counters, then coupons; never the other way.
 */
export async function lockShoppers(tx: Queryable, shopperIds: readonly string[]): Promise<void> {
  const ids = [...new Set(shopperIds)].sort();
  const lock = (): Promise<number> =>
    tx.run('SELECT FROM contact_state WHERE shopper_id = ANY($1) ORDER BY shopper_id FOR UPDATE', [ids]);
  if ((await lock()) === ids.length) return;
  // The first time for some of them. Their rows are made in the same order, and waited for where another makes them.
  await tx.run(
    'INSERT INTO contact_state (shopper_id) SELECT unnest($1::text[]) ORDER BY 1 ON CONFLICT DO NOTHING',
    [ids],
  );
  await lock();
}
