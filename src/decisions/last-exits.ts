import type { ContactPolicy } from '../limits/index.js';
import { timestamp, type Queryable } from '../platform/index.js';
import { SECOND_MS, type ChangeId, type Instant } from '../shared/index.js';
import type { Pending } from './decision.js';
import { longestRearmMs } from './rearm.rules.js';
import { LONGEST_STAY_MS } from './zone-exits.rules.js';

/**
 * When the shoppers last left the zones that they have entered now, where this kind of trigger had gone off there.
 * Nothing is read where no offer asks. By the stays in the table: those of the same commit must be written before.
 */
export async function lastExitsOf(
  tx: Queryable,
  pendings: readonly Pending[],
  policy: ContactPolicy,
): Promise<ReadonlyMap<ChangeId, Instant>> {
  const asked = pendings
    .map((pending) => ({ pending, withinMs: longestRearmMs(pending, policy) }))
    .filter(({ withinMs }) => withinMs > 0);
  if (asked.length === 0) return new Map();
  const rows = await tx.query<{ change_id: ChangeId; left_at: Instant }>(
    `SELECT now.change_id, max(stay.left_at) AS left_at
     FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::timestamptz[], $7::timestamptz[])
       AS now (change_id, shopper_id, store_id, zone_id, on_trigger, at, since)
     JOIN decisions past ON past.shopper_id = now.shopper_id AND past.store_id = now.store_id
       AND past.zone_id = now.zone_id AND past.on_trigger = now.on_trigger
       AND past.at BETWEEN now.since - make_interval(secs => ${LONGEST_STAY_MS / SECOND_MS}) AND now.at
     JOIN stays stay ON stay.visit_id = past.visit_id AND stay.zone_id = past.zone_id
       AND stay.entered_at <= past.at AND stay.left_at >= past.at
       AND stay.left_at > now.since AND stay.left_at <= now.at
     GROUP BY now.change_id`,
    [
      asked.map(({ pending }) => pending.changeId),
      asked.map(({ pending }) => pending.shopperId),
      asked.map(({ pending }) => pending.storeId),
      asked.map(({ pending }) => pending.zoneId),
      asked.map(({ pending }) => pending.on),
      asked.map(({ pending }) => timestamp(pending.at)),
      asked.map(({ pending, withinMs }) => timestamp(pending.at - withinMs)),
    ],
  );
  return new Map(rows.map((row) => [row.change_id, row.left_at]));
}
