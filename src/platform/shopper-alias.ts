import type { ShopperId } from '../shared/index.js';
import type { Queryable } from './database.js';

/** A merge may be committed between two looks; more than one in a row is no accident. */
const LOOKS = 3;

/**
 * Who stands for each of these ids: the shopper of that name, or whoever that one was merged into. An id of nobody is
 * missing. None of those found vanishes, by a merge or otherwise, before the transaction ends. Only an id that no
 * shopper has is looked up among the aliases, so that the usual case costs nothing more.
 */
export async function lockKnownShoppers(
  tx: Queryable,
  ids: readonly ShopperId[],
): Promise<Map<ShopperId, ShopperId>> {
  const standing = new Map(ids.map((id) => [id, id]));
  const known = new Map<ShopperId, ShopperId>();
  for (let look = 0; look < LOOKS && standing.size > 0; look += 1) {
    const rows = await tx.query<{ shopper_id: ShopperId }>(
      'SELECT shopper_id FROM shoppers WHERE shopper_id = ANY($1) ORDER BY shopper_id FOR KEY SHARE',
      [[...new Set(standing.values())]],
    );
    const found = new Set(rows.map((row) => row.shopper_id));
    for (const [id, actual] of standing) {
      if (!found.has(actual)) continue;
      known.set(id, actual);
      standing.delete(id);
    }
    if (standing.size === 0) break;
    const aliases = await aliasesAmong(tx, [...standing.keys()]);
    for (const id of standing.keys()) {
      const actual = aliases.get(id);
      if (actual === undefined) standing.delete(id);
      else standing.set(id, actual);
    }
  }
  return known;
}

/** Whom each of `ids` was merged into; others are missing. */
export async function aliasesAmong(
  tx: Queryable,
  ids: readonly ShopperId[],
): Promise<Map<ShopperId, ShopperId>> {
  const rows = await tx.query<{ alias: ShopperId; shopper_id: ShopperId }>(
    'SELECT alias, shopper_id FROM shopper_aliases WHERE alias = ANY($1)',
    [ids],
  );
  return new Map(rows.map((row) => [row.alias, row.shopper_id]));
}
