import { Injectable } from '@nestjs/common';
import { timestamp, type Queryable } from '../../platform/index.js';
import type { Instant, ShopperId } from '../../shared/index.js';
import type { Move } from './membership.rules.js';

/** Who is in which segment. Written by one worker at a time, under its lock. */
@Injectable()
export class MembershipRepository {
  /** The segments of each of `ids`, among `segmentIds`. */
  async present(
    tx: Queryable,
    ids: readonly ShopperId[],
    segmentIds: readonly string[],
  ): Promise<Map<ShopperId, Set<string>>> {
    const rows = await tx.query<{ shopper_id: ShopperId; segment_id: string }>(
      'SELECT shopper_id, segment_id FROM segment_members WHERE shopper_id = ANY($1) AND segment_id = ANY($2)',
      [ids, segmentIds],
    );
    const present = new Map<ShopperId, Set<string>>(ids.map((id) => [id, new Set()]));
    for (const row of rows) present.get(row.shopper_id)?.add(row.segment_id);
    return present;
  }

  /** Makes the moves, and keeps members, moves and counts in step. */
  async move(tx: Queryable, moves: readonly Move[], now: Instant): Promise<void> {
    if (moves.length === 0) return;
    const values = [
      moves.map(({ segmentId }) => segmentId),
      moves.map(({ shopperId }) => shopperId),
      moves.map(({ entered }) => entered),
      timestamp(now),
    ];
    await tx.run(
      `WITH moved AS (SELECT * FROM unnest($1::text[], $2::text[], $3::boolean[])
                      AS moved (segment_id, shopper_id, entered)),
         departed AS (DELETE FROM segment_members AS member USING moved
                  WHERE NOT entered AND member.segment_id = moved.segment_id
                    AND member.shopper_id = moved.shopper_id),
         entered AS (INSERT INTO segment_members (segment_id, shopper_id, since)
                     SELECT segment_id, shopper_id, $4 FROM moved WHERE entered)
       INSERT INTO segment_moves (segment_id, shopper_id, at, entered)
       SELECT segment_id, shopper_id, $4, entered FROM moved`,
      values,
    );
    await tx.run(
      `WITH moved AS (
         SELECT segment_id, count(*) FILTER (WHERE entered)::int AS entered,
           count(*) FILTER (WHERE NOT entered)::int AS departed
         FROM unnest($1::text[], $2::boolean[]) AS moved (segment_id, entered) GROUP BY segment_id),
         counted AS (
           UPDATE segments SET members = members + moved.entered - moved.departed
           FROM moved WHERE segments.segment_id = moved.segment_id
           RETURNING segments.segment_id, members, moved.entered, moved.departed)
       INSERT INTO segment_days (segment_id, day, entered, departed, members)
       SELECT segment_id, ($3::timestamptz AT TIME ZONE 'UTC')::date, entered, departed, members FROM counted
       ON CONFLICT (segment_id, day) DO UPDATE SET entered = segment_days.entered + excluded.entered,
         departed = segment_days.departed + excluded.departed, members = excluded.members`,
      [values[0], values[2], values[3]],
    );
  }

  /** Removes the trace of where these shoppers came and went. */
  async forgetMoves(tx: Queryable, ids: readonly ShopperId[]): Promise<void> {
    if (ids.length > 0) await tx.run('DELETE FROM segment_moves WHERE shopper_id = ANY($1)', [ids]);
  }

  /** The next shoppers that a pass judges: those who consent to `profiling`, by id, after `passAt`. */
  async following(tx: Queryable, passAt: string, limit: number): Promise<ShopperId[]> {
    const rows = await tx.query<{ shopper_id: ShopperId }>(
      `SELECT shopper_id FROM consents WHERE purpose = 'profiling' AND granted AND shopper_id > $1
       ORDER BY shopper_id LIMIT $2`,
      [passAt, limit],
    );
    return rows.map(({ shopper_id: id }) => id);
  }

  /** Notes how far a pass has come, null for its end; not for a segment whose rule was changed meanwhile. */
  async advance(
    tx: Queryable,
    segments: readonly { segmentId: string; version: number }[],
    passAt: string | null,
  ): Promise<void> {
    await tx.run(
      `UPDATE segments SET pass_at = $3::text, state = CASE WHEN $3::text IS NULL THEN 'ready' ELSE state END
       FROM unnest($1::text[], $2::int[]) AS passed (segment_id, version)
       WHERE segments.segment_id = passed.segment_id AND segments.version = passed.version`,
      [segments.map(({ segmentId }) => segmentId), segments.map(({ version }) => version), passAt],
    );
  }

  /** Has everybody judged anew by these segments, but where a pass is under way. */
  async startPass(tx: Queryable, segmentIds: readonly string[], now: Instant): Promise<void> {
    await tx.run(
      `UPDATE segments SET pass_at = '', pass_started_at = $2
       WHERE segment_id = ANY($1) AND pass_at IS NULL`,
      [segmentIds, timestamp(now)],
    );
  }
}
