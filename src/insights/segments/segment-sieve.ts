import type { Queryable } from '../../platform/index.js';
import { Statement, ZONE_OF_ASKED } from '../../rules/index.js';
import { localTime, type Instant, type ShopperId } from '../../shared/index.js';
import { UNSETTLED } from '../shopper-view/views.sql.js';
import type { Compiled } from './compiled-segments.js';

/** What SQL says of some shoppers. */
export interface Sieved {
  /** Of those who consent to `profiling`, the segments that they belong to; nothing is to be made of it of the unclear. */
  wanted: ReadonlyMap<ShopperId, readonly string[]>;
  /** Who has to be looked at: what is derived of them lags behind, or a rule that SQL cannot say wholly may hold. */
  unclear: ReadonlySet<ShopperId>;
}

/** Those of the ids at this place who may be judged. */
const askedOf = (place: number): string =>
  `(SELECT shoppers.* FROM consents JOIN shoppers USING (shopper_id)
    WHERE purpose = 'profiling' AND granted AND shopper_id = ANY($${place}::text[])) AS asked`;

/** Judges many shoppers by the rules of segments in one statement, as far as these can be said in SQL. */
export async function sieve(
  tx: Queryable,
  ids: readonly ShopperId[],
  segments: readonly (Compiled & { segmentId: string })[],
  at: Instant,
): Promise<Sieved> {
  if (ids.length === 0 || segments.length === 0) return { wanted: new Map(), unclear: new Set() };
  const statement = new Statement(at, true);
  const said = segments.map(({ segmentId, saidIn }) => ({ segmentId, ...saidIn(statement) }));
  if (statement.asksForDates) statement.giveDates(await datesOf(tx, ids, at));
  const rows = await tx.query<{ shopper_id: ShopperId; holds: boolean[] }>(
    `WITH given AS (${statement.declared})
     SELECT asked.shopper_id, ARRAY[${said.map(({ sql }) => sql).join(', ')}] AS holds
     FROM ${askedOf(statement.values.length + 1)}`,
    [...statement.values, ids],
  );
  const behind = await tx.query<{ shopper_id: ShopperId }>(UNSETTLED, [ids]);
  const unclear = new Set(behind.map((row) => row.shopper_id));
  const wanted = new Map<ShopperId, readonly string[]>();
  for (const { shopper_id: id, holds } of rows) {
    const held = said.filter((_, place) => holds[place]);
    if (held.some(({ isExact }) => !isExact)) unclear.add(id);
    const segmentIds = held.map(({ segmentId }) => segmentId);
    wanted.set(id, segmentIds);
  }
  return { wanted, unclear };
}

/** What day it is in every zone that one of them goes by. */
async function datesOf(tx: Queryable, ids: readonly ShopperId[], at: Instant): Promise<Map<string, string>> {
  const rows = await tx.query<{ zone: string }>(
    `SELECT DISTINCT ${ZONE_OF_ASKED} AS zone FROM ${askedOf(1)}`,
    [ids],
  );
  return new Map(rows.map(({ zone }) => [zone, localTime(at, zone).date]));
}
