import type { Queryable } from '../platform/index.js';
import type { Instant, ShopperId } from '../shared/index.js';
import type { SaidOf } from './consent.rules.js';

/**
 * Locks the shoppers of a step of an import as everything does that changes consents, and gives the rows that the rules
 * must judge, in the order of the file: what is not the only word of the step on a purpose nobody has spoken of before,
 * about a shopper of that very name, in good time. A step that names a merged shopper is judged whole: what it says of
 * one name may be about another.
 *
 * @param latest the latest time that a statement may be of
 */
export async function itemsApart(tx: Queryable, latest: Instant): Promise<{ line: number; item: SaidOf }[]> {
  await tx.run(
    `WITH locked AS MATERIALIZED (
       SELECT shopper_id FROM shoppers WHERE shopper_id IN (SELECT id FROM items)
       ORDER BY shopper_id FOR KEY SHARE)
     UPDATE items SET is_known = true FROM locked WHERE locked.shopper_id = items.id`,
  );
  await lockKnown(tx);
  await tx.run(
    `UPDATE items SET is_apart = true
     WHERE NOT is_known OR (item ->> 'at')::bigint > $1
        OR (id, item ->> 'purpose') IN (SELECT shopper_id, purpose FROM consents WHERE shopper_id IN (SELECT id FROM items))
        OR (id, item ->> 'purpose') IN (
             SELECT id, item ->> 'purpose' FROM items GROUP BY id, item ->> 'purpose' HAVING count(*) > 1)
        OR EXISTS (SELECT FROM items JOIN shopper_aliases ON alias = id)`,
    [latest],
  );
  return tx.query('SELECT line::int8 AS line, item FROM items WHERE is_apart ORDER BY line');
}

/** What `lockShoppers` does for some; who loses against another that makes one of the rows is done again. */
async function lockKnown(tx: Queryable): Promise<void> {
  await tx.run(
    `SELECT FROM contact_state WHERE shopper_id IN (SELECT id FROM items WHERE is_known)
     ORDER BY shopper_id FOR UPDATE`,
  );
  await tx.run(
    `INSERT INTO contact_state (shopper_id)
     SELECT DISTINCT id FROM items
     WHERE is_known AND NOT EXISTS (SELECT FROM contact_state WHERE shopper_id = id) ORDER BY id`,
  );
}

/** Writes the others: each is the first word on its purpose, so it stands and is the beginning of its history. */
export async function writeFirsts(
  tx: Queryable,
  actor: string,
  newId: () => string,
): Promise<{ recorded: number; shopperIds: ShopperId[] }> {
  const recorded = await tx.run(
    `INSERT INTO consents (shopper_id, purpose, granted, policy_version, source, at)
     SELECT id, purpose, granted, "policyVersion", source, timestamptz 'epoch' + at * interval '1 millisecond'
     FROM items, jsonb_to_record(item) AS said (
       purpose text, granted boolean, "policyVersion" text, source text, at bigint)
     WHERE NOT is_apart ORDER BY id, purpose`,
  );
  if (recorded === 0) return { recorded, shopperIds: [] };
  await tx.run(
    `INSERT INTO consent_history (entry_id, shopper_id, purpose, granted, policy_version, source, at, actor)
     SELECT entry_id, shopper_id, purpose, granted, policy_version, source, at, $2
     FROM unnest($1::uuid[]) WITH ORDINALITY AS entry (entry_id, place)
     JOIN (SELECT consents.*, row_number() OVER (ORDER BY line) AS place
           FROM items JOIN consents ON consents.shopper_id = id AND consents.purpose = item ->> 'purpose'
           WHERE NOT is_apart) AS said USING (place)`,
    [Array.from({ length: recorded }, newId), actor],
  );
  const rows = await tx.query<{ id: ShopperId }>('SELECT DISTINCT id FROM items WHERE NOT is_apart');
  return { recorded, shopperIds: rows.map(({ id }) => id) };
}
