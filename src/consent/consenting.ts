import type { Queryable } from '../platform/index.js';
import type { ConsentPurpose, ShopperId } from '../shared/index.js';

/**
 * Those of `ids` who consent to `purpose`, in the order of their ids. Their rows of that consent stay locked until the
 * transaction ends: what is made of a shopper is made by one at a time, and cannot overtake a withdrawal.
 */
export async function lockConsenting(
  tx: Queryable,
  purpose: ConsentPurpose,
  ids: readonly ShopperId[],
): Promise<ShopperId[]> {
  const rows = await tx.query<{ shopper_id: ShopperId; granted: boolean }>(
    `SELECT shopper_id, granted FROM consents
     WHERE shopper_id = ANY($1) AND purpose = $2 ORDER BY shopper_id FOR NO KEY UPDATE`,
    [ids, purpose],
  );
  return rows.filter(({ granted }) => granted).map(({ shopper_id: id }) => id);
}
