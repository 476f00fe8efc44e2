import { timestamp, type Queryable } from '../platform/index.js';
import type { Instant, OfferId, ShopperId, VisitId } from '../shared/index.js';
import type { CapEvent } from './caps.rules.js';
import type { Draw } from './counters.rules.js';

/** Which cap events to read: since when, and all of these visits. */
export interface CapWindow {
  shopperIds: readonly ShopperId[];
  visitIds: readonly VisitId[];
  since: Instant;
}

interface CapRow {
  shopper_id: ShopperId;
  at: Instant;
  offer_id: OfferId;
  visit_id: VisitId;
  tags: string[];
  exclusion_group: string | null;
  counts_globally: boolean;
}

/** What these shoppers were offered within the window. Under the shoppers' locks it is the truth until the commit. */
export async function capEventsOf(
  tx: Queryable,
  { shopperIds, visitIds, since }: CapWindow,
): Promise<Map<ShopperId, CapEvent[]>> {
  const rows = await tx.query<CapRow>(
    `SELECT shopper_id, at, offer_id, visit_id, tags, exclusion_group, counts_globally FROM cap_events
     WHERE shopper_id = ANY($1) AND (at > $2 OR visit_id = ANY($3::uuid[]))`,
    [shopperIds, timestamp(since), visitIds],
  );
  const events = new Map<ShopperId, CapEvent[]>();
  for (const row of rows) {
    const ofShopper = events.get(row.shopper_id) ?? [];
    ofShopper.push({
      at: row.at,
      offerId: row.offer_id,
      visitId: row.visit_id,
      tags: row.tags,
      exclusionGroup: row.exclusion_group ?? undefined,
      countsGlobally: row.counts_globally,
    });
    events.set(row.shopper_id, ofShopper);
  }
  return events;
}

/** What has been taken from these counters, unlocked: for previews. */
export async function usedOf(database: Queryable, draws: readonly Draw[]): Promise<Map<string, number>> {
  if (draws.length === 0) return new Map();
  const rows = await database.query<{ key: string; used: number }>(
    'SELECT key, sum(used) AS used FROM offer_counters WHERE key = ANY($1) GROUP BY key',
    [draws.map(({ key }) => key)],
  );
  return new Map(rows.map(({ key, used }) => [key, used]));
}
