import type { Queryable } from '../platform/index.js';
import type { DecisionId } from '../shared/index.js';

/**
 * Why a reservation ends: `expired` when its coupon can be redeemed no more (over, or withdrawn), `undelivered` when the
 * offer certainly never was with the shopper.
 */
export type ReleaseReason = 'expired' | 'undelivered';

interface Freed {
  key: string;
  share: number;
  freed: number;
}

/**
 * A reservation holds `amount` of its counter while it is open, and what was `spent` once it is closed. Each function
 * here sets one of these two to what is so, and gives the counter what is held no longer: said twice it is the same as
 * once, in whatever order they are said. To be called under the shopper's lock and before the coupon's.
 */

/**
 * Commits what a redemption cost. The rest stays held until the coupon can no longer come back: a return while it is
 * still good needs the whole again.
 *
 * @param spent minor units of the budget's currency, at most what was held back
 * @returns false where the reservation is closed already: then nothing may be redeemed. True for offers without budget.
 */
export async function commitReservation(
  tx: Queryable,
  decisionId: DecisionId,
  spent: number,
): Promise<boolean> {
  const rows = await tx.query<{ closed: boolean }>(
    `UPDATE reservations SET spent = CASE WHEN closed THEN spent ELSE $2 END
     WHERE decision_id = $1 AND kind = 'money' RETURNING closed`,
    [decisionId, spent],
  );
  return rows.every(({ closed }) => !closed);
}

/** A redemption was reversed: nothing is spent. What the coupon may still cost stays held until it is released. */
export async function returnReservation(tx: Queryable, decisionId: DecisionId): Promise<void> {
  await change(tx, "SET spent = 0 FROM before WHERE before.kind = 'money' AND", [decisionId]);
}

/**
 * Ends reservations: what is not spent goes back to its budget. An offer that was made counts in totals for ever; only
 * one that certainly never came to the shopper is given back there too.
 */
export async function releaseReservations(
  tx: Queryable,
  decisionIds: readonly DecisionId[],
  reason: ReleaseReason,
): Promise<void> {
  const which = reason === 'undelivered' ? '' : "before.kind = 'money' AND";
  await change(tx, `SET closed = true FROM before WHERE ${which}`, decisionIds);
}

async function change(tx: Queryable, what: string, decisionIds: readonly DecisionId[]): Promise<void> {
  if (decisionIds.length === 0) return;
  const freed = await tx.query<Freed>(
    `WITH before AS (
       SELECT decision_id, key, kind, ${HELD} AS held FROM reservations WHERE decision_id = ANY($1::uuid[])
     ), after AS (
       UPDATE reservations AS now ${what} now.decision_id = before.decision_id AND now.key = before.key
       RETURNING now.key, now.share, before.held - ${HELD_NOW} AS freed
     )
     SELECT key, share, sum(freed) AS freed FROM after WHERE freed > 0 GROUP BY key, share`,
    [decisionIds],
  );
  if (freed.length === 0) return;
  const [keys, shares] = [freed.map(({ key }) => key), freed.map(({ share }) => share)];
  const places = '(key, share) IN (SELECT * FROM unnest($1::text[], $2::smallint[]))';
  // In the order in which grants lock them.
  await tx.run(`SELECT FROM offer_counters WHERE ${places} ORDER BY key, share FOR UPDATE`, [keys, shares]);
  await tx.run(
    `UPDATE offer_counters AS counter SET used = used - row.freed
     FROM unnest($1::text[], $2::smallint[], $3::bigint[]) AS row (key, share, freed)
     WHERE counter.key = row.key AND counter.share = row.share`,
    [keys, shares, freed.map((row) => row.freed)],
  );
}

const HELD = 'CASE WHEN closed THEN spent ELSE amount END';
const HELD_NOW = 'CASE WHEN now.closed THEN now.spent ELSE now.amount END';
