import { Injectable } from '@nestjs/common';
import { Database, timestamp, type Queryable } from '../../platform/index.js';
import type { Instant, StoreId } from '../../shared/index.js';
import type { StoreDocument } from '../../stores/index.js';
import type { RecordingRow } from './recording.rules.js';
import type { Cut, Running } from './tape.js';

const COLUMNS = `recording_id AS "recordingId", store_id AS "storeId", started_at AS "startedAt",
  ends_at AS "endsAt", ended_at AS "endedAt", ended_as AS "endedAs", sightings, checkins, dropped`;

export interface NewRecording {
  recordingId: string;
  storeId: StoreId;
  store: StoreDocument;
  startedAt: Instant;
  endsAt: Instant;
}

@Injectable()
export class RecordingRepository {
  constructor(private readonly database: Database) {}

  /** @returns false where one is running in that store */
  async insert(tx: Queryable, recording: NewRecording): Promise<boolean> {
    const { recordingId, storeId, store, startedAt, endsAt } = recording;
    await tx.run(
      `UPDATE recordings SET ended_at = ends_at, ended_as = 'ended'
       WHERE store_id = $1 AND ended_at IS NULL AND ends_at <= $2`,
      [storeId, timestamp(startedAt)],
    );
    const inserted = await tx.run(
      `INSERT INTO recordings (recording_id, store_id, store, started_at, ends_at) VALUES ($1, $2, $3, $4, $5)
       ON CONFLICT (store_id) WHERE ended_at IS NULL DO NOTHING`,
      [recordingId, storeId, JSON.stringify(store), timestamp(startedAt), timestamp(endsAt)],
    );
    return inserted > 0;
  }

  running(now: Instant): Promise<(Running & { storeId: StoreId })[]> {
    return this.database.query(
      `SELECT recording_id AS "recordingId", store_id AS "storeId", started_at AS "startedAt", ends_at AS "endsAt",
              store - 'survey' AS store
       FROM recordings WHERE ended_at IS NULL AND ends_at > $1`,
      [timestamp(now)],
    );
  }

  /** Newest first. */
  list(storeId: StoreId): Promise<RecordingRow[]> {
    return this.database.query<RecordingRow>(
      `SELECT ${COLUMNS} FROM recordings WHERE store_id = $1 ORDER BY started_at DESC LIMIT 200`,
      [storeId],
    );
  }

  async find(storeId: StoreId, recordingId: string): Promise<RecordingRow | undefined> {
    const rows = await this.database.query<RecordingRow>(
      `SELECT ${COLUMNS} FROM recordings WHERE store_id = $1 AND recording_id = $2`,
      [storeId, recordingId],
    );
    return rows[0];
  }

  async storeOf(recordingId: string): Promise<StoreDocument | undefined> {
    const [row] = await this.database.query<{ store: StoreDocument }>(
      'SELECT store FROM recordings WHERE recording_id = $1',
      [recordingId],
    );
    return row?.store;
  }

  /** The gzipped lines, one chunk after another, so that a long recording needs no memory. */
  async *chunks(recordingId: string): AsyncGenerator<Buffer> {
    for await (const { lines } of this.chunksWithIds(recordingId)) yield lines;
  }

  async *chunksWithIds(recordingId: string): AsyncGenerator<{ chunkId: number; lines: Buffer }> {
    let after = 0;
    for (;;) {
      const [row] = await this.database.query<{ chunkId: number; lines: Buffer }>(
        `SELECT chunk_id AS "chunkId", lines FROM recording_chunks
         WHERE recording_id = $1 AND chunk_id > $2 ORDER BY chunk_id LIMIT 1`,
        [recordingId, after],
      );
      if (row === undefined) return;
      after = row.chunkId;
      yield row;
    }
  }

  /** Other lines take the place of those of a chunk. */
  async rewrite(chunkId: number, lines: Buffer): Promise<void> {
    await this.database.run('UPDATE recording_chunks SET lines = $2 WHERE chunk_id = $1', [chunkId, lines]);
  }

  /**
   * Keeps what one process heard. A recording that was removed meanwhile takes nothing any more.
   *
   * @returns how many sightings the recording has now; undefined where it is gone
   */
  keep(recordingId: string, cut: Cut, lines: Buffer | undefined): Promise<number | undefined> {
    return this.database.transaction(async (tx) => {
      const [row] = await tx.query<{ sightings: number }>(
        `UPDATE recordings SET sightings = sightings + $2, checkins = checkins + $3, dropped = dropped + $4
         WHERE recording_id = $1 RETURNING sightings`,
        [recordingId, cut.sightings, cut.checkins, cut.dropped],
      );
      if (row === undefined) return undefined;
      if (lines !== undefined) {
        await tx.run('INSERT INTO recording_chunks (recording_id, lines) VALUES ($1, $2)', [
          recordingId,
          lines,
        ]);
      }
      return row.sightings;
    });
  }

  /** @returns false where it is ended already, or gone */
  async end(tx: Queryable, recordingId: string, at: Instant, as: 'ended' | 'full'): Promise<boolean> {
    const ended = await tx.run(
      `UPDATE recordings SET ended_at = LEAST(ends_at, $2), ended_as = $3 WHERE recording_id = $1 AND ended_at IS NULL`,
      [recordingId, timestamp(at), as],
    );
    return ended > 0;
  }

  async remove(tx: Queryable, recordingId: string): Promise<void> {
    await tx.run('DELETE FROM recordings WHERE recording_id = $1', [recordingId]);
  }
}
