import type { Queryable } from './database.js';

/**
 * The first lock of everything that grants to, redeems for, merges, or changes the consents of shoppers: one row
 * each in `contact_state`, in the order of their ids. After it come counters, then coupons; never the other way.
 */
export async function lockShoppers(tx: Queryable, shopperIds: readonly string[]): Promise<void> {
  await readLocked(tx, shopperIds, () => Promise.resolve());
}

/**
 * The same lock, and what `read` finds under it, in one round trip unless one of the shoppers is locked for the first time.
 *
 * @param read asks what each statement sees when it is run, and may be called twice
 */
export async function readLocked<T>(
  tx: Queryable,
  shopperIds: readonly string[],
  read: () => Promise<T>,
): Promise<T> {
  const ids = [...new Set(shopperIds)].sort();
  const lock = (): Promise<number> =>
    tx.run('SELECT FROM contact_state WHERE shopper_id = ANY($1) ORDER BY shopper_id FOR UPDATE', [ids]);
  const [locked, found] = await Promise.all([lock(), read()]);
  if (locked === ids.length) return found;
  // The first time for some of them. Their rows are made in the same order, and waited for where another makes them.
  const [, , foundNow] = await Promise.all([
    tx.run(
      'INSERT INTO contact_state (shopper_id) SELECT unnest($1::text[]) ORDER BY 1 ON CONFLICT DO NOTHING',
      [ids],
    ),
    lock(),
    read(),
  ]);
  return foundNow;
}
