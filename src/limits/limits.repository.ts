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
  return read(
    database,
    draws.map(({ key }) => key),
    '',
  );
}

/** Locks these counters in the order of their keys, making those that are missing, and reads what has been taken. */
export async function lockCounters(tx: Queryable, draws: readonly Draw[]): Promise<Map<string, number>> {
  const byKey = new Map(draws.map((draw) => [draw.key, draw]));
  if (byKey.size === 0) return new Map();
  const keys = [...byKey.keys()].sort();
  const used = await read(tx, keys, 'FOR UPDATE');
  if (used.size === keys.length) return used;
  const wanted = keys.map((key) => byKey.get(key)).filter((draw) => draw !== undefined);
  await tx.run(
    `INSERT INTO offer_counters (key, offer_id, ceiling)
     SELECT * FROM unnest($1::text[], $2::uuid[], $3::bigint[]) ORDER BY 1 ON CONFLICT DO NOTHING`,
    [
      wanted.map(({ key }) => key),
      wanted.map(({ offerId }) => offerId),
      wanted.map(({ ceiling }) => ceiling),
    ],
  );
  return read(tx, keys, 'FOR UPDATE');
}

/** Writes what was granted since `before`, one statement for all counters. */
export async function takeFrom(
  tx: Queryable,
  before: ReadonlyMap<string, number>,
  used: ReadonlyMap<string, number>,
): Promise<void> {
  const taken = [...used]
    .map(([key, now]) => ({ key, by: now - (before.get(key) ?? 0) }))
    .filter(({ by }) => by > 0);
  if (taken.length === 0) return;
  await tx.run(
    `UPDATE offer_counters SET used = used + taken.by
     FROM unnest($1::text[], $2::bigint[]) AS taken (key, by) WHERE offer_counters.key = taken.key`,
    [taken.map(({ key }) => key), taken.map(({ by }) => by)],
  );
}

async function read(
  database: Queryable,
  keys: readonly string[],
  lock: '' | 'FOR UPDATE',
): Promise<Map<string, number>> {
  const rows = await database.query<{ key: string; used: number }>(
    `SELECT key, used FROM offer_counters WHERE key = ANY($1) ORDER BY key ${lock}`,
    [keys],
  );
  return new Map(rows.map(({ key, used }) => [key, used]));
}
